#include "models/cni/chart_version.h"

#include <charconv>

namespace cnisim::cni {

std::optional<ChartVersion> ParseChartVersion(std::string_view text) {
  if (text.starts_with("v")) text.remove_prefix(1);
  ChartVersion version;
  const char* const end = text.data() + text.size();
  const auto major = std::from_chars(text.data(), end, version.major);
  if (major.ec != std::errc() || major.ptr == end || *major.ptr != '.' || version.major < 0) {
    return std::nullopt;
  }
  const auto minor = std::from_chars(major.ptr + 1, end, version.minor);
  if (minor.ec != std::errc() || version.minor < 0) return std::nullopt;
  if (minor.ptr != end && *minor.ptr != '.' && *minor.ptr != '-' && *minor.ptr != '+') {
    return std::nullopt;
  }
  return version;
}

}  // namespace cnisim::cni
