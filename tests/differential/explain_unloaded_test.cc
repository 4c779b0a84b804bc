/// The sums of `explain` against the simulation without load, for every CNI and dataplane by every
/// way that its packets go: netperf's request-response on an open connection, and
/// connection-request-response.
///
/// explain_against_simulation_test.cc does the same through scenario files, with delays that vary.
/// Here nothing varies and nothing queues, so each transaction takes the mean; what is left is the
/// rounding of each step to a nanosecond.  The rule is 1 %; it holds to 0.05 %.
///
/// Datagrams are not simulated (models/workload/README.md), so UDP paths have a golden text only.

#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "analysis/explain/path_explanation.h"
#include "models/datapath/cni_profile.h"
#include "models/document/catalog_files.h"
#include "models/document/diagnostics.h"
#include "models/workload/traffic_simulation.h"
#include "tests/support/explain_cases.h"
#include "tests/support/small_traffic.h"

namespace cnisim::explain {
namespace {

using namespace literals;
using datapath::PathKind;
using test::ExplainCase;

// A connection's last acknowledgements may still be on a core when the next one begins.
constexpr double kTolerance = 0.001;
constexpr Bytes kRequest{300};
constexpr Bytes kReply{2048};
// As tests/support/small_traffic.cc has them.
constexpr Nanoseconds kNodeToNode{20000};
constexpr Nanoseconds kOutside{50000};

std::size_t Index(workload::Locality locality) { return static_cast<std::size_t>(locality); }

bool FromOutside(PathKind path) {
  return path == PathKind::kExternalToPod || path == PathKind::kExternalToPodViaNode;
}

/// The catalog, read once for all cases.
struct Shipped {
  document::Diagnostics diagnostics;
  document::CatalogFiles files = document::CatalogFiles::Load(std::nullopt, diagnostics);
  datapath::CostModel costs = datapath::CostModel::Load(files, diagnostics);
};
const Shipped& Catalog() {
  static const Shipped shipped;
  return shipped;
}

class ExplainUnloaded : public ::testing::TestWithParam<ExplainCase> {
 protected:
  void SetUp() override {
    profile_ = datapath::CniProfile::Load(Catalog().files, GetParam().profile, Catalog().costs,
                                          diagnostics_);
    ASSERT_TRUE(profile_) << diagnostics_.ToString();
  }

  PathExplanation ExplainIt(const datapath::FlowClass& flow) const {
    PathQuestion question;
    question.profile = &*profile_;
    question.switches = GetParam().switches;
    question.flow = flow;
    question.costs = &Catalog().costs;
    question.request = kRequest;
    question.reply = kReply;
    question.egress = {10_Gbps, 10_Gbps, 10_Gbps};
    if (FromOutside(flow.path)) {
      question.egress[0] = {};
      question.legs = {{"outside", kOutside, ""}, {"node to node", kNodeToNode, ""}};
      if (flow.path == PathKind::kExternalToPod) question.legs.pop_back();
    } else if (!OnOneNode(flow.path)) {
      question.legs = {{"node to node", kNodeToNode, ""}};
    }
    return Explain(question);
  }

  datapath::CompiledFlow CompileIt(const datapath::FlowClass& flow) const {
    datapath::CompiledFlow compiled = Compile(*profile_, GetParam().switches, flow, *costs_);
    for (datapath::CompiledMessage& message : compiled.messages) {
      for (datapath::Segment& segment : message.segments) segment.cv = 0;
      message.one_receive_queue = false;  // there a FIN would always stand before the next SYN
    }
    return compiled;
  }

  /// One transaction at a time between two pods, or from outside to one.
  workload::FlowRecord Simulate(bool reuse) const {
    const datapath::FlowClass& flow = GetParam().flow;
    workload::Model model = test::EchoTraffic(reuse);
    for (workload::NodeModel& node : model.nodes) {
      node.proxy_workers = 2;
      // So many that the FIN of the last connection rarely stands before the next SYN on one core.
      node.cores = 256;
    }
    workload::EdgeModel& edge = model.edges.front();
    edge.request = kRequest;
    edge.response = kReply;
    auto& flows = edge.targets.front().flows;
    flows = {workload::kNone, workload::kNone, workload::kNone};
    model.flows = {CompileIt(flow)};
    switch (flow.path) {
      case PathKind::kPodToPodSameNode:
      case PathKind::kHostToPodSameNode:
        model.pods[1].node = 0;
        flows[Index(workload::Locality::kSameNode)] = 0;
        break;
      case PathKind::kExternalToPodViaNode:
        model.flows.push_back(CompileIt(Local()));
        flows[Index(workload::Locality::kOtherNode)] = 1;
        flows[Index(workload::Locality::kViaNode)] = 0;
        model.sources.front().clients.clear();
        break;
      case PathKind::kExternalToPod:
        edge.local_entry = true;
        flows[Index(workload::Locality::kOtherNode)] = 0;
        model.sources.front().clients.clear();
        break;
      default:
        flows[Index(workload::Locality::kOtherNode)] = 0;
        break;
    }
    workload::TrafficOptions options;
    options.seed = 7;
    options.warm_up = 1_ms;
    options.duration = 60_ms;
    const workload::TrafficRecord record = workload::SimulateTraffic(model, options);
    EXPECT_EQ(record.drops, (std::array<std::uint64_t, workload::kDropReasons>{}));
    return record.sources.front();
  }

