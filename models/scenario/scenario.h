#pragma once

/// @file
/// Everything that a scenario.yaml says, typed, defaulted and checked, with the place where each
/// thing stands.  Fixed after reading (scenario_reader.h) and shared by all threads; copies are
/// cheap enough for a sweep, since the documents behind it are shared.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "models/cluster/manifest_set.h"
#include "models/cluster/node_pool.h"
#include "models/cluster/objects.h"
#include "models/cni/az_settings.h"
#include "models/cni/cni_configuration.h"
#include "models/document/source_location.h"
#include "models/document/value.h"
#include "models/net/cidr.h"
#include "models/net/ip_address.h"
#include "models/policy/policy.h"
#include "sim/base/units.h"

namespace cnisim::scenario {

using document::SourceLocation;

/// One end of a call or of traffic.
struct Party {
  enum class Kind : std::uint8_t {
    kExternal,  ///< outside the cluster: `external`, or a name of `externals:`
    kWorkload,  ///< a Deployment, StatefulSet or DaemonSet: its pods
    kService,   ///< a Service: reached by its ClusterIP (or load balancer, from outside)
  };
  Kind kind = Kind::kExternal;
  std::string ns;    ///< empty for external
  std::string name;  ///< empty for `external`
  SourceLocation where;

  /// "external", "payments" outside, "cart" in namespace default, else "shop/cart".
  std::string ToString() const;
  friend bool operator==(const Party& a, const Party& b) {
    return a.kind == b.kind && a.ns == b.ns && a.name == b.name;
  }
};

/// Time that a workload's application computes for one request: mean and coefficient of variation
/// (standard deviation over mean) of a log-normal distribution, or of an exponential one; cv 0 is
/// constant.
struct ServiceTime {
  SimTime mean;
  double cv = 0;
  bool exponential = false;
  bool assumed = false;  ///< the program's default, not the scenario's word
};

/// Servers outside of the cluster that applications call, by one name.
struct ExternalSpec {
  std::string name;  ///< empty: what `to: external` means
  std::string host;  ///< its DNS name, "api.payments.example.com"
  int port = 443;
  int addresses = 1;  ///< that its name stands for; each connection goes to one of them
  std::optional<net::IpAddress> address;  ///< what policies take it for; else a documentation one
  std::optional<SimTime> rtt;             ///< from a node and back; nothing: as clients outside
  ServiceTime work;                       ///< until it answers
  SourceLocation where;
};

/// How pods find addresses: their resolver, and who answers it.
struct DnsSpec {
  bool enabled = false;             ///< clients look their servers' names up before they connect
  int ndots = 0;                    ///< names with fewer dots are tried with the search list first
  std::vector<std::string> search;  ///< of the node, after Kubernetes' own three
  bool aaaa = true;                 ///< each name is asked for with A and AAAA
  SimTime timeout;                  ///< until a query is repeated
  int attempts = 0;                 ///< of each query
  double race = 0;                  ///< share of second queries that netfilter loses
  SimTime cache;                    ///< of the application; 0: it asks each time
  bool local = false;               ///< LocalDNS on each node
  SimTime local_ttl;                ///< how long that answers from its cache
  SimTime ttl;                      ///< the same of CoreDNS, for names outside the cluster
  SimTime upstream;                 ///< from CoreDNS to a resolver outside and back
  SimTime work;                     ///< CPU time that CoreDNS needs for a query
  int queue = 0;                    ///< queries that wait in its socket
  SourceLocation where;
};

/// `GET /api/v1/products`: what an L7 policy looks at.
struct HttpRequest {
  std::string method;
  std::string path;
};

/// An edge of the call graph: what a workload asks of a Service while it serves one request.
struct CallSpec {
  Party from;              ///< always a workload
  Party to;                ///< a Service, a workload that is called by pod address, or outside
  int port = 0;            ///< Service port (container port for a workload); never 0 after reading
  double per_request = 1;  ///< mean number of calls a request: 0.2 is one in five
  bool parallel = false;   ///< its calls go out together, not one after the other
  Bytes request{0};
  Bytes response{0};
  bool reuse_connection = true;  ///< false: a connection a call
  std::optional<HttpRequest> http;
  std::optional<std::string> lookup;  ///< name that it looks up, "none": nothing; unset: its own
  SourceLocation where;
};

enum class TrafficKind : std::uint8_t {
  kOpenLoop,  ///< requests arrive whether or not earlier ones were answered
  kRr,        ///< netperf TCP_RR: one transaction at a time on an open connection
  kCrr,       ///< netperf TCP_CRR: a new connection for each transaction
  kStream,    ///< netperf TCP_STREAM: as many bytes as go through
};
enum class Arrivals : std::uint8_t { kPoisson, kConstant, kBursty };

/// One source of load.
struct TrafficSpec {
  std::string name;  ///< the scenario's word for it; may be empty
  TrafficKind kind = TrafficKind::kOpenLoop;
  Party from;                              ///< external or a workload
  Party to;                                ///< as CallSpec::to
  int port = 0;                            ///< as CallSpec::port
  double rate = 0;                         ///< requests per second in total; open loop only
  Arrivals arrivals = Arrivals::kPoisson;  ///< open loop only
  double burst = 1;     ///< kBursty: mean number of requests that arrive together
  int connections = 1;  ///< rr, crr, stream: how many run at once, in total
  Bytes request{0};
  Bytes response{0};  ///< 0 for stream
  bool reuse_connection = true;
  bool same_node = false;  ///< rr, crr, stream: place both ends on one node (else on two)
  std::optional<HttpRequest> http;
  std::optional<std::string> lookup;  ///< as CallSpec::lookup; open loop only
  SourceLocation where;

