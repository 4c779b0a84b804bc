#pragma once

/// @file
/// What every measuring program here needs: flags of the form --name=value, a clock, one line of
/// JSON.  C++17, because ns-3's headers are no C++20.

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace cnisim::peers {

class Flags {
 public:
  Flags(int argc, char** argv) : argc_(argc), argv_(argv) {}

  std::string Text(const char* name, const char* otherwise) const {
    const std::size_t length = std::strlen(name);
    for (int i = 1; i < argc_; ++i) {
      const char* flag = argv_[i];
      if (std::strncmp(flag, "--", 2) == 0 && std::strncmp(flag + 2, name, length) == 0 &&
          flag[2 + length] == '=') {
        return flag + 2 + length + 1;
      }
    }
    return otherwise;
  }
  std::uint64_t Number(const char* name, std::uint64_t otherwise) const {
    const std::string text = Text(name, "");
    return text.empty() ? otherwise : std::strtoull(text.c_str(), nullptr, 10);
  }
  double Real(const char* name, double otherwise) const {
    const std::string text = Text(name, "");
    return text.empty() ? otherwise : std::atof(text.c_str());
  }

 private:
  int argc_;
  char** argv_;
};

inline double Seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

inline void Report(const char* program, std::uint64_t count, double seconds, std::uint64_t check) {
  std::printf(
      "{\"program\":\"%s\",\"count\":%llu,\"seconds\":%.6f,\"per_s\":%.0f,"
      "\"check\":\"%016llx\"}\n",
      program, static_cast<unsigned long long>(count), seconds,
      static_cast<double>(count) / seconds, static_cast<unsigned long long>(check));
  std::fflush(stdout);
}

/// The same for leaf-spine programs: counted are link crossings of delivered packets.
inline void ReportLeafSpine(const char* program, std::uint64_t sent, std::uint64_t served,
                            std::uint64_t answered, std::uint64_t hops, std::int64_t latency_ns,
                            double seconds) {
  std::printf(
      "{\"program\":\"%s\",\"count\":%llu,\"seconds\":%.6f,\"per_s\":%.0f,"
      "\"check\":\"%llu/%llu/%llu/%llu\",\"mean_rtt_ns\":%.1f}\n",
      program, static_cast<unsigned long long>(hops), seconds, static_cast<double>(hops) / seconds,
      static_cast<unsigned long long>(sent), static_cast<unsigned long long>(served),
      static_cast<unsigned long long>(answered), static_cast<unsigned long long>(hops),
      static_cast<double>(latency_ns) / static_cast<double>(answered));
  std::fflush(stdout);
}

}  // namespace cnisim::peers
