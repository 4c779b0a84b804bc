#pragma once

/// @file
/// What all hosts of one replication share: the model, the flows with their sizes put in, and where
/// to find each other's call records.  Only read while the simulation runs.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/workload/call.h"
#include "models/workload/flow_plan.h"
#include "models/workload/model.h"
#include "models/workload/random_purposes.h"
#include "models/workload/slab.h"
#include "sim/base/random.h"
#include "sim/base/units.h"
#include "sim/engine/event.h"

namespace cnisim::workload {

/// Where the calls of all hosts are.
class CallDirectory {
 public:
  /// Those of the next host.  The slab must stay where it is.
  void Add(Slab<CallRecord>& calls) {
    calls.Reach(0);
    places_.push_back({calls.first_chunk(), &calls});
  }
  CallRecord& operator[](CallHandle handle) const {
    const Place& place = places_[handle.host];
    if (handle.slot < Slab<CallRecord>::kFirst) [[likely]]
      return place.first[handle.slot];
    return (*place.slab)[handle.slot];
  }
  /// Makes memory for a call of another rank's host.
  void Reach(CallHandle handle) const { places_[handle.host].slab->Reach(handle.slot); }

 private:
  struct Place {
    CallRecord* first;  // its first chunk
    Slab<CallRecord>* slab;
  };
  std::vector<Place> places_;  // [host]
};

class TrafficContext {
 public:
  /// @param fused  as HostResources has it
  TrafficContext(const Model& model, std::uint64_t seed, bool fused = true);
  TrafficContext(const TrafficContext&) = delete;
  TrafficContext& operator=(const TrafficContext&) = delete;

  const Model& model() const { return model_; }
  std::uint64_t seed() const { return seed_; }
  bool fused() const { return fused_; }

  /// Hosts are the nodes, and after them the clients outside the cluster.
  std::uint32_t host_count() const { return static_cast<std::uint32_t>(model_.nodes.size()) + 1; }
  std::uint32_t external_host() const { return static_cast<std::uint32_t>(model_.nodes.size()); }

  const FlowPlan& plan(std::uint32_t index) const { return plans_[index]; }
  /// @pre the edge's target has a flow for this locality
  std::uint32_t PlanOf(std::uint32_t edge, std::uint32_t target, Locality locality) const;

  /// Calls of this edge are chunks of bulk streams.
  bool is_stream(std::uint32_t edge) const { return is_stream_[edge]; }
  /// Some flow of the edge is UDP.
  bool is_udp(std::uint32_t edge) const { return is_udp_[edge]; }
  const LogNormalDistribution& service_time(std::uint32_t application) const {
    return service_times_[application];
  }
  /// Nodes through which external clients reach the edge: where it has a backend.
  const std::vector<std::uint32_t>& entry_nodes(std::uint32_t edge) const {
    return entry_nodes_[edge];
  }

  /// Pods of a host, in the order of the model; none outside the cluster.
  const std::vector<std::uint32_t>& pods_on(std::uint32_t host) const { return pods_on_[host]; }
  /// One of those that make a source's requests.
  struct Client {
    std::uint32_t source = 0;
    std::uint32_t number = 0;      // of the client pod, or of the connection of a closed loop
    std::uint32_t pod = kNone;     // kNone: outside
    std::uint32_t stream = kNone;  // number of the bulk connection
  };
  /// Those on a host, in the order of the sources.
  const std::vector<Client>& clients_on(std::uint32_t host) const { return clients_on_[host]; }
  /// Bulk connections of all sources.
  std::uint32_t streams() const { return streams_; }
  /// Number of the pod among those of its node.
  std::uint32_t local_pod(std::uint32_t pod) const { return pod_places_[pod].number; }
  std::uint32_t node_of(std::uint32_t pod) const { return pod_places_[pod].node; }
  /// Calls of edges with equal time-outs share a queue of deadlines.
  std::uint32_t deadline_queue(std::uint32_t edge) const { return deadline_queues_[edge]; }
  std::uint32_t deadline_queue_count() const { return deadline_queue_count_; }
  /// Some flow's packets are handed over to a peer one after the other.
  bool uses_pairs() const { return uses_pairs_; }

