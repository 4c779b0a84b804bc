// Random operations on every kind of allocator against a slow, obvious model: who has which
// address is a std::map, and what a mode must do next follows from counting.

#include <map>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "models/ipam/allocators.h"
#include "models/ipam/pod_address_allocator.h"
#include "models/net/index_pool.h"
#include "sim/base/random.h"

namespace cnisim::ipam {
namespace {

using azure::LimitId;
using azure::SubnetId;

constexpr int kOperations = CNISIM_OPERATIONS;
constexpr std::uint32_t kNodeIds = 60;

struct Case {
  std::string name;
  IpamConfiguration configuration;
  std::string node_subnet = "10.0.0.0/26";
  std::string pod_subnet = {};  // empty: none
  int max_pods = 30;
  bool lowest = true;  // the lowest free address of the node comes out

  friend void PrintTo(const Case& tested, std::ostream* out) { *out << tested.name; }
};

IpamConfiguration Configure(IpamKind kind, const std::vector<std::string>& ranges = {},
                            int block_length = 0) {
  IpamConfiguration configuration;
  configuration.kind = kind;
  for (const std::string& range : ranges) {
    configuration.pod_cidrs.push_back(*net::Cidr::Parse(range));
  }
  configuration.block_length = block_length;
  return configuration;
}

std::vector<Case> AllCases() {
  std::vector<Case> cases;
  cases.push_back(
      {"NodeSubnet", Configure(IpamKind::kNodeSubnet), "10.0.0.0/23", "", /*max_pods=*/30});
  cases.push_back({"DynamicStepwise", Configure(IpamKind::kPodSubnetDynamic), "10.0.0.0/26",
                   "10.1.0.0/23", 110});
  cases.push_back(cases.back());
  cases.back().name = "DynamicTargetSet";
  cases.back().configuration.monitor = PoolMonitor::kTargetSet;
  cases.push_back(
      {"StaticBlocks", Configure(IpamKind::kPodSubnetStatic), "10.0.0.0/26", "10.1.0.0/23", 30});
  cases.push_back({"Overlay", Configure(IpamKind::kOverlay, {"10.244.0.0/23"}, 28)});
  cases.push_back(
      {"OverlayDualStack", Configure(IpamKind::kOverlay, {"10.244.0.0/23", "fd00::/64"}, 28)});
  cases.back().configuration.block_length_v6 = 124;
  cases.push_back({"Kubenet", Configure(IpamKind::kKubenet, {"10.244.0.0/23"}, 28)});
  cases.back().lowest = false;
  cases.push_back(
      {"ClusterPool", Configure(IpamKind::kClusterPool, {"10.244.0.0/25", "10.9.0.0/24"}, 28)});
  cases.push_back({"Flannel", Configure(IpamKind::kFlannel, {"10.244.0.0/23"}, 28)});
  cases.back().lowest = false;
  cases.push_back({"Calico", Configure(IpamKind::kCalicoBlocks, {"10.244.0.0/23"}, 28)});
  cases.back().configuration.max_blocks_per_node = 3;
  cases.back().lowest = false;
  cases.push_back(cases.back());
  cases.back().name = "CalicoStrict";
  cases.back().configuration.strict_affinity = true;
  cases.push_back(cases.back());
  cases.back().name = "CalicoCooling";
  cases.back().configuration.strict_affinity = false;
  cases.back().configuration.cooldown = SimTime::FromNanos(30'000'000'000);
  return cases;
}

struct ModelNode {
  net::IpAddress address;
  std::vector<PodAddresses> pods;
};

class IpamPropertyTest : public testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    document::Diagnostics diagnostics;
    limits =
        azure::Limits::Load(document::CatalogFiles::Load(std::nullopt, diagnostics), diagnostics);
    vnet = std::make_unique<azure::VirtualNetwork>(limits);
    nodes_subnet = vnet->AddSubnet("nodes", *net::Cidr::Parse(GetParam().node_subnet));
    if (!GetParam().pod_subnet.empty()) {
      pods_subnet = vnet->AddSubnet("pods", *net::Cidr::Parse(GetParam().pod_subnet));
    }
    ASSERT_EQ(CheckConfiguration(GetParam().configuration, limits), std::nullopt);
    allocator = MakeAllocator(GetParam().configuration, *vnet, limits);
  }

