#pragma once

/// @file
/// Versions of charts and of Kubernetes: "1.15.0", "v1.30".

#include <compare>
#include <optional>
#include <string_view>

namespace cnisim::cni {

/// The two numbers that decide what a release knows; a patch number changes no key.
struct ChartVersion {
  int major = 0;
  int minor = 0;

  friend auto operator<=>(const ChartVersion&, const ChartVersion&) = default;
};

/// "1.15", "1.15.0", "v1.16.0-rc.1"; nullopt for anything else.
std::optional<ChartVersion> ParseChartVersion(std::string_view text);

}  // namespace cnisim::cni
