#pragma once

/// @file
/// Sizes of single parts of the engines' structures.

#include <cstdint>
#include <vector>

#include "models/policy/internal/compiled_policies.h"
#include "models/policy/settings.h"

namespace cnisim::policy::internal {

/// iptables rules that one policy rule becomes, and ipset tests that walking all of them takes.
struct RenderedRule {
  std::uint32_t rules = 0;
  std::uint32_t sets = 0;
};
/// Azure NPM: one rule a peer and port.
RenderedRule RenderForNpm(const CompiledRule& rule);
/// Calico: one a peer and protocol, ports in groups of the multiport match; each is a match and a
/// return.
RenderedRule RenderForCalico(const CompiledRule& rule, const Limits& limits);

/// A block of ports that a map entry with a prefix covers.
struct PortBlock {
  std::uint16_t port = 0;
  std::uint8_t bits = 16;
};
/// The fewest blocks that cover [first, last].  @pre 1 <= first <= last
std::vector<PortBlock> BlocksOf(std::uint16_t first, std::uint16_t last);

}  // namespace cnisim::policy::internal
