#include "analysis/plan/address_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cnisim::plan {
namespace {

using ipam::IpamKind;
using lifecycle::Operation;
using lifecycle::OperationKind;
using namespace literals;

class AddressPlanTest : public testing::Test {
 protected:
  static azure::Limits LoadLimits() {
    document::Diagnostics diagnostics;
    return azure::Limits::Load(document::CatalogFiles::Load(std::nullopt, diagnostics),
                               diagnostics);
  }

  // One pool in a subnet of its own, without pods.
  static PlanInput Make(IpamKind kind, std::string_view subnet, int nodes, int max_pods) {
    PlanInput input;
    input.configuration = "test";
    input.ipam.kind = kind;
    if (!ipam::PodsInVnet(kind)) input.ipam.pod_cidrs = {*net::Cidr::Parse("10.244.0.0/16")};
    input.subnets = {{"nodes", *net::Cidr::Parse(subnet)}};
    PlannedPool pool;
    pool.pool.name = "apps";
    pool.pool.count = nodes;
    pool.pool.max_pods = max_pods;
    input.pools = {pool};
    return input;
  }

  static PlanInput MakeDynamic(std::string_view pods, int nodes, int max_pods) {
    PlanInput input = Make(IpamKind::kPodSubnetDynamic, "10.0.0.0/24", nodes, max_pods);
    input.subnets.push_back({"pods", *net::Cidr::Parse(pods)});
    input.pools[0].pod_subnet = 1;
    return input;
  }

  static Operation Upgrade(int surge) {
    Operation operation;
    operation.kind = OperationKind::kUpgrade;
    operation.at = 3600_s;
    operation.target = "apps";
    operation.max_surge = cluster::MaxSurge{surge, 0};
    return operation;
  }

  static Operation Scale(SimTime at, int replicas) {
    Operation operation;
    operation.kind = OperationKind::kScaleDeployment;
    operation.at = at;
    operation.target = "web";
    operation.count = replicas;
    return operation;
  }

  // A pool that an operation makes after an hour.
  static Operation AddPool(PlanInput& input, const cluster::NodePool& pool) {
    PlannedPool planned;
    planned.pool = pool;
    planned.pool.count = 0;
    planned.made_later = true;
    input.pools.push_back(planned);
    Operation operation;
    operation.kind = OperationKind::kAddPool;
    operation.at = 3600_s;
    operation.target = pool.name;
    operation.count = pool.count;
    operation.new_pool = lifecycle::NewPool{pool, "", ""};
    return operation;
  }

  static cluster::NodePool Pool(std::string name, int count, int max_pods) {
    cluster::NodePool pool;
    pool.name = std::move(name);
    pool.count = count;
    pool.max_pods = max_pods;
    return pool;
  }

  static std::string FailureOf(const PlanRecord& record) {
    const OperationRecord* failure = record.FirstFailure();
    return failure == nullptr ? "" : failure->refusal.message;
  }

