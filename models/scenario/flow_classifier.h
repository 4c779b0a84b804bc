#pragma once

/// @file
/// From two ends of a flow to its class: where they are, what the Service engine and the policies
/// make the first packet walk, and whether the policies let it pass.

#include <cstdint>
#include <optional>
#include <string>

#include "models/cluster/cluster.h"
#include "models/cni/cni_configuration.h"
#include "models/datapath/flow_class.h"
#include "models/policy/evaluator.h"
#include "models/scenario/scenario.h"
#include "models/scenario/service_structures.h"
#include "models/workload/model.h"

namespace cnisim::scenario {

/// What a client asks for.
struct FlowTarget {
  ServicePortRef service;  ///< without a Service: by the address of the pod
  cluster::Protocol protocol = cluster::Protocol::kTcp;
  std::uint16_t port = 0;  ///< of the Service, or of the pod
  std::optional<HttpRequest> http;
};

/// What a pod asks for outside.
struct OutsideTarget {
  std::uint32_t external = 0;  ///< number among the external parties of the evaluator's view
  std::uint16_t port = 443;
};

class FlowClassifier {
 public:
  /// @param packets  MTUs in its fields device_mtu, pod_mtu and fabric_mtu; the rest is not looked
  /// at
  /// @pre cluster, structures and evaluator outlive it; the evaluator's view is the cluster's, with
  ///      clients outside as its first external party
  FlowClassifier(const cluster::Cluster& cluster, const ServiceStructures& structures,
                 const policy::Evaluator& evaluator, const datapath::FlowClass& packets)
      : cluster_(cluster), structures_(structures), evaluator_(evaluator), packets_(packets) {}

  /// @param client    nothing: outside the cluster
  /// @param locality  kViaNode for a flow from outside that enters at another node
  datapath::FlowClass Classify(std::optional<cluster::PodId> client, cluster::PodId server,
                               const FlowTarget& target, workload::Locality locality) const;

  /// A connection of the node itself to a pod.  Policies are not looked at.
  datapath::FlowClass ClassifyFromNode(cluster::PodId server, const FlowTarget& target,
                                       workload::Locality locality) const;
  /// From a pod to an address of its own node, likewise.
  datapath::FlowClass ClassifyToOwnNode(cluster::Protocol protocol) const;

  /// A connection to an address outside the cluster; nothing for a client in the host's network,
  /// whose packets have the node's address anyway.
  std::optional<datapath::FlowClass> ClassifyOut(cluster::PodId client,
                                                 const OutsideTarget& target) const;
  policy::Verdict JudgeOut(cluster::PodId client, const OutsideTarget& target) const;

  policy::Verdict Judge(std::optional<cluster::PodId> client, cluster::PodId server,
                        const FlowTarget& target) const;

  /// The verdict as the traffic model wants it.
  static workload::Admission AdmissionOf(const policy::Verdict& verdict);

 private:
  static policy::Flow PolicyFlowOut(cluster::PodId client, const OutsideTarget& target);
  void SetMtus(datapath::FlowClass& flow) const;
  void SetPolicyWork(const policy::Flow& policed, datapath::FlowClass& flow) const;
  policy::Flow PolicyFlow(std::optional<cluster::PodId> client, cluster::PodId server,
                          const FlowTarget& target) const;
  datapath::PathKind PathOf(std::optional<cluster::PodId> client, cluster::PodId server,
                            workload::Locality locality) const;

  const cluster::Cluster& cluster_;
  const ServiceStructures& structures_;
  const policy::Evaluator& evaluator_;
  datapath::FlowClass packets_;
};

}  // namespace cnisim::scenario