  IpamKind kind() const { return GetParam().configuration.kind; }
  std::uint64_t Limit(LimitId id) const { return static_cast<std::uint64_t>(limits[id]); }
  bool HasBlockPerNode() const { return !PodsInVnet(kind()) && kind() != IpamKind::kCalicoBlocks; }

  // Blocks of the pod range, by counting.
  std::uint64_t Blocks() const {
    std::uint64_t blocks = 0;
    for (const net::Cidr& range : GetParam().configuration.pod_cidrs) {
      if (range.family() == net::IpFamily::kIpv6) continue;
      blocks +=
          range.SubnetCount(BlockLength(GetParam().configuration, net::IpFamily::kIpv4, limits));
      if (kind() == IpamKind::kFlannel) blocks -= Limit(LimitId::kFlannelFirstBlock);
    }
    return blocks;
  }

  // Most pods of one node, by the mode's rule.
  std::uint64_t PodsPerNode() const {
    const std::uint64_t block =
        PodsInVnet(kind()) ? 0
                           : std::uint64_t{1} << (32 - BlockLength(GetParam().configuration,
                                                                   net::IpFamily::kIpv4, limits));
    switch (kind()) {
      case IpamKind::kNodeSubnet:
        return static_cast<std::uint64_t>(GetParam().max_pods);
      case IpamKind::kPodSubnetStatic:
        return 16 * StaticBlocksPerNode(GetParam().max_pods, limits) - 1;
      case IpamKind::kOverlay:
        return block;
      case IpamKind::kKubenet:
      case IpamKind::kFlannel:
        return block - 3;  // network, bridge, broadcast
      case IpamKind::kClusterPool:
        return block - 4;  // network, broadcast, router, health
      case IpamKind::kPodSubnetDynamic:
        return Limit(LimitId::kCnsMostAddresses);
      case IpamKind::kCalicoBlocks:
        break;
    }
    return UINT64_MAX;
  }

  // Whether a node must be possible now.
  bool NodeFits() const {
    const std::uint64_t nodes = model.size();
    const std::uint64_t per_node =
        kind() == IpamKind::kNodeSubnet ? 1 + static_cast<std::uint64_t>(GetParam().max_pods) : 1;
    if ((nodes + 1) * per_node > vnet->subnet(nodes_subnet).usable()) return false;
    if (HasBlockPerNode()) return nodes < Blocks();
    if (kind() == IpamKind::kPodSubnetStatic) {
      const std::uint64_t blocks = StaticBlocksPerNode(GetParam().max_pods, limits);
      // Two of the subnet's blocks hold reserved addresses.
      const std::uint64_t all = net::Cidr::Parse(GetParam().pod_subnet)->Size() / 16 - 2;
      return (nodes + 1) * blocks <= all;
    }
    return true;  // Calico is checked by its invariants
  }

  void Use(const net::IpAddress& address, const char* what) {
    ASSERT_TRUE(in_use.insert(address).second) << address.ToString() << " given twice, " << what;
  }

  // The address lies where the mode has its addresses, and is no reserved one.
  void CheckPlace(const net::IpAddress& address, const net::IpAddress& node) {
    if (PodsInVnet(kind())) {
      const bool own = kind() == IpamKind::kNodeSubnet;
      const net::Cidr subnet =
          *net::Cidr::Parse(own ? GetParam().node_subnet : GetParam().pod_subnet);
      ASSERT_TRUE(subnet.Contains(address));
      ASSERT_GE(subnet.IndexOf(address), 4u);
      ASSERT_NE(address, subnet.Last());
      ASSERT_NE(address, node);
      return;
    }
    bool inside = false;
    for (const net::Cidr& range : GetParam().configuration.pod_cidrs) {
      inside = inside || range.Contains(address);
    }
    ASSERT_TRUE(inside) << address.ToString();
    if (kind() == IpamKind::kOverlay || kind() == IpamKind::kCalicoBlocks) return;
    const net::Cidr block(address, BlockLength(GetParam().configuration, address.family(), limits));
    ASSERT_NE(address, block.base());
    ASSERT_NE(address, block.Last());
  }

