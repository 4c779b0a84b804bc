#pragma once

/// @file
/// What a cluster's own configuration files say about its CNI: the switches that choose the stages
/// of its paths, where pod addresses come from, and who enforces policies.  The readers of this
/// folder write it; the models further up read it and never look at a Helm value or an az flag.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/datapath/switches.h"
#include "models/document/source_location.h"
#include "models/ipam/ipam_configuration.h"
#include "models/policy/engine.h"
#include "sim/base/units.h"

namespace cnisim::cni {

/// `--network-plugin`
enum class NetworkPlugin : std::uint8_t { kAzure, kKubenet, kNone };

/// Limits of tables and agents that a configuration file may set; empty means that the catalog's
/// default for the CNI holds.
struct AgentLimits {
  std::optional<std::int64_t> lb_map_entries;          ///< Cilium bpf.lbMapMax
  std::optional<std::int64_t> policy_map_entries;      ///< Cilium bpf.policyMapMax, per endpoint
  std::optional<std::int64_t> conntrack_tcp;           ///< Cilium bpf.ctTcpMax
  std::optional<std::int64_t> conntrack_any;           ///< Cilium bpf.ctAnyMax
  std::optional<std::int64_t> nat_entries;             ///< Cilium bpf.natMax
  std::optional<int> operator_replicas;                ///< Cilium operator.replicas
  std::optional<std::string> rollout_max_unavailable;  ///< of the agent's DaemonSet, "2" or "5%"
};

/// One CNI as one configuration of the scenario has it.  Plain data, fixed after reading.
struct CniConfiguration {
  std::string profile;  ///< entry of models/catalog/cni, e.g. "byocni-cilium"
  NetworkPlugin plugin = NetworkPlugin::kAzure;

  /// Only what the files say or imply; the profile's defaults fill the rest
  /// (models/datapath/switches.h has the vocabulary).
  datapath::Switches switches;
  ipam::IpamConfiguration ipam;
  policy::Engine policy_engine = policy::Engine::kNone;

  /// Version of the CNI's own software ("1.15.0"); policy features depend on it.  Empty: the newest
  /// that the models know.
  std::string version;
  bool policy_sctp = false;                ///< Cilium sctp.enabled
  bool policy_cidr_matches_nodes = false;  ///< Cilium policyCIDRMatchMode: nodes
  int default_max_pods = 110;    ///< of a pool that does not say; AKS's default for the mode
  std::optional<Bytes> pod_mtu;  ///< set by hand in the file; empty: derived from the encapsulation
  std::optional<int> tunnel_port;    ///< UDP port that an NSG must pass; empty: the protocol's own
  bool replaces_kube_proxy = false;  ///< the CNI translates all Services itself
  bool removes_kube_proxy = false;   ///< its operator switches kube-proxy off
  bool needs_kube_proxy = false;     ///< some or all Services are left to kube-proxy
  /// Where each of ipam.pod_cidrs stands.  // [pod CIDR]
  std::vector<document::SourceLocation> pod_cidr_places;
  bool hubble_relay = false;
  bool hubble_ui = false;
  AgentLimits limits;
  document::SourceLocation where;
};

}  // namespace cnisim::cni