  /// Its name, or else "external -> frontend": what results call this source.
  std::string ToString() const;
};

/// Services beside the application's, to see what their number costs.
struct BackgroundServices {
  int services = 0;
  int endpoints_per_service = 1;
  int node_rules = 0;  ///< rules of others in each node's FORWARD chain: every packet walks them
  SourceLocation where;
};

/// Pods of a Service that are replaced while traffic is measured.
struct ChurnSpec {
  Party service;
  SimTime at;     ///< since the simulation began, warm-up included
  int pods = 1;   ///< replaced together
  SimTime every;  ///< then the next ones
  int times = 1;  ///< rounds
  SimTime grace;  ///< how long a pod still serves after it has left the Service
  SourceLocation where;
};

/// How cold the nodes' caches are when a packet comes.
enum class Caches : std::uint8_t {
  kWarm,    ///< always warm: what the costs were measured with
  kByLoad,  ///< cold on an idle node, warm on a busy one, in proportion to the time it is busy
  kCold,    ///< always cold
};

struct MeasureSpec {
  SimTime warm_up;
  bool find_warm_up = false;  ///< `auto`: cut off what MSER-5 finds; for what has no such rule,
                              ///< `warm_up` is the default
  SimTime duration;
  int replications = 0;
  std::uint64_t seed = 1;
  Caches caches = Caches::kWarm;
  std::optional<double> precision;      ///< relative half width of the p99's interval to stop at
  const document::Value* at = nullptr;  ///< moments of the timeline at which traffic is sampled
  SourceLocation where;
};

enum class Bound : std::uint8_t { kMax, kMin, kEquals, kBetterThan };

/// A budget as written; analysis/budget gives the metric and the bound their meaning.
struct BudgetSpec {
  std::string metric;                       ///< "latency.p99", "vnet_addresses.peak"
  std::string from, to, subnet;             ///< empty: any
  std::vector<std::string> configurations;  ///< empty: all
  Bound bound = Bound::kMax;
  std::string value;  ///< with its unit, "5ms"; of kBetterThan the name of a configuration
  SourceLocation where;
  SourceLocation value_where;
};

/// A node pool with its place in the file and in the VNet.
struct NodePoolSpec {
  cluster::NodePool pool;             ///< max_pods is never empty in ConfigurationSpec::node_pools
  std::string node_subnet;            ///< name in VnetSpec::subnets
  std::string pod_subnet;             ///< same; empty when the mode has none
  std::optional<Bytes> egress_burst;  ///< beyond the size's bandwidth; nothing: assumed
  std::optional<std::int64_t> conntrack_max;  ///< nf_conntrack_max; nothing: by the size's memory
  SourceLocation where;
};

struct SubnetSpec {
  std::string name;
  net::Cidr prefix;
  SourceLocation where;
};

struct VnetSpec {
  net::Cidr prefix;
  std::vector<SubnetSpec> subnets;  ///< at least one
  SourceLocation where;
  bool complete = true;  ///< false when a subnet was left out for an error in it

