#pragma once

/// @file
/// Who enforces network policies on a cluster's nodes.

#include <cstdint>

namespace cnisim::policy {

enum class Engine : std::uint8_t {
  kNone,      ///< policies are stored and ignored
  kAzureNpm,  ///< Azure Network Policy Manager
  kCalico,
  kCilium,
};

}  // namespace cnisim::policy