  /// The way of the connections that enter at the backend's own node, for a Service whose others
  /// are forwarded.
  static datapath::FlowClass Local() {
    datapath::FlowClass flow = GetParam().flow;
    flow.path = PathKind::kExternalToPod;
    return flow;
  }

  /// The simulated transactions are all of one length, or, from outside, of one of two: the entry
  /// node is drawn.
  void ExpectMean(const workload::FlowRecord& record, double explained,
                  std::optional<double> other) const {
    ASSERT_GT(record.completed, 10U);
    EXPECT_EQ(record.total_failed(), 0U);
    if (!other) {
      EXPECT_NEAR(record.latency_total.Mean(), explained, kTolerance * explained);
      return;
    }
    // The longest and the shortest, to the histogram's resolution, are the two ways.
    const double longer = std::max(explained, *other);
    const double shorter = std::min(explained, *other);
    EXPECT_NEAR(static_cast<double>(record.latency_total.max()), longer, 0.01 * longer);
    EXPECT_NEAR(static_cast<double>(record.latency_total.min()), shorter, 0.01 * shorter);
  }

  document::Diagnostics diagnostics_;
  std::optional<datapath::CniProfile> profile_;
  const datapath::CostModel* costs_ = &Catalog().costs;  ///< that the simulation runs with
};

TEST_P(ExplainUnloaded, TheSumIsTheSimulatedMean) {
  const datapath::FlowClass& flow = GetParam().flow;
  const PathExplanation explained = ExplainIt(flow);
  std::optional<PathExplanation> other;
  if (flow.path == PathKind::kExternalToPodViaNode) other = ExplainIt(Local());
  const auto sum_of_other = [&](auto part) {
    return other ? std::optional<double>(((*other).*part).typical) : std::nullopt;
  };
  {
    SCOPED_TRACE("open connection");
    ExpectMean(Simulate(/*reuse=*/true), explained.exchange_way.typical,
               sum_of_other(&PathExplanation::exchange_way));
  }
  {
    SCOPED_TRACE("new connection");
    ExpectMean(Simulate(/*reuse=*/false), explained.open_way.typical,
               sum_of_other(&PathExplanation::open_way));
  }
}

// The end that `explain` prints for cold caches is what `measure: {caches: cold}` simulates.
TEST_P(ExplainUnloaded, TheColdEndIsTheSimulatedMean) {
  const datapath::FlowClass& flow = GetParam().flow;
  const PathExplanation explained = ExplainIt(flow);
  std::optional<double> other;
  if (flow.path == PathKind::kExternalToPodViaNode) {
    other = ExplainIt(Local()).cold_caches->exchange_way;
  }
  ASSERT_TRUE(explained.cold_caches);
  const datapath::CostModel cold =
      Catalog().costs.WithWorkScaled(explained.cold_caches->factor.in_use);
  costs_ = &cold;
  ExpectMean(Simulate(/*reuse=*/true), explained.cold_caches->exchange_way, other);
}

std::vector<ExplainCase> SimulatedPaths() {
  std::vector<ExplainCase> cases;
  for (ExplainCase& path : test::AllPaths()) {
    if (path.flow.protocol == datapath::TransportProtocol::kTcp) cases.push_back(std::move(path));
  }
  return cases;
}

std::string TestName(const ::testing::TestParamInfo<ExplainCase>& explained) {
  std::string name = explained.param.name;
  for (char& c : name) {
    if (c == '-') c = '_';
  }
  return name;
}

INSTANTIATE_TEST_SUITE_P(Paths, ExplainUnloaded, ::testing::ValuesIn(SimulatedPaths()), TestName);

}  // namespace
}  // namespace cnisim::explain
