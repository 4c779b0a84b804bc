#include "models/scenario/flow_classifier.h"

namespace cnisim::scenario {

using cluster::PodId;
using datapath::Count;
using datapath::FlowClass;
using datapath::PathKind;
using datapath::ServiceAccess;
using workload::Locality;

FlowClass FlowClassifier::Classify(std::optional<PodId> client, PodId server,
                                   const FlowTarget& target, Locality locality) const {
  FlowClass flow;
  flow.path = PathOf(client, server, locality);
  flow.protocol = target.protocol == cluster::Protocol::kUdp ? datapath::TransportProtocol::kUdp
                                                             : datapath::TransportProtocol::kTcp;
  if (target.service.service != nullptr) {
    const cluster::Service& service = target.service.service->service;
    if (client) {
      const bool translated = service.type != cluster::ServiceType::kHeadless;
      flow.service = translated ? ServiceAccess::kClusterIp : ServiceAccess::kNone;
    } else {
      const bool balanced = service.type == cluster::ServiceType::kLoadBalancer;
      flow.service = balanced ? ServiceAccess::kLoadBalancer : ServiceAccess::kNodePort;
      flow.external_policy_local =
          service.external_traffic_policy == cluster::TrafficPolicy::kLocal;
    }
  }
  const bool client_is_pod = client && !cluster_.template_of(*client).host_network;
  SetMtus(flow);
  structures_.SetCounts(target.service, flow.service, client_is_pod, flow.counts);

  SetPolicyWork(PolicyFlow(client, server, target), flow);
  return flow;
}

FlowClass FlowClassifier::ClassifyFromNode(PodId server, const FlowTarget& target,
                                           Locality locality) const {
  FlowClass flow;
  flow.path = locality == Locality::kSameNode ? PathKind::kHostToPodSameNode
                                              : PathKind::kHostToPodCrossNode;
  if (cluster_.template_of(server).host_network && locality != Locality::kSameNode) {
    flow.path = PathKind::kHostToHostCrossNode;
  }
  flow.protocol = target.protocol == cluster::Protocol::kUdp ? datapath::TransportProtocol::kUdp
                                                             : datapath::TransportProtocol::kTcp;
  flow.service = ServiceAccess::kClusterIp;
  SetMtus(flow);
  structures_.SetCounts(target.service, flow.service, /*client_is_pod=*/false, flow.counts);
  return flow;
}

FlowClass FlowClassifier::ClassifyToOwnNode(cluster::Protocol protocol) const {
  FlowClass flow;
  flow.path = PathKind::kHostToPodSameNode;
  flow.protocol = protocol == cluster::Protocol::kUdp ? datapath::TransportProtocol::kUdp
                                                      : datapath::TransportProtocol::kTcp;
  SetMtus(flow);
  structures_.SetCounts({}, ServiceAccess::kNone, /*client_is_pod=*/true, flow.counts);
  return flow;
}

std::optional<FlowClass> FlowClassifier::ClassifyOut(PodId client,
                                                     const OutsideTarget& target) const {
  if (cluster_.template_of(client).host_network) return std::nullopt;
  FlowClass flow;
  flow.path = PathKind::kPodToExternal;
  SetMtus(flow);
  structures_.SetCounts({}, ServiceAccess::kNone, true, flow.counts);
  SetPolicyWork(PolicyFlowOut(client, target), flow);
  return flow;
}

policy::Verdict FlowClassifier::JudgeOut(PodId client, const OutsideTarget& target) const {
  return evaluator_.Evaluate(PolicyFlowOut(client, target));
}

void FlowClassifier::SetMtus(FlowClass& flow) const {
  flow.device_mtu = packets_.device_mtu;
  flow.pod_mtu = packets_.pod_mtu;
  flow.fabric_mtu = packets_.fabric_mtu;
}

void FlowClassifier::SetPolicyWork(const policy::Flow& policed, FlowClass& flow) const {
  const policy::FlowWork work = evaluator_.Work(policed);
  flow.policed_egress = work.policed_egress;
  flow.policed_ingress = work.policed_ingress;
  flow.l7_egress = work.l7_egress;
  flow.l7_ingress = work.l7_ingress;
  flow.counts.Set(Count::kPoliciesEgress, work.policies_egress);
  flow.counts.Set(Count::kPoliciesIngress, work.policies_ingress);
  flow.counts.Set(Count::kPolicyRulesEgress, work.rules_egress);
  flow.counts.Set(Count::kPolicyRulesIngress, work.rules_ingress);
  flow.counts.Set(Count::kPolicySetsEgress, work.sets_egress);
  flow.counts.Set(Count::kPolicySetsIngress, work.sets_ingress);
  flow.counts.Set(Count::kNamespaceRules, work.base_rules);
}

policy::Flow FlowClassifier::PolicyFlowOut(PodId client, const OutsideTarget& target) {
  policy::Flow flow;
  flow.source = policy::Endpoint::Pod(client.value());
  flow.destination = policy::Endpoint::External(target.external);
  flow.port = target.port;
  return flow;
}

policy::Verdict FlowClassifier::Judge(std::optional<PodId> client, PodId server,
                                      const FlowTarget& target) const {
  return evaluator_.Evaluate(PolicyFlow(client, server, target));
}

workload::Admission FlowClassifier::AdmissionOf(const policy::Verdict& verdict) {
  switch (verdict.outcome) {
    case policy::Outcome::kAllow:
      return workload::Admission::kAllowed;
    case policy::Outcome::kForbidden:
      return workload::Admission::kForbidden;
    case policy::Outcome::kRefused:
      return workload::Admission::kRefused;
    case policy::Outcome::kDeny:
      break;
  }
  return verdict.direction() == policy::Direction::kEgress ? workload::Admission::kDroppedAtClient
                                                           : workload::Admission::kDroppedAtServer;
}

policy::Flow FlowClassifier::PolicyFlow(std::optional<PodId> client, PodId server,
                                        const FlowTarget& target) const {
  policy::Flow flow;
  flow.source = client ? policy::Endpoint::Pod(client->value()) : policy::Endpoint::External(0);
  flow.destination = policy::Endpoint::Pod(server.value());
  flow.protocol = target.protocol;
  flow.port = target.port;
  if (target.http) {
    policy::HttpRequest request;
    request.method = target.http->method;
    request.path = target.http->path;
    flow.http = request;
  }
  if (target.service.service != nullptr) {
    const cluster::Service& service = target.service.service->service;
    flow.service = target.service.service->id.value();
    if (!client) {
      flow.entry = service.external_traffic_policy == cluster::TrafficPolicy::kLocal
                       ? policy::Entry::kNodeLocal
                       : policy::Entry::kNodeCluster;
    }
  }
  return flow;
}

PathKind FlowClassifier::PathOf(std::optional<PodId> client, PodId server,
                                Locality locality) const {
  if (!client) {
    return locality == Locality::kViaNode ? PathKind::kExternalToPodViaNode
                                          : PathKind::kExternalToPod;
  }
  const bool client_on_host = cluster_.template_of(*client).host_network;
  const bool server_on_host = cluster_.template_of(server).host_network;
  if (locality == Locality::kSameNode) {
    return client_on_host || server_on_host ? PathKind::kHostToPodSameNode
                                            : PathKind::kPodToPodSameNode;
  }
  if (client_on_host) {
    return server_on_host ? PathKind::kHostToHostCrossNode : PathKind::kHostToPodCrossNode;
  }
  return server_on_host ? PathKind::kPodToHostCrossNode : PathKind::kPodToPodCrossNode;
}

}  // namespace cnisim::scenario
