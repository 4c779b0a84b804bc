#pragma once

/// @file
/// One configuration of a scenario, made ready to run: pods placed, addresses taken, Service and
/// policy structures counted, every call edge compiled to segments.  Fixed after Prepare() and
/// shared by all threads; replications (replication.h) only read it.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "models/cluster/cluster.h"
#include "models/datapath/cni_profile.h"
#include "models/datapath/compiler.h"
#include "models/datapath/cost_model.h"
#include "models/datapath/flow_class.h"
#include "models/datapath/switches.h"
#include "models/document/diagnostics.h"
#include "models/policy/evaluator.h"
#include "models/scenario/address_plan.h"
#include "models/scenario/catalog.h"
#include "models/scenario/endpoint_churn.h"
#include "models/scenario/flow_classifier.h"
#include "models/scenario/scenario.h"
#include "models/scenario/service_structures.h"
#include "models/workload/model.h"

namespace cnisim::scenario {

/// What can be said without simulating.
struct ConfigurationFacts {
  std::vector<SubnetUse> subnets;    // as in the scenario
  std::uint64_t vnet_addresses = 0;  ///< taken in all subnets
  std::uint32_t nodes = 0;
  std::uint32_t pods = 0;           ///< placed and with an address
  std::uint32_t pods_unplaced = 0;  ///< no room (max pods) or no address

  std::uint64_t service_ports = 0;
  std::uint64_t service_endpoints = 0;
  std::uint64_t service_rules = 0;        ///< KUBE-SERVICES, or 0 where there is none
  std::uint64_t service_lines = 0;        ///< of all chains, as iptables-save counts them
  std::uint64_t service_map_entries = 0;  ///< of eBPF or nftables maps

  std::uint64_t policies = 0;                ///< of the scenario
  std::uint64_t policies_enforced = 0;       ///< that this engine reads
  std::uint64_t policy_map_entries_max = 0;  ///< of the endpoint that has most
  std::uint64_t policy_rules_max = 0;        ///< likewise, where policies are rules
  /// What the policies add to a packet's demand on the flow that pays most: the flow as it is
  /// against the same flow without policies.
  Nanoseconds policy_first_packet;  ///< a connection's first
  Nanoseconds policy_packet;        ///< a later one, with one byte
  /// Work of the busiest node when a policy changes that selects all of its pods.
  Nanoseconds policy_update;

  std::uint64_t endpoint_changes = 0;  ///< pods that are replaced while traffic runs
  SimTime enforcement_mean;            ///< from such a change to its being in force on a node
  SimTime enforcement_longest;

  datapath::PathMtu mtu;
  std::vector<std::string> assumed_costs;  ///< ids of stages in use that have no measurement
};

/// One way that packets of an edge may take.
struct EdgeFlow {
  datapath::FlowClass flow;
  double share = 0;    ///< of the pairs of ends: same node, other node, through an entry node
  std::string client;  ///< an example: pod name, or "external"
  std::string server;
  std::string client_node;  ///< empty for external
  std::string server_node;
  std::string verdict;  ///< what policies say: "allow", or "deny by NetworkPolicy shop/…"
};

/// What a client asks before it opens a connection.
struct LookupFacts {
  std::vector<std::string> names;  ///< in order; the last one exists
  std::uint32_t queries = 0;
  std::string server;  ///< "CoreDNS"
};

class PreparedConfiguration {
 public:
  /// nullptr if it cannot be run at all; the reasons are in `diagnostics`.
  /// @pre scenario, its configuration and catalog outlive the result
  static std::unique_ptr<const PreparedConfiguration> Prepare(const Scenario& scenario,
                                                              const ConfigurationSpec& spec,
                                                              const Catalog& catalog,
                                                              document::Diagnostics& diagnostics);
  PreparedConfiguration(const PreparedConfiguration&) = delete;
  PreparedConfiguration& operator=(const PreparedConfiguration&) = delete;

  const std::string& name() const { return spec_.name; }
  const cluster::Cluster& cluster() const { return cluster_; }
  const ConfigurationFacts& facts() const { return facts_; }
  const datapath::CniProfile& profile() const { return profile_; }
  const datapath::Switches& switches() const { return switches_; }  ///< the profile's included
  const datapath::CostModel& costs() const { return catalog_.costs; }
  const policy::Evaluator& policies() const { return *evaluator_; }
  const AddressPlan& addresses() const { return addresses_; }
  Caches caches() const { return scenario_.measure.caches; }

  /// The paths between two parties, likeliest first; empty if no packet goes that way.
  /// @param port  as in CallSpec; 0: that of the scenario's call or traffic between them, else the
  ///              first
  std::vector<EdgeFlow> FlowsBetween(const Party& from, const Party& to, int port = 0) const;

  /// The look-up of the scenario's call or traffic between them; nullopt if it asks nothing.
  std::optional<LookupFacts> LookupBetween(const Party& from, const Party& to) const;

  /// The traffic with its flows compiled under `costs`.
  workload::Model BuildModel(const datapath::CostModel& costs) const;

 private:
  PreparedConfiguration(const Scenario& scenario, const ConfigurationSpec& spec,
                        const Catalog& catalog);

  std::vector<EdgeFlow> FlowsToOutside(const Party& from, const Party& to) const;
  bool PrepareCluster(document::Diagnostics& diagnostics);
  void WarnOfUnenforcedPolicies(document::Diagnostics& diagnostics) const;
  void WarnOfPacketSizes(document::Diagnostics& diagnostics) const;
  void PrepareNodes(document::Diagnostics& diagnostics);
  void PrepareApplications();
  void PrepareOutside();
  void PrepareTraffic(document::Diagnostics& diagnostics);
  void PrepareChurn(document::Diagnostics& diagnostics);
  Enforcement EnforcementUnder(const datapath::CostModel& costs) const;
  void StateFacts();
  void StatePolicyFacts();
  Nanoseconds PolicyUpdateWork() const;

  const Scenario& scenario_;
  const ConfigurationSpec& spec_;
  const Catalog& catalog_;
  cluster::Cluster cluster_;
  datapath::CniProfile profile_;
  datapath::Switches switches_;
  AddressPlan addresses_;
  std::unique_ptr<const policy::Evaluator> evaluator_;
  std::unique_ptr<const ServiceStructures> structures_;
  std::unique_ptr<const FlowClassifier> classifier_;
  std::vector<PlannedChange> changes_;
  ConfigurationFacts facts_;
  workload::Model model_;                          ///< its flows are compiled by BuildModel()
  std::vector<datapath::FlowClass> flow_classes_;  // [flow]
};

}  // namespace cnisim::scenario
