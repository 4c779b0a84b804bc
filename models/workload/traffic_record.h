#pragma once

/// @file
/// What one replication of the traffic found: counts and integer histograms only, so that records
/// of any number of replications merge exactly.  Everything is about the measured span, that is
/// without the warm-up, unless it says otherwise.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/base/histogram.h"
#include "sim/base/units.h"

namespace cnisim::workload {

/// Why a packet or a request ended inside the cluster.
enum class DropReason : std::uint8_t {
  kSoftirqBacklog,    ///< the core's receive queue was full
  kNicQueue,          ///< the NIC's transmit queue was full
  kConntrackFull,     ///< no room for a new connection's entry
  kSnatPorts,         ///< no port left to translate a new connection to
  kPolicy,            ///< denied without a word: the SYN disappears
  kListenQueue,       ///< SYN for a pod whose accept queue was full
  kApplicationQueue,  ///< request for a pod whose workers and queue were full: answered by an error
  kProxyQueue,        ///< the node's L7 proxy had too much to do
  kNoEndpoint,        ///< the Service had no ready endpoint
  kPacketTooLarge,    ///< larger than its way carries, and not to be cut
  kPodGone,           ///< sent to the address of a pod that is gone
  kReceiveBuffer,     ///< datagram for a socket whose reader had not taken earlier ones
  kFabricLoss,        ///< lost on the way between two machines
  kNoWayOut,          ///< for an address outside, and the cluster has no outbound type
  kDnsQueue,          ///< query for a DNS server whose socket held all it may
  kConntrackRace,     ///< second datagram of a new flow, while the first one's entry was being made
  kVmFlows,           ///< Azure's network keeps no more flows for the VM
};
inline constexpr std::size_t kDropReasons = 17;
std::string_view Name(DropReason reason);

/// Why a request, or a call inside the cluster, did not succeed.
enum class FailureReason : std::uint8_t {
  kTimeout,     ///< no answer within the client's time
  kDenied,      ///< as kTimeout, and every SYN was dropped by a policy
  kForbidden,   ///< 403 from a proxy that enforces an L7 policy
  kRefused,     ///< reset or ICMP: no endpoint, or a policy that rejects
  kOverloaded,  ///< error from a pod whose queue was full
  kUpstream,    ///< the server answered with an error, since a call of its own failed
  kLookup,  ///< the server's name was not looked up: nobody answered in time, or it is not there
  kNoSourcePort,  ///< EADDRNOTAVAIL: the client has no port left to this destination
  kIdle,          ///< reset: its connection was idle for too long and is forgotten on its way
};
inline constexpr std::size_t kFailureReasons = 9;
std::string_view Name(FailureReason reason);

/// What was answered in a step of the measured span.
struct LatencyStep {
  std::uint64_t answered = 0;
  std::int64_t latency_ns = 0;  ///< sum
};
using LatencySeries = std::vector<LatencyStep>;  // [step]; ends with the last answer

/// Adds step by step.
void Add(const LatencySeries& from, LatencySeries& to);

/// Counts of requests or calls.  offered == completed + all failures + in_flight.
struct FlowCounts {
  std::uint64_t offered = 0;
  std::uint64_t completed = 0;
  /// Answered well within the span, though asked before it perhaps: what was served.  `completed`
  /// leaves those out.
  std::uint64_t answered = 0;
  std::uint64_t connections = 0;  ///< opened
  Bytes delivered;                ///< payload that arrived at the server; the figure for a stream
  std::array<std::uint64_t, kFailureReasons> failed{};  // [FailureReason]
  /// Calls that a policy stopped, counted when it did: the first SYN disappeared or was refused, or
  /// the request got a 403.  Most are in flight for seconds after.
  std::uint64_t denied = 0;
  std::uint64_t in_flight = 0;  ///< not answered yet at the end
  std::uint64_t retransmissions = 0;
  std::uint64_t lookups = 0;  ///< of the server's name, ended within the span
  std::uint64_t queries = 0;  ///< that they sent
  SimTime lookup_time;        ///< sum of how long they took, failed ones too

