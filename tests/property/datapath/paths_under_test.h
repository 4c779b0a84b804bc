#pragma once

/// @file
/// Paths of shipped profiles with the counts of a number of Services, for tests of their costs.

#include <string>
#include <vector>

#include "models/datapath/compiler.h"
#include "models/datapath/service_counts.h"
#include "models/document/catalog_files.h"
#include "models/document/diagnostics.h"

namespace cnisim::datapath {

class PathsUnderTest {
 public:
  PathsUnderTest() : files_(document::CatalogFiles::Load(std::nullopt, diagnostics_)) {
    costs_ = CostModel::Load(files_, diagnostics_);
  }

  CniProfile Profile(const std::string& name) {
    return CniProfile::Load(files_, name, costs_, diagnostics_).value();
  }
  const CostModel& costs() const { return costs_; }

  /// A flow between pods under `services` ClusterIP Services of three endpoints each.
  static FlowClass Flow(PathKind path, ServiceAccess access, std::uint32_t services) {
    service::ServicePortShape port;
    port.endpoints = 3;
    const std::vector<service::ServicePortShape> ports(services, port);
    const service::ProxyOptions options;
    const service::IptablesCounts tables = service::CountTables(ports, options);
    FlowClass flow;
    flow.path = path;
    flow.service = access;
    if (access == ServiceAccess::kNone) {
      SetNoServiceCounts(tables, flow.counts);
    } else {
      SetServiceCounts(port, service::Address::kClusterIp, true, tables, options, flow.counts);
    }
    return flow;
  }

  /// Demand of one message without payload costs, ns.
  double Demand(const CniProfile& profile, const Switches& switches, const FlowClass& flow,
                MessageKind kind) const {
    return Compile(profile, switches, flow, costs_)[kind].Demand(Bytes(0)).value();
  }

  /// How often the rules of KUBE-SERVICES are walked by one message, in all.
  double RulesWalked(const CniProfile& profile, const Switches& switches, const FlowClass& flow,
                     MessageKind kind) const {
    const TracedFlow traced = Trace(profile, switches, flow, costs_);
    double rules = 0;
    for (const TracedStage& stage : traced.messages[static_cast<std::size_t>(kind)].stages) {
      const bool walk =
          stage.cost->id == "iptables_rule_walk" || stage.cost->id == "outer_rule_walk_reply";
      if (walk) rules += stage.times;
    }
    return rules;
  }

 private:
  document::Diagnostics diagnostics_;
  document::CatalogFiles files_;
  CostModel costs_;
};

}  // namespace cnisim::datapath
