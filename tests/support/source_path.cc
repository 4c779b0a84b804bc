#include "tests/support/source_path.h"

namespace cnisim::test {

std::string SourcePath(std::string_view below_root) {
  return std::string(CNISIM_SOURCE_DIR "/").append(below_root);
}

}  // namespace cnisim::test
