#include "models/policy/internal/structures.h"

#include <algorithm>
#include <array>

namespace cnisim::policy::internal {
namespace {

// ipset tests that a peer takes with Azure NPM: one a label, namespace or block of addresses.
std::uint32_t NpmSetsOf(const Peer& peer) {
  if (const auto* selector = std::get_if<Selector>(&peer.match)) {
    return static_cast<std::uint32_t>(std::max<std::size_t>(1, selector->terms.size()));
  }
  return 1;
}

// With Calico: one a selector; prefixes are matched by the rule itself.
std::uint32_t CalicoSetsOf(const Peer& peer) {
  if (std::holds_alternative<Selector>(peer.match)) return 1;
  const auto* match = std::get_if<EntityMatch>(&peer.match);
  if (match == nullptr) return 0;
  return (match->pods ? 1U : 0U) + (match->not_pods ? 1U : 0U);
}

}  // namespace

RenderedRule RenderForNpm(const CompiledRule& rule) {
  const std::size_t ports = rule.rule->any_port ? 1 : rule.rule->ports.size();
  const std::size_t peers = rule.rule->any_peer ? 1 : rule.rule->peers.size();
  std::uint32_t port_sets = 0;
  for (const PortMatch& port : rule.rule->ports) port_sets += port.name.empty() ? 0U : 1U;
  std::uint32_t peer_sets = 0;
  for (const Peer& peer : rule.rule->peers) peer_sets += NpmSetsOf(peer);
  RenderedRule rendered;
  rendered.rules = static_cast<std::uint32_t>(ports * peers);
  rendered.sets =
      static_cast<std::uint32_t>(ports) * peer_sets + static_cast<std::uint32_t>(peers) * port_sets;
  return rendered;
}

RenderedRule RenderForCalico(const CompiledRule& rule, const Limits& limits) {
  constexpr std::array<ProtocolSet, 3> kProtocols = {kTcpBit, kUdpBit, kSctpBit};
  std::uint32_t groups = 0;
  std::uint32_t port_sets = 0;
  if (rule.rule->any_port) {
    groups = 1;
  } else {
    for (const ProtocolSet protocol : kProtocols) {
      std::uint32_t slots = 0;
      std::uint32_t named = 0;
      bool every = false;
      for (const PortMatch& port : rule.rule->ports) {
        if ((port.protocols & rule.rule->protocols & protocol) == 0) continue;
        if (port.every_port()) {
          every = true;
        } else if (!port.name.empty()) {
          ++named;
        } else {
          slots += port.end_port ? 2U : 1U;  // a range takes two of multiport's places
        }
      }
      port_sets += named;
      groups += named + (every ? 1U : 0U) +
                (slots + limits.calico_ports_per_rule - 1) / limits.calico_ports_per_rule;
    }
  }
  const auto peers = static_cast<std::uint32_t>(rule.rule->any_peer ? 1 : rule.rule->peers.size());
  std::uint32_t peer_sets = 0;
  for (const Peer& peer : rule.rule->peers) peer_sets += CalicoSetsOf(peer);
  RenderedRule rendered;
  rendered.rules = peers * groups * limits.calico_rules_per_rule;
  rendered.sets = groups * peer_sets + peers * port_sets;
  return rendered;
}

std::vector<PortBlock> BlocksOf(std::uint16_t first, std::uint16_t last) {
  std::vector<PortBlock> blocks;
  std::uint32_t next = first;
  while (next <= last) {
    std::uint32_t size = 1;
    std::uint8_t bits = 16;
    while (bits > 0 && next % (size * 2) == 0 && next + size * 2 - 1 <= last) {
      size *= 2;
      --bits;
    }
    blocks.push_back({static_cast<std::uint16_t>(next), bits});
    next += size;
  }
  return blocks;
}

}  // namespace cnisim::policy::internal
