#pragma once

/// @file
/// Addresses of a configuration's nodes and pods at the start, taken from real prefixes by the
/// allocator of its network mode.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/azure/limits.h"
#include "models/cluster/cluster.h"
#include "models/document/diagnostics.h"
#include "models/net/cidr.h"
#include "models/net/ip_address.h"
#include "models/scenario/scenario.h"

namespace cnisim::scenario {

/// Addresses that a subnet of the VNet gave away.
struct SubnetUse {
  std::string subnet;
  net::Cidr prefix;
  std::uint64_t usable = 0;  ///< without Azure's reserved ones
  std::uint64_t taken = 0;   ///< by nodes and pods, held in advance included
};

struct AddressPlan {
  std::vector<std::optional<net::IpAddress>> nodes;  // [node id]
  std::vector<std::optional<net::IpAddress>> pods;   // [pod id]; empty: none was left
  std::vector<SubnetUse> subnets;                    // as in the scenario
  std::uint64_t vnet_addresses = 0;
  std::uint32_t pods_without_address = 0;
};

/// Addresses of a subnet that neither nodes nor pods take.
struct OtherUse {
  std::string subnet;
  int addresses = 0;
  std::string what;  ///< "load balancers and private endpoint"
};

/// In the first pool's node subnet a frontend a load balancer that is internal, and the API
/// server's private endpoint; in a subnet of their own the API servers with VNet integration.
std::vector<OtherUse> OtherAddresses(const Scenario& scenario, const ConfigurationSpec& spec,
                                     const azure::Limits& limits);

/// What does not fit is a warning in `diagnostics`, once a pool or subnet.
AddressPlan TakeAddresses(const Scenario& scenario, const ConfigurationSpec& spec,
                          const cluster::Cluster& cluster, const azure::Limits& limits,
                          document::Diagnostics& diagnostics);

}  // namespace cnisim::scenario