  const FabricSampler& fabric(std::uint32_t from_host, std::uint32_t to_host) const;
  /// The fabric loses packets.
  bool lossy() const { return lossy_; }
  /// The same for a call's messages: servers outside may be farther away than clients there.
  const FabricSampler& way(const Call& call, std::uint32_t from_host, std::uint32_t to_host) const {
    const std::uint32_t external = model_.edges[call.edge].external;
    return external == kNone ? fabric(from_host, to_host) : external_ways_[external];
  }
  /// There and back between a DNS server and the resolver outside that it asks.
  const FabricSampler& upstream(std::uint32_t dns_server) const { return upstreams_[dns_server]; }
  const LogNormalDistribution& external_time(std::uint32_t external) const {
    return external_times_[external];
  }
  /// Destinations of servers outside: their addresses, numbered in the order of the model.
  std::uint32_t first_destination(std::uint32_t external) const {
    return first_destinations_[external];
  }
  std::uint32_t destination_count() const { return destination_count_; }
  /// No message between two hosts is faster: the lookahead.
  SimTime min_latency() const { return min_latency_; }

  RandomStream Stream(std::uint32_t key, Purpose purpose, std::uint32_t detail = 0) const {
    return RandomStream(seed_, key, PurposeOf(purpose, detail));
  }

  // Set once all hosts exist.
  CallDirectory calls;
  std::vector<engine::LpId> lps;  // [host]
  /// [host]: the process that takes what it sends to others, where the fabric's links are
  /// simulated; empty: the fabric is a delay.
  std::vector<engine::LpId> first_hops;

  engine::LpId NextHop(std::uint32_t from_host, std::uint32_t to_host) const {
    return first_hops.empty() ? lps[to_host] : first_hops[from_host];
  }

  Call& call(CallHandle handle) const { return calls[handle].call; }

 private:
  // What every message asks of a pod and of a node, without the rest that a model has of them.
  struct PodPlace {
    std::uint32_t node = 0;
    std::uint32_t number = 0;  // among the pods of its node
  };
  struct NodePlace {
    std::uint32_t zone = 0;
    std::uint32_t proximity_group = 0;
  };

  void DealOutClients();

  const Model& model_;
  std::uint64_t seed_;
  bool fused_;
  std::vector<FlowPlan> plans_;
  std::vector<bool> is_stream_;                          // [edge]
  std::vector<bool> is_udp_;                             // [edge]
  std::vector<std::uint32_t> plan_base_;                 // [edge]: of target 0, same node
  std::vector<std::uint32_t> plan_index_;                // [plan_base + target * kLocalities + l]
  std::vector<LogNormalDistribution> service_times_;     // [application]
  std::vector<std::vector<std::uint32_t>> entry_nodes_;  // [edge]
  std::vector<PodPlace> pod_places_;                     // [pod]
  std::vector<NodePlace> node_places_;                   // [host], without the clients outside
  std::vector<std::vector<std::uint32_t>> pods_on_;      // [host]
  std::vector<std::uint32_t> deadline_queues_;           // [edge]
  std::uint32_t deadline_queue_count_ = 0;
  bool uses_pairs_ = false;
  bool lossy_ = false;
  std::vector<FabricSampler> fabric_;  // [zone * kZones + zone]
  FabricSampler same_group_;
  FabricSampler external_;
  std::vector<FabricSampler> external_ways_;           // [external]
  std::vector<LogNormalDistribution> external_times_;  // [external]
  std::vector<FabricSampler> upstreams_;               // [DNS server]
  std::vector<std::uint32_t> first_destinations_;      // [external]
  std::uint32_t destination_count_ = 0;
  SimTime min_latency_;
  std::vector<std::vector<Client>> clients_on_;  // [host]
  std::uint32_t streams_ = 0;
};

}  // namespace cnisim::workload