  void Add(const FlowCounts& other);
  std::uint64_t total_failed() const;
};

/// Requests of one traffic source, or calls of one edge of the call graph.
struct FlowRecord : FlowCounts {
  std::string name;           ///< "external -> frontend"
  Histogram latency_total;    ///< ns, of the completed ones
  Histogram latency_network;  ///< ns, what is left of it without the applications' own time
  Histogram latency_lookup;   ///< ns, from a call's begin until its server's address is known
  LatencySeries series;       ///< of a source, if TrafficOptions::series_step asks for it
};

/// A class of contended resources.
enum class ResourceKind : std::uint8_t {
  kSoftirq,      ///< receive work of one core
  kCores,        ///< all CPU time of a node
  kNic,          ///< the SKU's bandwidth
  kProxy,        ///< workers of a node's L7 proxy
  kWorkers,      ///< request slots of a pod
  kConntrack,    ///< entries of a node's connection table
  kEncryption,   ///< serial hand-over of encrypted packets between two nodes
  kCpuLimit,     ///< CPU time that a pod's limit allows
  kSnatPorts,    ///< source ports to one destination outside
  kDns,          ///< threads of a CoreDNS pod
  kVmFlows,      ///< flows that Azure's network keeps for a VM
  kSourcePorts,  ///< a client's own ports to one destination
};
inline constexpr std::size_t kResourceKinds = 12;
std::string_view Name(ResourceKind kind);

/// How loaded the resources of one kind were.
struct ResourceUse {
  ResourceKind kind = ResourceKind::kCores;
  std::string busiest;   ///< "node apps-3", "pod cart-0"; empty if there is none of the kind
  double busy_max = 0;   ///< share of time (tables: of their room, CPU limit: of it) of the busiest
  double busy_mean = 0;  ///< mean over all of the kind
  SimTime wait_mean;     ///< waiting before service, mean over all that came
  SimTime waited;        ///< sum of the waits
  std::uint64_t drops = 0;
  /// When it first dropped or first refused, warm-up included; SimTime::Max() if never.
  SimTime first_drop = SimTime::Max();
};

/// CPU time of one node, by what it went to.
struct NodeCpu {
  std::uint64_t cores = 0;  // as wide as the others: ranks send the record as it lies in memory
  SimTime application;      ///< the pods' own work
  SimTime task_network;     ///< system calls and what the kernel does inside them
  SimTime softirq;
  SimTime proxy;
  SimTime network() const { return task_network + softirq + proxy; }
};

struct TrafficRecord {
  std::vector<FlowRecord> sources;                    // [traffic source], as in the scenario
  std::vector<FlowRecord> edges;                      // [call edge], as in the scenario
  std::vector<FlowRecord> queries;                    // edges of DNS queries, by name
  std::array<std::uint64_t, kDropReasons> drops{};    // [DropReason]
  std::array<ResourceUse, kResourceKinds> resources;  // [ResourceKind]
  std::vector<NodeCpu> nodes;                         // [node id]
  /// Time that requests of all sources were under way in the span, summed up over them.
  SimTime request_time;
  SimTime measured;
  std::uint64_t events = 0;  ///< handled by the engine, warm-up included
  std::uint64_t digest = 0;  ///< of every event; equal for equal runs

  /// What gives way first: of the saturated kinds (drops, or busy above 0.95) the one that dropped
  /// first, workers only if nothing else explains them; if none is saturated the busiest.
  struct Binding {
    ResourceKind kind = ResourceKind::kCores;
    bool saturated = false;
  };
  Binding binding() const;

  /// Waits at resources of one kind over the time that requests were under way.  All who wait there
  /// count: calls in parallel each, and packets that no request waits for.
  double WaitShare(ResourceKind kind) const;

  /// CPU time spent on networking, in cores, mean over nodes.
  double network_cores_per_node() const;
};

}  // namespace cnisim::workload
