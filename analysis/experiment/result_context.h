#pragma once

/// @file
/// What surrounds the measured figures in a result document: the paths that packets take, and the
/// addresses that the cluster holds over time.  Both are computed, not simulated with chance; they
/// are filled by analysis/explain and analysis/plan, so a document may lack them.

#include <cstdint>
#include <string>
#include <vector>

namespace cnisim::experiment {

/// A cost and the ends of its range.
struct CostSpan {
  double typical = 0;
  double low = 0;
  double high = 0;
};

/// One stage of a path, over all packets of an exchange.
struct StageResult {
  std::string stage;       ///< catalog name
  std::string node;        ///< "client", "entry", "server"
  std::string paid_by;     ///< "softirq", "task", "proxy", "background", "latency"
  double opening_ns = 0;   ///< from connect() to the first reply
  double exchange_ns = 0;  ///< a request and its reply on an open connection
};

/// The likeliest path of one flow, without queueing.
struct PathResult {
  std::string from;  ///< as the traffic or call names it
  std::string to;
  std::string path;               ///< "pod_to_cluster_ip_cross_node"
  double share = 1;               ///< of the flow's connections that take it
  bool reuses_connection = true;  ///< false: each request pays the opening
  CostSpan opening;               ///< ns until the first reply, fabric included
  CostSpan exchange;              ///< ns of a round trip, fabric included
  CostSpan opening_cpu;
  CostSpan exchange_cpu;
  std::vector<StageResult> stages;  ///< in the order of the path; those that cost nothing left out
};

/// Where the cost of a stage comes from.
struct CostSourceResult {
  std::string stage;
  std::string does;
  std::string status;  ///< "measured", "derived", "assumed"
  std::string title;   ///< of the source; empty if assumed
  std::string where;   ///< in the source, or why it is assumed
};

/// Addresses over time of one configuration.
struct AddressPlanResult {
  struct Pool {
    std::string name;  ///< subnet, or the pods' range
    bool vnet = true;  ///< its addresses are the VNet's
    std::uint64_t capacity = 0;
  };
  struct Point {
    double at_s = 0;
    std::vector<std::uint64_t> held;  // [pool]
  };
  struct Operation {
    std::string name;
    double start_s = 0;
    double end_s = 0;
    bool failed = false;
    std::string code;     ///< of the refusal
    std::string message;  ///< as an operator would see it
    std::string subject;  ///< what met it, "aks-apps-surge-1"
    std::string binds;    ///< "subnet"
  };
  std::vector<Pool> pools;
  std::vector<Point> timeline;  ///< where something changed; holds until the next
  std::vector<Operation> operations;
  std::uint64_t vnet_now = 0;  ///< after the creation
  std::uint64_t vnet_peak = 0;

  /// nullptr when everything fits.
  const Operation* FirstFailure() const;
};

}  // namespace cnisim::experiment
