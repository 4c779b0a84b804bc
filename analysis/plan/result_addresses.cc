#include "analysis/plan/result_addresses.h"

#include <string>
#include <utility>
#include <vector>

#include "models/document/diagnostics.h"

namespace cnisim::plan {
namespace {

using experiment::AddressPlanResult;

double Seconds(SimTime time) { return static_cast<double>(time.nanos()) / 1e9; }

}  // namespace

AddressPlanResult Summarise(const PlanRecord& record) {
  AddressPlanResult result;
  result.vnet_now = record.vnet_now;
  result.vnet_peak = record.vnet_peak;
  for (const TimelinePoint& point : record.timeline) {
    if (result.pools.empty()) {
      for (const ipam::PoolHoldings& pool : point.pools) {
        result.pools.push_back(
            {pool.name, pool.kind == ipam::PoolHoldings::Kind::kSubnet, pool.capacity});
      }
    }
    std::vector<std::uint64_t> held;
    for (const ipam::PoolHoldings& pool : point.pools) held.push_back(pool.held);
    // Pods that come and go change nothing here.
    if (!result.timeline.empty() && result.timeline.back().held == held) continue;
    result.timeline.push_back({Seconds(point.at), std::move(held)});
  }
  for (const OperationRecord& operation : record.operations) {
    AddressPlanResult::Operation entry;
    entry.name = operation.name;
    entry.start_s = Seconds(operation.start);
    entry.end_s = Seconds(operation.end);
    entry.failed = operation.failed;
    if (operation.failed) {
      entry.code = operation.refusal.code;
      entry.message = operation.refusal.message;
      entry.subject = operation.subject;
      entry.binds = ToString(operation.binding);
    }
    result.operations.push_back(std::move(entry));
  }
  return result;
}

void AddAddresses(const scenario::Scenario& scenario, const azure::Limits& limits,
                  experiment::ResultDocument& document) {
  // A configuration that cannot be planned is simulated all the same; `plan` says why.
  document::Diagnostics not_for_here;
  for (const PlanResult& result : RunPlans(scenario, limits, not_for_here)) {
    for (experiment::ConfigurationResult& configuration : document.configurations) {
      if (configuration.name != result.input.configuration) continue;
      configuration.addresses = Summarise(result.record);
    }
  }
}

}  // namespace cnisim::plan