  /// nullptr when there is none of that name.
  const SubnetSpec* Find(std::string_view name) const;
};

struct ClusterSpec {
  std::string kubernetes;  ///< "1.30"
  std::string latency;     ///< latency profile in the catalog, "azure-zonal"
  Bytes device_mtu{1500};  ///< of the nodes' interface
  Bytes network_mtu{0};    ///< what the network between nodes carries whole; 0: any packet
  std::optional<double> packet_loss;  ///< share that the fabric loses; unset: the profile's
  VnetSpec vnet;
  std::vector<NodePoolSpec> node_pools;  ///< as written; see ConfigurationSpec for what counts
  std::vector<net::Cidr> service_cidrs;
  net::IpAddress dns_service_ip;
  SourceLocation where;
  SourceLocation service_cidr_where;
  SourceLocation latency_where;
};

/// One column of the comparison: a CNI, and the cluster as it is under that CNI.
struct ConfigurationSpec {
  std::string name;  ///< unique in the scenario
  cni::CniConfiguration cni;
  cni::AzSettings az;                    ///< the flags as given
  std::vector<NodePoolSpec> node_pools;  ///< the scenario's with this configuration's flags applied
  std::vector<net::Cidr> service_cidrs;
  net::IpAddress dns_service_ip;
  std::string kubernetes;
  DnsSpec dns;  ///< the scenario's with this configuration's `dns:` applied
  const document::Value* dns_value = nullptr;  ///< that
  SourceLocation where;
  /// False when its own files could not be read: checks of it would only report what follows.
  bool complete = true;
};

/// Documents and objects that the typed parts point into.
struct Inputs {
  std::vector<document::Document> documents;  ///< scenario.yaml and the CNIs' own files
  cluster::ManifestSet manifests;             ///< applications and policies, in that order
  cluster::ManifestSet coredns;               ///< the program's own, if it is needed
};

struct Scenario {
  std::string name;
  std::string path;  ///< as given
  std::string text;  ///< for the hash of the scenario
  ClusterSpec cluster;
  std::vector<ConfigurationSpec> configurations;  ///< at least one

  cluster::Objects objects;        ///< of all manifests
  policy::PolicySet policies;      ///< same
  bool standard_workload = false;  ///< no application was given: the program's own is used

  std::vector<std::pair<Party, ServiceTime>>
      work;  ///< one for each workload, in its order in `objects`
  std::vector<ExternalSpec> externals;
  DnsSpec dns;  ///< what configurations start from
  std::vector<CallSpec> calls;
  std::vector<TrafficSpec> traffic;
  BackgroundServices background;
  std::vector<ChurnSpec> churn;
  MeasureSpec measure;
  std::vector<BudgetSpec> budgets;

  /// Parts that others give their meaning; null when absent.  They point into `inputs`.  A command
  /// that does nothing with one of them says so.
  const document::Value* sweep = nullptr;
  const document::Value* timeline = nullptr;
  const document::Value* growth = nullptr;
  const document::Value* lab = nullptr;

  std::shared_ptr<const Inputs> inputs;

  const ConfigurationSpec* FindConfiguration(std::string_view name) const;
  /// nullptr when there is none of that name.
  const ExternalSpec* FindExternal(std::string_view name) const;
};

}  // namespace cnisim::scenario
