#pragma once

/// @file
/// A small hand-made traffic model for tests: two nodes, a frontend that calls a backend, and
/// clients outside.  Every number is round, so that a test can add them up.

#include "models/workload/model.h"

namespace cnisim::test {

/// Demands of the flows that SmallTraffic() uses, ns.
struct SmallCosts {
  double send = 2000;      ///< task, a message
  double transmit = 1000;  ///< softirq work in the sender's context, a message
  double receive = 3000;   ///< softirq, a message
  double wakeup = 1500;    ///< latency, a message with data
  double read = 500;       ///< task, a message with data
};

/// The edges and applications of SmallTraffic().
inline constexpr std::uint32_t kFrontend = 0;     // application: node 0
inline constexpr std::uint32_t kBackend = 1;      // application: node 1
inline constexpr std::uint32_t kCallEdge = 0;     // frontend -> backend
inline constexpr std::uint32_t kTrafficEdge = 1;  // external -> frontend

/// One frontend pod on node 0, `backends` backend pods on node 1, Poisson requests from outside.
workload::Model SmallTraffic(double rate, std::uint32_t backends = 1, const SmallCosts& costs = {});

/// Closed-loop transactions (netperf TCP_RR or, without reuse, TCP_CRR) from a pod on node 0 to an
/// echo pod on node 1; edge 0, source 0.
workload::Model EchoTraffic(bool reuse, std::uint32_t connections = 1,
                            const SmallCosts& costs = {});

/// A flow between two nodes, or inside one, with these costs.  An end outside has no segments.
datapath::CompiledFlow SmallFlow(const SmallCosts& costs, bool one_node, bool from_outside);

/// The same for a server outside, which has no segments.
datapath::CompiledFlow OutboundFlow(const SmallCosts& costs);

/// Limits and timers like the catalog's.
workload::Defaults SmallDefaults();

}  // namespace cnisim::test
