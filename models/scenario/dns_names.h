#pragma once

/// @file
/// What a resolver makes of a name, and which names exist.

#include <string>
#include <string_view>
#include <vector>

#include "models/cluster/cluster.h"
#include "models/scenario/scenario.h"

namespace cnisim::scenario {

/// Where the cluster's DNS server is found.
inline constexpr std::string_view kDnsNamespace = "kube-system";
inline constexpr std::string_view kDnsService = "kube-dns";

/// The search list of a pod's resolv.conf.
std::vector<std::string> SearchList(std::string_view ns, const std::vector<std::string>& node);

/// The full names that a resolver asks for, in order, as resolv.conf(5) has it: one that ends in a
/// dot is full already; one with fewer dots than `ndots` comes last by itself, else first.
std::vector<std::string> ExpandName(std::string_view name, int ndots,
                                    const std::vector<std::string>& search);

/// The full name is below the cluster's domain.
bool IsClusterName(std::string_view name);
/// It is a Service's: "cart.shop.svc.cluster.local".
bool IsServiceName(const cluster::Cluster& cluster, std::string_view name);

/// What a client in namespace `ns` writes for this party: the Service's name, with the namespace if
/// that is another; the host of an external.  Empty: it has no name (a pod, by its address).
std::string WrittenName(const Scenario& scenario, std::string_view ns, const Party& to);

}  // namespace cnisim::scenario
