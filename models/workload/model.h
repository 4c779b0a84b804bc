#pragma once

/// @file
/// The traffic and the machines that it runs on, resolved to indices and compiled flows: fixed
/// after building, shared by all threads.  The state that changes while it runs belongs to the
/// logical processes (host_process.h).

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "models/datapath/compiled_flow.h"
#include "models/workload/defaults.h"
#include "models/workload/dns.h"
#include "models/workload/latency_profile.h"
#include "models/workload/outside.h"
#include "sim/base/units.h"

namespace cnisim::workload {

/// No index.
inline constexpr std::uint32_t kNone = UINT32_MAX;

struct NodeModel {
  std::string name;
  std::uint32_t cores = 1;
  BitsPerSecond egress{1};            ///< the SKU's cap on what the VM sends
  Bytes egress_burst;                 ///< that it may send at once after a pause; 0 = none
  std::uint32_t zone = 0;             ///< 0 = none: not bound to a zone
  std::uint32_t proximity_group = 0;  ///< 0 = none
  std::uint64_t conntrack_max = 0;
  bool conntrack_evicts = false;  ///< a full table evicts the oldest (eBPF LRU) instead of dropping
  std::uint32_t proxy_workers = 0;  ///< of the L7 proxy; 0 = there is none
  std::uint64_t vm_flows = 0;       ///< that Azure's network keeps for the VM; 0 = no limit
  std::uint64_t tunnel_flows = 0;   ///< outer flows to all peers that tunnels may have
};

struct PodModel {
  std::string name;
  std::uint32_t node = 0;
  std::uint32_t application = kNone;  // index in Model::applications
  bool host_network = false;          ///< its address is the node's
};

/// What the pods of one workload do with a request.
struct ApplicationModel {
  std::string name;
  Nanoseconds service_time;   ///< mean CPU time of a request
  double service_cv = 0;      ///< of its log-normal distribution; 0 = constant
  std::uint32_t workers = 1;  ///< requests that a pod serves at once, waiting for calls included
  std::uint32_t queue = 0;    ///< requests that may wait for a worker
  std::vector<std::uint32_t> calls;  // edges that it calls, in order
  bool exponential = false;          ///< work is exponential, whatever service_cv says
  std::uint32_t cpu_limit = 0;       ///< of a pod, in thousandths of a core; 0 = none
  std::uint32_t dns_server = kNone;  ///< index in DnsModel::servers: it answers questions; what it
                                     ///< calls it calls for those only that it cannot answer
};

/// Where the ends of a flow are, and so which compiled flow it runs on.
enum class Locality : std::uint8_t {
  kSameNode,
  kOtherNode,  ///< for external clients: the entry node has the server
  kViaNode,    ///< external clients only: the entry node forwards
};
inline constexpr std::size_t kLocalities = 3;

/// What policies make of a new connection.
enum class Admission : std::uint8_t {
  kAllowed,
  kDroppedAtClient,  ///< the SYN ends on the client's node
  kDroppedAtServer,  ///< the SYN ends on the server's node
  kForbidden,        ///< the server's proxy answers each request with 403
  kRefused,          ///< reset, or an ICMP error
  kReset,            ///< sent to a pod that is gone, and whose address still answers: a reset
  kGone,             ///< sent to an address that nobody has: the SYN ends there
};

/// Servers of an edge that are alike: one workload behind the Service.
struct TargetModel {
  Admission admission = Admission::kAllowed;
  std::array<std::uint32_t, kLocalities> flows{kNone, kNone, kNone};  // [Locality] -> Model::flows
};

struct Backend {
  std::uint32_t pod = 0;
  std::uint32_t target = 0;  // index in EdgeModel::targets
};

/// A pod behind an edge that is replaced while traffic runs: endpoint_churn.h.
struct EndpointChange {
  std::uint32_t pod = 0;
  SimTime gone;                   ///< the old pod no longer answers
  SimTime silent;                 ///< nobody resets what comes to its address
  std::vector<SimTime> in_force;  // [node]: it no longer sends connections there
};

/// One kind of call: who calls, whom, and how.
struct EdgeModel {
  std::string name;
  std::uint32_t client_application = kNone;  ///< kNone: a traffic source
  std::uint32_t external = kNone;  ///< index in Model::externals; it has one target then, and no
                                   ///< backends
  std::vector<TargetModel> targets;
  std::vector<Backend> backends;  // [endpoint of the Service]; a connection takes one at random
  std::vector<EndpointChange> changes;  // by time
  double per_request = 1;
  bool parallel = false;
  Bytes request;
  Bytes response;
  bool reuse_connection = true;
  bool own_node = false;     ///< backend i is on node i, and the client calls that of its own node
  bool local_entry = false;  ///< externalTrafficPolicy: Local: enters only at nodes with a backend
  bool echo = false;         ///< the server answers at once, without worker or work (netserver)
  SimTime timeout;           ///< the client's patience for one call, connection included
  std::uint32_t lookup = kNone;  ///< index in DnsModel::lookups, for each new connection
  bool untracked = false;        ///< its flows make no entries in connection tables
  bool to_backend = false;       ///< clients connect to the server's address, not to a Service's

  /// Somebody is there to be called.
  bool has_server() const { return external != kNone || !backends.empty(); }
};

enum class SourceKind : std::uint8_t { kPoisson, kConstant, kBursty, kClosedLoop, kStream };

/// One source of load: makes calls of one edge that nobody asked for.
struct SourceModel {
  std::string name;
  SourceKind kind = SourceKind::kPoisson;
  std::uint32_t edge = 0;              // index in Model::edges
  std::vector<std::uint32_t> clients;  // pods; empty: outside the cluster
  double rate = 0;                     ///< requests per second in total; open loop
  double burst = 1;                    ///< kBursty: mean requests that come together
  std::uint32_t connections = 1;       ///< closed loop and stream: in total, dealt out to clients
  /// Closed loop and stream: the backend of each connection; empty: at random, as a Service does.
  std::vector<std::uint32_t> servers;  // [connection] -> EdgeModel::backends

  /// The next request waits for the answer, or for room in the window.
  bool is_closed() const { return kind == SourceKind::kClosedLoop || kind == SourceKind::kStream; }
  /// Pods that make the requests; the clients outside count as one.
  std::uint32_t client_count() const {
    return clients.empty() ? 1U : static_cast<std::uint32_t>(clients.size());
  }
};

struct Model {
  std::vector<NodeModel> nodes;
  std::vector<PodModel> pods;
  std::vector<ApplicationModel> applications;
  std::vector<EdgeModel> edges;   ///< the call graph's first, then one for each source
  std::uint32_t call_edges = 0;   ///< how many are the call graph's
  std::uint32_t query_edges = 0;  ///< the last of those: look-ups' queries, and LocalDNS's
  std::vector<SourceModel> sources;
  std::vector<datapath::CompiledFlow> flows;
  std::vector<ExternalModel> externals;
  OutboundModel outbound;
  DnsModel dns;
  Latency latency;
  Defaults defaults;
};

}  // namespace cnisim::workload