  void AddNode(std::uint32_t id) {
    const bool fits = NodeFits();
    const auto address =
        allocator->AddNode({NodeId(id), nodes_subnet, pods_subnet, GetParam().max_pods}, now);
    if (kind() != IpamKind::kCalicoBlocks) {
      ASSERT_EQ(address.ok(), fits) << model.size() << " nodes";
    } else if (!address) {
      ASSERT_TRUE(!fits || address.error() == AllocateError::kNoBlock ||
                  address.error() == AllocateError::kCoolingDown);
    }
    if (!address) return;
    Use(*address, "a node");
    model[id].address = *address;
  }

  void RemoveNode(std::uint32_t id) {
    allocator->RemoveNode(NodeId(id), now);
    for (const PodAddresses& pod : model[id].pods) Forget(pod);
    in_use.erase(model[id].address);
    model.erase(id);
  }

  void Forget(const PodAddresses& pod) {
    in_use.erase(pod.address);
    if (pod.second) in_use.erase(*pod.second);
  }

  void Allocate(std::uint32_t id) {
    ModelNode& node = model[id];
    const auto addresses = allocator->Allocate(NodeId(id), now);
    if (kind() != IpamKind::kPodSubnetDynamic && kind() != IpamKind::kCalicoBlocks) {
      ASSERT_EQ(addresses.ok(), node.pods.size() < PodsPerNode()) << node.pods.size();
    }
    if (!addresses) {
      ++refusals;
      if (kind() == IpamKind::kCalicoBlocks) CheckCalicoRefusal(id, addresses.error());
      return;
    }
    ++grants;
    Use(addresses->address, "a pod");
    CheckPlace(addresses->address, node.address);
    if (addresses->second) {
      Use(*addresses->second, "a pod's second");
      ASSERT_TRUE(addresses->second->is_v6());
    }
    if (GetParam().lowest && HasBlockPerNode()) {
      // Everything below it in its block is in use, reserved or the agent's.
      const net::Cidr block(addresses->address,
                            BlockLength(GetParam().configuration, net::IpFamily::kIpv4, limits));
      const std::uint64_t first =
          block.Size() - PodsPerNode() - (kind() == IpamKind::kClusterPool ? 1 : 0);
      for (std::uint64_t i = first; i < block.IndexOf(addresses->address); ++i) {
        ASSERT_TRUE(in_use.contains(block.At(i)));
      }
    }
    node.pods.push_back(*addresses);
  }

  // No address of the range may be idle for a reason that is not the mode's own.
  void CheckCalicoRefusal(std::uint32_t id, AllocateError error) {
    if (error == AllocateError::kCoolingDown) {
      ASSERT_NE(GetParam().configuration.cooldown, SimTime());
      return;
    }
    if (GetParam().configuration.strict_affinity) {
      // Full blocks of its own, and either three of them or no block left for anyone.
      const std::uint64_t own = model[id].pods.size() + 1;
      ASSERT_EQ(own % 16, 0u);
      if (own < 48) {
        ASSERT_EQ(Range().free(), 0u);
      }
      return;
    }
    // It would have borrowed: every address of every block is in use.
    ASSERT_EQ(Range().free(), 0u);
    ASSERT_EQ(Range().assigned, Range().capacity);
  }

  PoolHoldings Range() const { return allocator->Holdings().back(); }

  void Release(std::uint32_t id, std::uint32_t choice) {
    ModelNode& node = model[id];
    if (node.pods.empty()) return;
    const std::size_t index = choice % node.pods.size();
    allocator->Release(NodeId(id), node.pods[index].address, now);
    Forget(node.pods[index]);
    node.pods[index] = node.pods.back();
    node.pods.pop_back();
  }

  std::uint64_t Pods() const {
    std::uint64_t pods = 0;
    for (const auto& [id, node] : model) pods += node.pods.size();
    return pods;
  }

  // What the allocator says it holds against what the model counts.
  void CheckHoldings() {
    const std::vector<PoolHoldings> pools = allocator->Holdings();
    std::uint64_t assigned = 0;
    for (const PoolHoldings& pool : pools) {
      ASSERT_LE(pool.held, pool.capacity) << pool.name;
      ASSERT_LE(pool.assigned + pool.pending, pool.held) << pool.name;
      assigned += pool.assigned;
    }
    const std::uint64_t nodes = model.size();
    std::uint64_t agents = 0;  // addresses that neither nodes nor pods have
    if (kind() == IpamKind::kPodSubnetStatic || kind() == IpamKind::kCalicoBlocks) agents = nodes;
    if (kind() == IpamKind::kClusterPool) agents = 2 * nodes;
    if (kind() == IpamKind::kPodSubnetDynamic) {
      ASSERT_GE(assigned, nodes + Pods());
      ASSERT_LE(assigned, 2 * nodes + Pods());  // a starved node has no primary
      return;
    }
    ASSERT_EQ(assigned, nodes + Pods() + agents);
    ASSERT_EQ(allocator->node_count(), nodes);
  }