  azure::Limits limits = LoadLimits();
};

TEST_F(AddressPlanTest, FiftyNodesAndOneSurgeNodeNeedASlash21) {
  PlanInput input = Make(IpamKind::kNodeSubnet, "10.0.0.0/21", 50, 30);
  input.timeline.operations = {Upgrade(1)};
  const PlanRecord record = RunPlan(input, limits);
  EXPECT_EQ(FailureOf(record), "");
  EXPECT_EQ(record.vnet_now, 50u * 31u);
  EXPECT_EQ(record.vnet_peak, 1'581u);  // 51 nodes of 31 addresses
  EXPECT_EQ(record.timeline.back().nodes, 50u);
  EXPECT_EQ(Advise(input, limits).prefixes.at(0).needed, 21);
}

TEST_F(AddressPlanTest, ASlash24HoldsEightNodesOrTwoHundredFiftyOne) {
  EXPECT_EQ(FailureOf(RunPlan(Make(IpamKind::kNodeSubnet, "10.0.0.0/24", 8, 30), limits)), "");
  EXPECT_EQ(FailureOf(RunPlan(Make(IpamKind::kNodeSubnet, "10.0.0.0/24", 9, 30), limits)),
            "Pre-allocated IPs 279 exceeds IPs available 251 in Subnet Cidr 10.0.0.0/24, Subnet "
            "Name nodes. http://aka.ms/aks/insufficientsubnetsize");
  EXPECT_EQ(FailureOf(RunPlan(Make(IpamKind::kKubenet, "10.0.0.0/24", 251, 110), limits)), "");
  const PlanRecord over = RunPlan(Make(IpamKind::kKubenet, "10.0.0.0/24", 252, 110), limits);
  EXPECT_EQ(over.FirstFailure()->refusal.code, "InsufficientSubnetSize");
  EXPECT_TRUE(over.FirstFailure()->before_start);
  EXPECT_EQ(over.vnet_peak, 0u);
}

TEST_F(AddressPlanTest, AutoscalerMaximaCountAgainstThePodRange) {
  PlanInput input = Make(IpamKind::kOverlay, "10.0.0.0/24", 1, 250);
  input.ipam.pod_cidrs = {*net::Cidr::Parse("10.240.100.0/22")};
  input.pools[0].pool.min_count = 1;
  input.pools[0].pool.max_count = 5;
  EXPECT_EQ(FailureOf(RunPlan(input, limits)),
            "Pre-allocated IPs 1280 exceeds IPs available 1024 in Subnet Cidr 10.240.100.0/22, "
            "Subnet Name networkProfile.podCIDR. If Autoscaler is enabled, the max-count from each "
            "nodepool is counted towards this total (which means that pre-allocated IPs count "
            "represents a theoretical max value, not the actual number of IPs requested). "
            "http://aka.ms/aks/insufficientsubnetsize");
  EXPECT_EQ(Advise(input, limits).prefixes.at(1).needed, 21);
  input.pools[0].pool.max_count = 4;
  EXPECT_EQ(FailureOf(RunPlan(input, limits)), "");
}

TEST_F(AddressPlanTest, AnUpgradeThatDoesNotFitStopsAtTheNodeThatDoesNot) {
  // 6 x 31 = 186 of 251 taken; two surge nodes fit into the other 65, the third does not.
  PlanInput input = Make(IpamKind::kNodeSubnet, "10.0.0.0/24", 6, 30);
  input.timeline.operations = {Upgrade(3)};
  const PlanRecord record = RunPlan(input, limits);
  const OperationRecord* failure = record.FirstFailure();
  ASSERT_NE(failure, nullptr);
  EXPECT_EQ(failure->name, "upgrade of pool apps");
  EXPECT_EQ(failure->refusal.code, "SubnetIsFull");
  EXPECT_EQ(failure->refusal.message,
            "Subnet nodes with address prefix 10.0.0.0/24 does not have enough capacity for 31 IP "
            "addresses.");
  EXPECT_EQ(failure->subject, "aks-apps-surge-2");
  EXPECT_FALSE(failure->before_start);
  EXPECT_EQ(record.timeline.back().nodes, 8u);  // those made before it stay

  const PlanAdvice advice = Advise(input, limits);
  EXPECT_EQ(advice.surges.at(0).asked, 3);
  EXPECT_EQ(advice.surges.at(0).fits, 2);
  EXPECT_EQ(advice.prefixes.at(0).needed, 23);  // 9 x 31 = 279

  PlanInput smaller = input;
  smaller.timeline.operations = {Upgrade(advice.surges.at(0).fits)};
  EXPECT_EQ(FailureOf(RunPlan(smaller, limits)), "");
  PlanInput larger = input;
  larger.subnets[0].prefix = *net::Cidr::Parse("10.0.0.0/23");
  EXPECT_EQ(FailureOf(RunPlan(larger, limits)), "");
}

TEST_F(AddressPlanTest, PodsMoveDuringAnUpgradeAndComeBack) {
  PlanInput input = Make(IpamKind::kOverlay, "10.0.0.0/24", 4, 30);
  input.workloads = {{"default/web", 90}};
  input.timeline.operations = {Upgrade(1)};
  const PlanRecord record = RunPlan(input, limits);
  EXPECT_EQ(FailureOf(record), "");
  EXPECT_EQ(record.timeline.back().pods, 90u);
  EXPECT_EQ(record.timeline.back().nodes, 4u);
  EXPECT_EQ(record.vnet_peak, 5u);
  EXPECT_EQ(record.timeline.back().pools.at(1).assigned, 90u);
}

TEST_F(AddressPlanTest, ABurstIsMetStepByStepOrAtOnce) {
  // 60 pods on one node: 16 at first; version 1 asks for one batch after the other.
  PlanInput input = MakeDynamic("10.1.0.0/24", 1, 110);
  input.workloads = {{"default/web", 0}};
  input.timeline.operations = {Scale(3600_s, 60)};
  const auto held = [](const PlanRecord& record) {
    std::vector<std::uint64_t> steps;
    for (const TimelinePoint& point : record.timeline) {
      const std::uint64_t now = point.pools.at(1).held;
      if (steps.empty() || steps.back() != now) steps.push_back(now);
    }
    return steps;
  };
  const PlanRecord stepwise = RunPlan(input, limits);
  EXPECT_EQ(held(stepwise), (std::vector<std::uint64_t>{17, 33, 49, 65, 81}));
  input.ipam.monitor = ipam::PoolMonitor::kTargetSet;
  const PlanRecord at_once = RunPlan(input, limits);
  EXPECT_EQ(held(at_once), (std::vector<std::uint64_t>{17, 81}));  // 16 ceil(0.5 + 60 / 16) + 1
  EXPECT_LT(at_once.operations.back().end, stepwise.operations.back().end);
  EXPECT_EQ(at_once.timeline.back().pods, 60u);
}

TEST_F(AddressPlanTest, PodsThatGetNoAddressAreNamed) {
  // 59 usable, 30 pods and a primary address on each of two nodes: one gets its second batch, the
  // other stays at 16, and what the first gives back is less than a batch.
  PlanInput input = MakeDynamic("10.1.0.0/26", 2, 110);
  input.workloads = {{"default/web", 60}};
  const PlanRecord record = RunPlan(input, limits);
  const OperationRecord* failure = record.FirstFailure();
  ASSERT_NE(failure, nullptr);
  EXPECT_EQ(failure->refusal.code, "FailedCreatePodSandBox");
  EXPECT_EQ(failure->binding, Binding::kSubnet);
  EXPECT_EQ(failure->subject, "14 pods, the first on aks-apps-1");
  EXPECT_EQ(Advise(input, limits).prefixes.at(1).needed, 25);  // 2 x (1 + 48) = 98
}

TEST_F(AddressPlanTest, GrowthEndsWhereTheSubnetDoes) {
  // 10 nodes of 31; 5 % a month: 16 nodes (496 of 507) after 9 months (1.551), 17 after 10 (1.629).
  PlanInput input = Make(IpamKind::kNodeSubnet, "10.0.0.0/23", 10, 30);
  const SimTime month = 30 * 86'400_s;
  input.timeline.growth = lifecycle::GrowthAtRate(0.05, month, 24 * month);
  const PlanRecord record = RunPlan(input, limits);
  EXPECT_EQ(record.exhausted_at, 10 * month);
  EXPECT_EQ(record.FirstFailure()->refusal.code, "SubnetIsFull");
  EXPECT_EQ(record.FirstFailure()->binding, Binding::kSubnet);
  EXPECT_EQ(record.timeline.back().nodes, 16u);
}

TEST_F(AddressPlanTest, KubenetEndsWithItsRoutes) {
  PlanInput input = Make(IpamKind::kKubenet, "10.0.0.0/20", 399, 110);
  input.ipam.pod_cidrs = {*net::Cidr::Parse("10.128.0.0/10")};
  input.timeline.operations = {Upgrade(2)};
  const PlanRecord record = RunPlan(input, limits);
  EXPECT_EQ(record.FirstFailure()->binding, Binding::kRoutes);
  EXPECT_EQ(record.FirstFailure()->subject, "aks-apps-surge-1");
}

TEST_F(AddressPlanTest, RolloutsTakeSurgePods) {
  PlanInput input = Make(IpamKind::kOverlay, "10.0.0.0/24", 2, 60);
  input.workloads = {{"default/web", 80}};
  Operation rollout;
  rollout.kind = OperationKind::kRollout;
  rollout.target = "default/web";
  rollout.at = 3600_s;
  input.timeline.operations = {rollout};
  const PlanRecord record = RunPlan(input, limits);
  EXPECT_EQ(FailureOf(record), "");
  std::uint32_t most = 0;
  for (const TimelinePoint& point : record.timeline) most = std::max(most, point.pods);
  EXPECT_EQ(most, 100u);  // 25 % more
  EXPECT_EQ(record.timeline.back().pods, 80u);
}

TEST_F(AddressPlanTest, PendingPodsMakeAnAutoscaledPoolGrow) {
  PlanInput input = Make(IpamKind::kOverlay, "10.0.0.0/24", 1, 30);
  input.pools[0].pool.min_count = 1;
  input.pools[0].pool.max_count = 4;
  input.workloads = {{"default/web", 10}};
  input.timeline.operations = {Scale(3600_s, 110)};
  const PlanRecord record = RunPlan(input, limits);
  EXPECT_EQ(FailureOf(record), "");
  EXPECT_EQ(record.timeline.back().nodes, 4u);
  input.timeline.operations = {Scale(3600_s, 121)};
  EXPECT_EQ(FailureOf(RunPlan(input, limits)), "1 pods stay Pending: every node has its max pods");
}

TEST_F(AddressPlanTest, APoolThatIsNotMadeYetDoesNotGrow) {
  PlanInput input = Make(IpamKind::kOverlay, "10.0.0.0/24", 2, 30);
  input.workloads = {{"default/web", 70}};
  cluster::NodePool later = Pool("later", 1, 30);
  later.min_count = 1;
  later.max_count = 4;
  input.timeline.operations = {AddPool(input, later)};
  const PlanRecord record = RunPlan(input, limits);
  ASSERT_EQ(record.operations.size(), 2u);
  EXPECT_EQ(record.operations[0].refusal.message,
            "10 pods stay Pending: every node has its max pods");
  EXPECT_FALSE(record.operations[1].failed);
  EXPECT_EQ(record.pool_nodes, (std::vector<int>{2, 1}));
  EXPECT_EQ(record.timeline.back().pending_pods, 0u);
}

TEST_F(AddressPlanTest, OnlyPoolsThatExistCountAgainstThePodRange) {
  PlanInput input = Make(IpamKind::kOverlay, "10.0.0.0/24", 3, 30);
  input.ipam.pod_cidrs = {*net::Cidr::Parse("10.240.100.0/22")};  // four nodes
  cluster::NodePool later = Pool("later", 1, 30);
  later.min_count = 1;
  later.max_count = 2;
  input.timeline.operations = {AddPool(input, later)};
  const PlanRecord record = RunPlan(input, limits);
  EXPECT_FALSE(record.operations[0].failed);
  ASSERT_TRUE(record.operations[1].failed);
  EXPECT_EQ(record.operations[1].binding, Binding::kPodCidr);
  EXPECT_EQ(record.pool_nodes, (std::vector<int>{3, 0}));

  // A pool that was replaced no longer counts: 2 + 2 nodes beside each other, then 2 + 2 again.
  input = Make(IpamKind::kOverlay, "10.0.0.0/24", 2, 30);
  input.ipam.pod_cidrs = {*net::Cidr::Parse("10.240.100.0/22")};
  input.pools[0].pool.min_count = 1;
  input.pools[0].pool.max_count = 2;
  Operation replace = AddPool(input, Pool("green", 2, 30));
  replace.kind = OperationKind::kReplace;
  replace.target = "apps";
  Operation add = AddPool(input, Pool("more", 2, 30));
  add.at = 36'000_s;
  input.timeline.operations = {replace, add};
  EXPECT_EQ(FailureOf(RunPlan(input, limits)), "");
  EXPECT_EQ(Advise(input, limits).prefixes.at(1).needed, 22);
}

TEST_F(AddressPlanTest, ANewPoolHasEnoughMaxPodsOrIsRefused) {
  PlanInput input = Make(IpamKind::kOverlay, "10.0.0.0/24", 3, 30);
  input.timeline.operations = {AddPool(input, Pool("tiny", 1, 5))};
  EXPECT_EQ(FailureOf(RunPlan(input, limits)), "max pods is 5, expected 10 to 250");
  input.timeline.operations[0].kind = OperationKind::kReplace;
  input.timeline.operations[0].target = "apps";
  const PlanRecord record = RunPlan(input, limits);
  EXPECT_EQ(FailureOf(record), "max pods is 5, expected 10 to 250");
  EXPECT_EQ(record.pool_nodes, (std::vector<int>{3, 0}));
}

// "Total node count 4" of three nodes, and 25 of two pools up to 10 and two system nodes: every
// pool has a surge node, and autoscalers count with their maxima
// (https://github.com/Azure/azure-cli/issues/22374,
// https://github.com/jenkins-infra/azure/pull/580).
TEST_F(AddressPlanTest, OutboundPortsAreForEveryNodeThatThereMayBe) {
  const cluster::MaxSurge tenth{std::nullopt, 0.1};
  PlanInput input = Make(IpamKind::kOverlay, "10.0.0.0/24", 3, 110);
  input.pools[0].pool.max_surge = tenth;
  input.outbound.ports_per_node = 21'000;
  EXPECT_THAT(FailureOf(RunPlan(input, limits)),
              testing::HasSubstr("Total node count 4 requires 84000 ports"));
  input.pools[0].pool.count = 2;
  EXPECT_EQ(FailureOf(RunPlan(input, limits)), "");

  input = Make(IpamKind::kOverlay, "10.0.0.0/24", 2, 110);
  for (const char* name : {"linux", "arm"}) {
    PlannedPool pool;
    pool.pool = Pool(name, 1, 110);
    pool.pool.min_count = 1;
    pool.pool.max_count = 10;
    input.pools.push_back(pool);
  }
  for (PlannedPool& pool : input.pools) pool.pool.max_surge = tenth;
  input.outbound.ports_per_node = 3'200;
  EXPECT_THAT(FailureOf(RunPlan(input, limits)),
              testing::HasSubstr("Total node count 25 requires 80000 ports"));
  input.outbound.ports_per_node = 2'560;  // 25 x 2,560 = 64,000
  EXPECT_EQ(FailureOf(RunPlan(input, limits)), "");
}

// What a cluster had before it moved says nothing about the range that it moves to.
TEST_F(AddressPlanTest, ThePodRangeOfAMoveIsForTheNodesAfterIt) {
  PlanInput input = Make(IpamKind::kKubenet, "10.0.0.0/24", 40, 30);
  ipam::IpamConfiguration overlay;
  overlay.kind = IpamKind::kOverlay;
  overlay.pod_cidrs = {*net::Cidr::Parse("10.240.0.0/16")};
  input.migrations = {{"overlay", overlay}};
  Operation shrink;
  shrink.kind = OperationKind::kScalePool;
  shrink.at = 3600_s;
  shrink.target = "apps";
  shrink.count = 8;
  Operation migrate;
  migrate.kind = OperationKind::kMigrate;
  migrate.at = 7200_s;
  migrate.target = "overlay";
  input.timeline.operations = {shrink, migrate};
  const PlanAdvice advice = Advise(input, limits);
  ASSERT_EQ(advice.prefixes.size(), 3u);
  EXPECT_EQ(advice.prefixes[1].needed, 18);  // 40 blocks of /24
  EXPECT_EQ(advice.prefixes[2].name, "pod CIDR of overlay");
  EXPECT_EQ(advice.prefixes[2].needed, 21);  // 8
}

TEST_F(AddressPlanTest, TheSameInputGivesTheSameRecord) {
  PlanInput input = MakeDynamic("10.1.0.0/22", 8, 60);
  input.workloads = {{"default/web", 200}, {"default/api", 77}};
  input.timeline.operations = {Upgrade(2), Scale(9000_s, 20)};
  const PlanRecord first = RunPlan(input, limits);
  const PlanRecord second = RunPlan(input, limits);
  EXPECT_EQ(first.events, second.events);
  ASSERT_EQ(first.timeline.size(), second.timeline.size());
  for (std::size_t i = 0; i < first.timeline.size(); ++i) {
    EXPECT_EQ(first.timeline[i].at, second.timeline[i].at);
    EXPECT_EQ(first.timeline[i].pools[1].held, second.timeline[i].pools[1].held);
  }
}

}  // namespace
}  // namespace cnisim::plan
