#include "sim/base/check.h"

#include <cstdio>
#include <cstdlib>

namespace cnisim {

void CheckFailed(std::string_view file, int line, std::string_view condition,
                 std::string_view message) {
  constexpr int kInternalFailure = 3;
  std::fprintf(stderr, "%.*s:%d: internal error: %.*s (%.*s)\n", static_cast<int>(file.size()),
               file.data(), line, static_cast<int>(message.size()), message.data(),
               static_cast<int>(condition.size()), condition.data());
  std::fflush(stderr);
  std::_Exit(kInternalFailure);
}

}  // namespace cnisim
