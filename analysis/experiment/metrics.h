#pragma once

/// @file
/// From records of runs to figures with their uncertainties.
///
/// Chance: the spread between replications.  Model: how far the figure moves when all costs are
/// drawn from their ranges while the random numbers stay those of replication 0, so that chance has
/// no part in it; the bounds are the smallest and the largest move over the draws.
///
/// | metric | unit | scope |
/// | --- | --- | --- |
/// | latency.mean .p50 .p90 .p99 .p99_9 | ns | traffic source, call |
/// | network_latency.mean .p50 .p99 | ns | traffic source, call: without the applications' work |
/// | throughput | 1/s | traffic source, call: answered |
/// | goodput | bit/s | traffic source: payload that arrived |
/// | errors | 1 | traffic source, call: share of the ended ones that failed |
/// | network_cores | cores | CPU time on networking, mean over nodes |
/// | cpu.application .task .softirq .proxy | cores | mean over nodes |
/// | drops, denials | 1/s | packets that ended; requests and calls that a policy stopped |

#include <string>
#include <vector>

#include "analysis/experiment/replication_plan.h"
#include "analysis/experiment/result_document.h"

namespace cnisim::experiment {

/// What the flows of a record are called; the same for every configuration.
struct FlowLabel {
  std::string from;
  std::string to;
  std::string kind;       ///< as TrafficResult::kind
  double asked_rate = 0;  ///< as TrafficResult::asked_rate
};
struct FlowLabels {
  std::vector<FlowLabel> sources;  // [traffic source]
  std::vector<FlowLabel> calls;    // [call edge]
};

/// Everything in a ConfigurationResult that comes out of runs; names, addresses and other exact
/// figures are left empty.
/// @pre record.replications is not empty; labels match its flows
ConfigurationResult Summarise(const SubjectRecord& record, const FlowLabels& labels);

/// Every pair of configurations on p50, p99, the network's p50 and throughput of each source, and
/// on network_cores.
std::vector<ComparisonResult> Compare(const std::vector<SubjectRecord>& records,
                                      const FlowLabels& labels);

/// An exact figure.
MetricResult ExactMetric(std::string metric, std::string to, std::string unit, double value);

}  // namespace cnisim::experiment