  azure::Limits limits;
  std::unique_ptr<azure::VirtualNetwork> vnet;
  SubnetId nodes_subnet;
  SubnetId pods_subnet;
  std::unique_ptr<PodAddressAllocator> allocator;
  std::map<std::uint32_t, ModelNode> model;  // node id -> what it has
  std::set<net::IpAddress> in_use;
  SimTime now;
  int grants = 0;
  int refusals = 0;
};

TEST_P(IpamPropertyTest, RandomOperationsAgreeWithTheModel) {
  RandomStream random(/*seed=*/7, /*entity=*/0, /*purpose=*/0);
  // The pressure goes up and down, so that pools fill and empty many times.
  for (int i = 0; i < kOperations; ++i) {
    const bool filling = i / 2'000 % 2 == 0;
    now += SimTime::FromNanos(static_cast<std::int64_t>(random.Below(2'000'000'000)));
    while (allocator->next_work() && *allocator->next_work() <= now) {
      allocator->Work(*allocator->next_work());
    }
    const std::uint32_t id = random.Below(kNodeIds);
    const std::uint32_t dice = random.Below(100);
    if (!model.contains(id)) {
      if (dice < (filling ? 30U : 3U)) {
        ASSERT_NO_FATAL_FAILURE(AddNode(id));
      }
    } else if (dice < (filling ? 1U : 4U)) {
      RemoveNode(id);
    } else if (dice < (filling ? 75U : 35U)) {
      ASSERT_NO_FATAL_FAILURE(Allocate(id));
    } else {
      Release(id, random.Below(1U << 20));
    }
    if (i % 64 == 0) {
      ASSERT_NO_FATAL_FAILURE(CheckHoldings());
    }
  }
  EXPECT_GT(grants, kOperations / 20);
  EXPECT_GT(refusals, 0);

  while (!model.empty()) RemoveNode(model.begin()->first);
  Settle(*allocator, now, SimTime::Max());
  for (const PoolHoldings& pool : allocator->Holdings()) {
    EXPECT_EQ(pool.held, 0u) << pool.name;
    EXPECT_EQ(pool.assigned, 0u) << pool.name;
    EXPECT_EQ(pool.pending, 0u) << pool.name;
  }
  EXPECT_EQ(vnet->mappings(), 0u);
  EXPECT_EQ(in_use.size(), 0u);
}

INSTANTIATE_TEST_SUITE_P(AllModes, IpamPropertyTest, testing::ValuesIn(AllCases()),
                         [](const auto& tested) { return tested.param.name; });

TEST(IndexPoolPropertyTest, AgreesWithASet) {
  RandomStream random(/*seed=*/8, /*entity=*/0, /*purpose=*/0);
  for (const std::uint64_t size : {1U, 63U, 64U, 65U, 4'095U, 4'096U, 4'097U, 70'000U}) {
    net::IndexPool pool(size);
    std::set<std::uint64_t> free;
    for (std::uint64_t i = 0; i < size; ++i) free.insert(i);
    for (int i = 0; i < kOperations / 5; ++i) {
      const std::uint64_t from = random.Below(static_cast<std::uint32_t>(size));
      if (random.Below(100) < (i / 1'000 % 2 == 0 ? 90U : 10U)) {
        const auto expected = free.lower_bound(from);
        const std::optional<std::uint64_t> index = pool.TakeLowest(from);
        ASSERT_EQ(index.has_value(), expected != free.end());
        if (index) {
          ASSERT_EQ(*index, *expected);
          free.erase(expected);
        }
      } else if (!free.contains(from)) {
        pool.Give(from);
        free.insert(from);
      }
      ASSERT_EQ(pool.free(), free.size());
    }
  }
}

}  // namespace
}  // namespace cnisim::ipam
