#pragma once

/// @file
/// What `az aks create`, `az aks nodepool add` and `az network vnet` lines say, or the same flags
/// as a map in YAML.  Every value has its place, since later checks speak about it.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/cni/cni_configuration.h"
#include "models/document/source_location.h"
#include "models/net/cidr.h"
#include "models/net/ip_address.h"

namespace cnisim::cni {

/// A flag's value and its place; empty when the flag was not given.
template <class T>
struct Setting {
  std::optional<T> value;
  document::SourceLocation where;

  explicit operator bool() const { return value.has_value(); }
  const T& operator*() const { return *value; }
  const T* operator->() const { return &*value; }
};

enum class NetworkDataplane : std::uint8_t { kAzure, kCilium };
enum class NetworkPolicy : std::uint8_t { kNone, kAzure, kCalico, kCilium };
enum class PodIpAllocation : std::uint8_t { kDynamicIndividual, kStaticBlock };
enum class OutboundType : std::uint8_t {
  kLoadBalancer,
  kManagedNatGateway,
  kUserAssignedNatGateway,
  kUserDefinedRouting,
  kNone,
  kBlock,
};

/// Flags of one node pool: the pool that `az aks create` makes, or one `nodepool add`.
struct AzNodePool {
  std::string name;  ///< `--nodepool-name`, `--name` of nodepool add; az's default is nodepool1
  Setting<std::string> vm_size;
  Setting<int> node_count;
  Setting<int> min_count;
  Setting<int> max_count;
  bool autoscaler = false;
  Setting<int> max_pods;
  Setting<std::vector<int>> zones;
  Setting<std::string> max_surge;    ///< "33%" or "2"
  Setting<std::string> mode;         ///< System or User
  Setting<std::string> vnet_subnet;  ///< last part of the resource id: the subnet's name
  Setting<std::string> pod_subnet;   ///< same
  Setting<std::string> proximity_placement_group;  ///< `--ppg`: last part of the resource id
  Setting<PodIpAllocation> pod_ip_allocation;
  document::SourceLocation where;
};

/// A subnet that the same script creates.
struct AzSubnet {
  std::string name;
  net::Cidr prefix;
  document::SourceLocation where;
};

struct AzSettings {
  bool given = false;  ///< false: no line at all; AKS's defaults hold
  Setting<NetworkPlugin> network_plugin;
  Setting<bool> overlay;  ///< `--network-plugin-mode overlay`
  Setting<NetworkDataplane> dataplane;
  Setting<NetworkPolicy> network_policy;
  Setting<std::vector<net::Cidr>> pod_cidrs;
  Setting<std::vector<net::Cidr>> service_cidrs;
  Setting<net::IpAddress> dns_service_ip;
  Setting<bool> dual_stack;  ///< `--ip-families IPv4,IPv6`
  Setting<OutboundType> outbound_type;
  Setting<int> lb_outbound_ports;
  Setting<int> lb_outbound_ip_count;
  Setting<int> nat_gateway_ip_count;
  Setting<int> nat_gateway_idle_minutes;
  Setting<std::string> kube_proxy_config;  ///< path, relative to the file that has the line
  Setting<std::string> kubernetes_version;
  bool private_cluster = false;
  Setting<std::string> apiserver_subnet;
  AzNodePool default_pool;
  std::vector<AzNodePool> added_pools;  ///< one for each `nodepool add`
  std::vector<AzSubnet> subnets;        ///< of `az network vnet create` and `vnet subnet create`
  Setting<net::Cidr> vnet_prefix;
  document::SourceLocation where;
};

}  // namespace cnisim::cni
