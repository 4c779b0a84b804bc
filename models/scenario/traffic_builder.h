#pragma once

/// @file
/// Resolves the calls and the traffic of a scenario to indices: which pods call which, on which
/// flows, and what the policies make of it.

#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "models/cluster/cluster.h"
#include "models/datapath/cni_profile.h"
#include "models/datapath/flow_class.h"
#include "models/document/diagnostics.h"
#include "models/scenario/flow_classifier.h"
#include "models/scenario/scenario.h"
#include "models/workload/model.h"

namespace cnisim::scenario {

/// What `to` means for a client: the Service port or container port, and the pods behind it.
struct ResolvedTarget {
  FlowTarget target;
  std::vector<cluster::PodId> servers;  // ascending
};

/// @param port  as CallSpec::port; 0: the first
/// nullopt if there is no such party; the scenario's reader reports that.
std::optional<ResolvedTarget> ResolveTarget(const cluster::Cluster& cluster, const Party& to,
                                            int port, const std::optional<HttpRequest>& http);

/// What a party outside is to policies; the scenario has it.
OutsideTarget ResolveOutside(const Scenario& scenario, const Party& to);

/// The pods of a client; empty for clients outside.
std::vector<cluster::PodId> ClientsOf(const cluster::Cluster& cluster, const Party& from);

class TrafficBuilder {
 public:
  /// Adds to `model`, whose nodes, pods and applications are there already.  Application i is
  /// workload i.  Classes of the model's flows go to `flow_classes`.
  TrafficBuilder(const Scenario& scenario, const cluster::Cluster& cluster,
                 const FlowClassifier& classifier, const datapath::CniProfile& profile,
                 workload::Model& model, std::vector<datapath::FlowClass>& flow_classes,
                 document::Diagnostics& diagnostics)
      : scenario_(scenario),
        cluster_(cluster),
        classifier_(classifier),
        profile_(profile),
        model_(model),
        flow_classes_(flow_classes),
        diagnostics_(diagnostics) {}

  void AddCall(const CallSpec& call);
  /// After all calls.
  void AddTraffic(const TrafficSpec& traffic);

  /// Makes an edge lead from these pods to the servers of `to`.
  void AddServers(const std::vector<cluster::PodId>& clients, const ResolvedTarget& to,
                  const SourceLocation& where, workload::EdgeModel& edge) {
    AddTargets({clients, to, where, edge.name}, edge);
  }
  /// Index of a flow that the edge `name` needs.
  std::uint32_t AddFlow(const datapath::FlowClass& flow, const SourceLocation& where,
                        const std::string& name) {
    return FlowOf(flow, {{}, {}, where, name});
  }

 private:
  struct Ends {
    std::vector<cluster::PodId> clients;  // empty: outside
    ResolvedTarget to;
    SourceLocation where;
    std::string name;
  };

  void AddTargets(const Ends& ends, workload::EdgeModel& edge);
  void AddOutside(const Ends& ends, const Party& to, workload::EdgeModel& edge);
  std::uint32_t FlowOf(const datapath::FlowClass& flow, const Ends& ends);
  void PairEnds(const TrafficSpec& traffic, const Ends& ends, workload::SourceModel& source);

  const Scenario& scenario_;
  const cluster::Cluster& cluster_;
  const FlowClassifier& classifier_;
  const datapath::CniProfile& profile_;
  workload::Model& model_;
  std::vector<datapath::FlowClass>& flow_classes_;
  document::Diagnostics& diagnostics_;
  std::map<datapath::FlowClass, std::uint32_t> flows_;
};

}  // namespace cnisim::scenario
