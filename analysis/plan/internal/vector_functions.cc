#include "analysis/plan/internal/vector_functions.h"

#include <algorithm>
#include <array>
#include <memory>
#include <vector>

#include <fmt/format.h>

#include "models/azure/address_ranges.h"
#include "models/azure/admission.h"
#include "models/azure/node_reservation.h"
#include "models/azure/outbound.h"
#include "models/azure/virtual_network.h"
#include "models/cluster/node_pool.h"
#include "models/document/quantities.h"
#include "models/document/spelling.h"
#include "models/ipam/allocators.h"
#include "models/ipam/pod_address_allocator.h"
#include "models/ipam/pool_monitor.h"
#include "models/net/encapsulation.h"

namespace cnisim::plan::internal {
namespace {

using azure::LimitId;
using azure::Limits;
using ipam::IpamConfiguration;
using ipam::IpamKind;
using ipam::NodeId;

constexpr std::int64_t kMostNodes = 100'000;

std::string Text(std::int64_t number) { return std::to_string(number); }
std::string Text(std::uint64_t number) { return std::to_string(number); }
std::string Text(bool truth) { return truth ? "true" : "false"; }
std::string Text(std::optional<int> length) { return length ? std::to_string(*length) : "none"; }

// A prefix of the length, somewhere out of the way of the others of a row.
net::Cidr Prefix(std::int64_t length, std::string_view base) {
  return net::Cidr(*net::IpAddress::Parse(base), static_cast<int>(length));
}

// A cluster of one pool in one mode, which grows node by node.
class Testbed {
 public:
  Testbed(IpamConfiguration configuration, const Limits& limits, std::int64_t node_prefix = 9)
      : limits_(limits), vnet_(limits_) {
    nodes_ = vnet_.AddSubnet("nodes", Prefix(node_prefix, "20.0.0.0"));
    if (configuration.pod_cidrs.empty() && !ipam::PodsInVnet(configuration.kind)) {
      configuration.pod_cidrs.push_back(Prefix(9, "10.0.0.0"));
    }
    allocator_ = ipam::MakeAllocator(configuration, vnet_, limits_);
  }

  void AddPodSubnet(std::int64_t prefix) {
    pods_ = vnet_.AddSubnet("pods", Prefix(prefix, "30.0.0.0"));
  }

  // The error, or nothing.
  std::optional<ipam::AllocateError> AddNode(std::int64_t max_pods, bool auto_provisioned = false) {
    const NodeId id(next_);
    const auto address = allocator_->AddNode(
        {id, nodes_, pods_, static_cast<int>(max_pods), auto_provisioned}, now_);
    if (!address) return address.error();
    ++next_;
    return std::nullopt;
  }

  // True when all of them could be added.
  bool AddNodes(std::int64_t count, std::int64_t max_pods) {
    for (std::int64_t i = 0; i < count; ++i) {
      if (AddNode(max_pods)) return false;
    }
    return true;
  }

  // Nodes that can be added until one is refused.
  std::int64_t Fill(std::int64_t max_pods) {
    std::int64_t count = 0;
    while (count < kMostNodes && !AddNode(max_pods)) ++count;
    return count;
  }

  // Pods that the first node can have, `most` at most; their addresses.
  std::vector<net::IpAddress> FillPods(std::int64_t most = kMostNodes) {
    std::vector<net::IpAddress> addresses;
    while (static_cast<std::int64_t>(addresses.size()) < most) {
      const auto pod = allocator_->Allocate(NodeId(0), now_);
      if (!pod) break;
      addresses.push_back(pod->address);
    }
    return addresses;
  }

  void Expect(std::uint32_t node, std::int64_t pods) {
    allocator_->Expect(NodeId(node), static_cast<std::uint32_t>(pods), now_);
  }
  void Rest() { now_ = ipam::Settle(*allocator_, now_, SimTime::Max()); }

  ipam::PodAddressAllocator& allocator() { return *allocator_; }
  const azure::VirtualNetwork& vnet() const { return vnet_; }
  std::uint64_t node_addresses() const { return vnet_.subnet(nodes_).taken(); }
  std::uint64_t pod_addresses() const { return vnet_.subnet(pods_).taken(); }
  std::uint64_t pods_free() const { return vnet_.subnet(pods_).free(); }
  std::uint64_t nodes_usable() const { return vnet_.subnet(nodes_).usable(); }
  ipam::PoolHoldings pod_range() const { return allocator_->Holdings().back(); }

 private:
  Limits limits_;
  azure::VirtualNetwork vnet_;
  azure::SubnetId nodes_;
  azure::SubnetId pods_;
  std::unique_ptr<ipam::PodAddressAllocator> allocator_;
  std::uint32_t next_ = 0;
  SimTime now_;
};

IpamConfiguration Of(IpamKind kind) {
  IpamConfiguration configuration;
  configuration.kind = kind;
  return configuration;
}

// The kind behind a mode's name, for calculations that several modes share.
IpamKind KindOf(std::string_view mode) {
  if (mode == "kubenet") return IpamKind::kKubenet;
  if (mode == "azure_node_subnet") return IpamKind::kNodeSubnet;
  if (mode == "azure_pod_subnet_dynamic") return IpamKind::kPodSubnetDynamic;
  if (mode == "azure_pod_subnet_static") return IpamKind::kPodSubnetStatic;
  if (mode == "byocni_calico_vxlan") return IpamKind::kCalicoBlocks;
  return mode.starts_with("byocni") ? IpamKind::kClusterPool : IpamKind::kOverlay;
}

cluster::MaxSurge ReadSurge(VectorInputs& in) {
  const std::string text = in.Text("max_surge");
  cluster::MaxSurge surge;
  if (const auto share = document::ParsePercentage(text); share.ok()) {
    surge.share = *share;
  } else if (const auto nodes = document::ParseInteger(text)) {
    surge.nodes = static_cast<int>(*nodes);
  } else {
    in.Complain(fmt::format("max_surge is {}, expected 10% or 2", document::Quote(text)));
  }
  return surge;
}

std::int64_t SurgeNodes(const cluster::MaxSurge& surge, std::int64_t nodes) {
  return std::min<std::int64_t>(nodes, surge.NodesFor(static_cast<int>(nodes)));
}

// `surge` as a number, or `max_surge` of the nodes, or none.
std::int64_t SurgeOf(VectorInputs& in, std::int64_t nodes) {
  if (in.Has("max_surge")) return SurgeNodes(ReadSurge(in), nodes);
  return in.Integer("surge", 0);
}

void AddRefusal(const std::optional<azure::Refusal>& refusal, VectorFields& out) {
  out["allowed"] = Text(!refusal.has_value());
  if (!refusal) return;
  if (!refusal->code.empty()) out["error"] = refusal->code;
  out["reason"] = refusal->message;
}

// --- Subnets and node subnet mode ---------------------------------------------------------------

VectorFields UsableIps(VectorInputs& in, const Limits& limits) {
  const auto prefix = static_cast<int>(in.Integer("prefix"));
  return {{"usable", Text(azure::UsableAddresses(prefix, limits))}};
}

VectorFields NodeSubnetRequired(VectorInputs& in, const Limits& limits) {
  Testbed bed(Of(IpamKind::kNodeSubnet), limits);
  const std::int64_t nodes = in.Integer("nodes") + in.Integer("surge", 0);
  if (!bed.AddNodes(nodes, in.Integer("max_pods"))) in.Complain("no VNet has so many addresses");
  const std::uint64_t ips = bed.node_addresses();
  return {{"ips", Text(ips)}, {"min_prefix", Text(azure::SmallestSubnetFor(ips, limits))}};
}

VectorFields MaxNodes(VectorInputs& in, const Limits& limits, IpamKind kind) {
  const std::int64_t max_pods = in.Integer("max_pods");
  Testbed bed(Of(kind), limits, in.Integer("prefix"));
  const std::int64_t nodes = bed.Fill(max_pods);
  return {{"max_nodes", Text(nodes)}, {"max_pods_total", Text(nodes * max_pods)}};
}
VectorFields NodeSubnetMaxNodes(VectorInputs& in, const Limits& limits) {
  return MaxNodes(in, limits, IpamKind::kNodeSubnet);
}
VectorFields KubenetMaxNodes(VectorInputs& in, const Limits& limits) {
  return MaxNodes(in, limits, IpamKind::kKubenet);
}

VectorFields NodeSubnetVnetCap(VectorInputs& in, const Limits& limits) {
  Limits changed = limits;
  changed.Set(fmt::format("vnet.private_addresses={}", in.Integer("vnet_private_ips")));
  Testbed bed(Of(IpamKind::kNodeSubnet), changed);
  return {{"max_nodes", Text(bed.Fill(in.Integer("max_pods")))}};
}

VectorFields NicIpConfigs(VectorInputs& in, const Limits& limits) {
  const auto max_pods = static_cast<int>(in.Integer("max_pods"));
  Limits changed = limits;
  changed.Set(fmt::format("nic.ip_configurations={}", in.Integer("nic_limit")));
  Testbed bed(Of(IpamKind::kNodeSubnet), changed);
  ipam::NodeRequest request;
  request.max_pods = max_pods;
  const std::uint64_t need = bed.allocator().NodeSubnetNeed(request);
  const bool fits = bed.AddNode(max_pods) != ipam::AllocateError::kNicFull;
  return {{"ip_configs", Text(need)}, {"fits", Text(fits)}};
}

VectorFields NapNicIpConfigs(VectorInputs& in, const Limits& limits) {
  Testbed bed(Of(IpamKind::kNodeSubnet), limits);
  bed.AddNode(in.Integer("max_pods"), /*auto_provisioned=*/true);
  const std::uint64_t secondary = bed.FillPods().size();
  const std::uint64_t total = bed.node_addresses();
  return {
      {"primary", Text(total - secondary)}, {"secondary", Text(secondary)}, {"total", Text(total)}};
}

VectorFields NodeSubnetAdmission(VectorInputs& in, const Limits& limits) {
  const net::Cidr subnet = Prefix(in.Integer("prefix"), "20.0.0.0");
  const std::int64_t nodes = in.Integer("nodes") + in.Integer("surge", 0);
  const std::uint64_t need =
      static_cast<std::uint64_t>(nodes) *
      azure::CheckedAddressesPerNode(/*node_subnet_mode=*/true,
                                     static_cast<int>(in.Integer("max_pods")), limits);
  const std::uint64_t available = azure::UsableAddresses(subnet.length(), limits);
  VectorFields out{{"prealloc", Text(need)}, {"available", Text(available)}};
  AddRefusal(azure::CheckPreallocation(need, available, subnet, "nodes", false), out);
  return out;
}

// --- kubenet and overlay
// --------------------------------------------------------------------------

VectorFields NodeCidr(VectorInputs& in, const Limits& limits) {
  IpamConfiguration configuration = Of(IpamKind::kKubenet);
  configuration.pod_cidrs = {in.Range("pod_cidr")};
  Testbed bed(configuration, limits);
  const std::int64_t index = in.Integer("index");
  bed.AddNodes(index + 1, /*max_pods=*/110);
  const auto pod = bed.allocator().Allocate(NodeId(static_cast<std::uint32_t>(index)), SimTime());
  if (!pod) return {{"cidr", "none"}};
  const int length = ipam::BlockLength(configuration, net::IpFamily::kIpv4, limits);
  return {{"cidr", net::Cidr(pod->address, length).ToString()}};
}

VectorFields RouteCheck(VectorInputs& in, const Limits& limits) {
  const std::int64_t nodes = in.Integer("nodes") + in.Integer("surge", 0);
  const auto routes = static_cast<std::uint64_t>(nodes * in.Integer("ip_families"));
  VectorFields out{{"routes", Text(routes)}};
  AddRefusal(azure::CheckRoutes(routes, limits), out);
  return out;
}

VectorFields MinPodCidrPrefix(VectorInputs& in, const Limits& limits) {
  IpamConfiguration configuration = Of(KindOf(in.mode()));
  configuration.block_length = static_cast<int>(in.Integer("node_prefix"));
  const auto nodes = static_cast<std::uint64_t>(in.Integer("nodes"));
  return {{"pod_cidr_prefix", Text(ipam::SmallestPodRange(configuration, nodes, limits))}};
}

VectorFields HostLocalUsable(VectorInputs& in, const Limits& limits) {
  IpamConfiguration configuration = Of(IpamKind::kKubenet);
  configuration.block_length = static_cast<int>(in.Integer("node_prefix"));
  Testbed bed(configuration, limits);
  bed.AddNode(/*max_pods=*/110);
  const std::vector<net::IpAddress> pods = bed.FillPods();
  if (pods.empty()) return {{"usable", "0"}};
  const auto [first, last] = std::minmax_element(pods.begin(), pods.end());
  return {{"first", fmt::format(".{}", first->v4() & 0xff)},
          {"last", fmt::format(".{}", last->v4() & 0xff)},
          {"usable", Text(pods.size())}};
}

VectorFields OverlayMaxNodes(VectorInputs& in, const Limits& limits) {
  IpamConfiguration configuration = Of(KindOf(in.mode()));
  configuration.pod_cidrs = {Prefix(in.Integer("pod_cidr_prefix"), "10.0.0.0")};
  configuration.block_length = static_cast<int>(in.Integer("node_prefix", 0));
  Testbed bed(configuration, limits);
  return {{"node_blocks", Text(bed.Fill(/*max_pods=*/110))}};
}

VectorFields VnetIps(VectorInputs& in, const Limits& limits) {
  Testbed bed(Of(KindOf(in.mode())), limits);
  bed.AddNodes(in.Integer("nodes") + in.Integer("surge", 0), in.Integer("max_pods"));
  const std::uint64_t ips = bed.vnet().taken();
  return {{"ips", Text(ips)}, {"min_prefix", Text(azure::SmallestSubnetFor(ips, limits))}};
}

VectorFields NodeSubnetPrecheck(VectorInputs& in, const Limits& limits) {
  cluster::NodePool pool;
  pool.count = 1;
  const auto most = static_cast<int>(in.Integer("max_count"));
  if (in.Boolean("autoscaler", false)) {
    pool.max_count = most;
  } else {
    pool.count = most;
  }
  const std::uint64_t per_node = azure::CheckedAddressesPerNode(false, 250, limits);
  const std::int64_t nodes = in.Integer("pools") * pool.LargestCount();
  return {{"counted_ips", Text(static_cast<std::uint64_t>(nodes) * per_node)}};
}

VectorFields OverlayPoolSize(VectorInputs& in, const Limits& limits) {
  IpamConfiguration configuration = Of(IpamKind::kOverlay);
  configuration.block_length = static_cast<int>(in.Integer("node_prefix"));
  configuration.windows_nodes = in.Text("os") == "windows";
  Testbed bed(configuration, limits);
  bed.AddNode(/*max_pods=*/250);
  const std::vector<net::IpAddress> pods = bed.FillPods();
  VectorFields out{{"assignable", Text(pods.size())}};
  // A Windows node's gateway stands before the first address for pods.
  if (configuration.windows_nodes && !pods.empty()) {
    out["gateway"] = fmt::format(".{}", (pods.front().v4() & 0xff) - 1);
  }
  return out;
}

VectorFields PodCidrReserved(VectorInputs& in, const Limits& limits) {
  const std::optional<std::string> reason = azure::RefusedReason(in.Range("pod_cidr"), limits);
  return {{"allowed", Text(!reason.has_value())}, {"reason", reason.value_or("")}};
}

VectorFields PodCidrExpand(VectorInputs& in, const Limits& /*limits*/) {
  VectorFields out;
  const net::Cidr old_range = in.Range("old");
  AddRefusal(azure::CheckPodCidrExpansion(old_range, in.Range("new"), in.Boolean("windows", false)),
             out);
  return out;
}

VectorFields OverlayAdmission(VectorInputs& in, const Limits& limits) {
  const net::Cidr range = Prefix(in.Integer("pod_cidr_prefix"), "10.0.0.0");
  const int length = ipam::BlockLength(Of(IpamKind::kOverlay), net::IpFamily::kIpv4, limits);
  const auto need = static_cast<std::uint64_t>(in.Integer("effective_nodes")) << (32 - length);
  VectorFields out{{"prealloc", Text(need)}, {"available", Text(range.Size())}};
  AddRefusal(azure::CheckPreallocation(need, range.Size(), range, azure::kPodCidrTarget, true),
             out);
  return out;
}

// --- Pod subnets
// ----------------------------------------------------------------------------------

ipam::PoolScaler ReadScaler(VectorInputs& in, const Limits& limits) {
  ipam::PoolScaler scaler = ipam::PoolScaler::FromLimits(limits);
  scaler.batch = in.Integer("batch");
  scaler.request_percent = in.Integer("request_pct");
  scaler.release_percent = in.Integer("release_pct");
  scaler.most = in.Integer("max", 0);
  if (scaler.batch <= 0) {
    in.Complain("batch is no positive number");
    scaler.batch = 1;
  }
  return scaler;
}

VectorFields CnsThresholds(VectorInputs& in, const Limits& limits) {
  const ipam::PoolScaler scaler = ReadScaler(in, limits);
  return {{"min_free", Text(scaler.MinFree())}, {"max_free", Text(scaler.MaxFree())}};
}

VectorFields CnsV1Step(VectorInputs& in, const Limits& limits) {
  ipam::PoolView pool;
  pool.requested = in.Integer("requested");
  pool.secondary = pool.requested;  // at rest: the node has what it asked for
  pool.assigned = in.Integer("assigned");
  pool.pending_release = in.Integer("pending_release");
  const ipam::PoolDecision decision =
      ipam::StepPool(pool, ReadScaler(in, limits), in.Boolean("exhausted", false));
  constexpr std::array<std::string_view, 3> kActions{"none", "increase", "decrease"};
  return {{"action", std::string(kActions[static_cast<std::size_t>(decision.action)])},
          {"requested", Text(decision.requested)},
          {"released", Text(decision.released)}};
}

VectorFields CnsV2Target(VectorInputs& in, const Limits& limits) {
  ipam::PoolScaler scaler = ipam::PoolScaler::FromLimits(limits);
  scaler.batch = in.Integer("batch");
  scaler.request_percent = static_cast<std::int64_t>(in.Number("buffer") * 100 + 0.5);
  scaler.most = in.Integer("max");
  if (scaler.batch <= 0) {
    in.Complain("batch is no positive number");
    scaler.batch = 1;
  }
  const bool exhausted = in.Boolean("exhausted", false);
  return {{"target", Text(ipam::PoolTarget(in.Integer("demand"), scaler, exhausted))}};
}

IpamConfiguration TargetSet() {
  IpamConfiguration configuration = Of(IpamKind::kPodSubnetDynamic);
  configuration.monitor = ipam::PoolMonitor::kTargetSet;
  return configuration;
}

// Addresses of the pod subnet: those of pods and pools, and one primary a node.
VectorFields PodSubnetUse(const Testbed& bed, std::uint64_t nodes, const Limits& limits) {
  const std::uint64_t primary =
      nodes * static_cast<std::uint64_t>(limits[LimitId::kCnsPrimaryAddresses]);
  const std::uint64_t all = bed.pod_addresses();
  return {{"pod_subnet_ips", Text(all)},
          {"used", Text(all)},
          {"primary", Text(primary)},
          {"secondary", Text(all - primary)},
          {"free", Text(bed.pods_free())}};
}

VectorFields PodSubnetIps(VectorInputs& in, const Limits& limits) {
  Testbed bed(TargetSet(), limits);
  bed.AddPodSubnet(9);
  const std::int64_t nodes = in.Integer("nodes");
  const std::int64_t demand = in.Integer("demand_per_node");
  bed.AddNodes(nodes, /*max_pods=*/250);
  for (std::uint32_t node = 0; node < nodes; ++node) bed.Expect(node, demand);
  bed.Rest();
  return PodSubnetUse(bed, static_cast<std::uint64_t>(nodes), limits);
}

VectorFields PodSubnetMaxFirstBatches(VectorInputs& in, const Limits& limits) {
  Testbed bed(TargetSet(), limits);
  bed.AddPodSubnet(in.Integer("prefix"));
  std::int64_t nodes = -1;
  std::uint64_t before = 0;
  const auto first = static_cast<std::uint64_t>(limits[LimitId::kCnsBatch]);
  do {
    before = bed.pod_addresses();
    bed.AddNode(/*max_pods=*/110);
    ++nodes;
  } while (bed.pod_addresses() >= before + first && nodes < kMostNodes);
  return {{"nodes_with_full_first_batch", Text(nodes)}};
}

VectorFields PodSubnetFill(VectorInputs& in, const Limits& limits) {
  Testbed bed(TargetSet(), limits);
  bed.AddPodSubnet(in.Integer("prefix"));
  const std::int64_t with_two = in.Integer("nodes_with_32");
  const std::int64_t nodes = with_two + in.Integer("nodes_with_16");
  bed.AddNodes(nodes, /*max_pods=*/110);
  // The least demand that asks for a second batch.
  const std::int64_t demand =
      limits[LimitId::kCnsBatch] - ipam::PoolScaler::FromLimits(limits).MinFree() + 1;
  for (std::uint32_t node = 0; node < with_two; ++node) bed.Expect(node, demand);
  bed.Rest();
  return PodSubnetUse(bed, static_cast<std::uint64_t>(nodes), limits);
}

VectorFields NodeSubnetIps(VectorInputs& in, const Limits& limits) {
  Testbed bed(Of(KindOf(in.mode())), limits);
  bed.AddPodSubnet(9);
  bed.AddNodes(in.Integer("nodes") + in.Integer("surge", 0), /*max_pods=*/30);
  const std::uint64_t ips = bed.node_addresses();
  return {{"ips", Text(ips)}, {"min_prefix", Text(azure::SmallestSubnetFor(ips, limits))}};
}

VectorFields StaticBlock(VectorInputs& in, const Limits& limits) {
  Limits changed = limits;
  changed.Set(fmt::format("static_block.length={}", in.Integer("block_prefix")));
  Testbed bed(Of(IpamKind::kPodSubnetStatic), changed);
  bed.AddPodSubnet(12);
  const std::int64_t max_pods = in.Integer("max_pods");
  bed.AddNode(max_pods);
  const auto usable = static_cast<std::int64_t>(bed.FillPods().size());
  return {{"blocks", Text(bed.pod_addresses() >> (32 - changed[LimitId::kStaticBlockLength]))},
          {"usable", Text(usable)},
          {"waste", Text(usable - max_pods)}};
}

VectorFields StaticBlockSubnetBlocks(VectorInputs& in, const Limits& limits) {
  const auto length = static_cast<int>(in.Integer("block_prefix"));
  const net::Cidr subnet = Prefix(in.Integer("prefix"), "30.0.0.0");
  azure::VirtualNetwork vnet(limits);
  const azure::SubnetId id = vnet.AddSubnet("pods", subnet);
  std::uint64_t usable = 0;
  while (vnet.TakeBlock(id, length).ok()) ++usable;
  const std::uint64_t all = subnet.SubnetCount(length);
  // Blocks that hold reserved addresses are among them, so fewer can be had.
  return {{"blocks", Text(all)}, {"upper_bound", Text(usable <= all)}};
}

VectorFields StaticBlockMix(VectorInputs& in, const Limits& limits) {
  const auto take = [&](azure::VirtualNetwork& vnet, azure::SubnetId id, const std::string& mode) {
    if (mode == "StaticBlock") {
      return vnet.TakeBlock(id, static_cast<int>(limits[LimitId::kStaticBlockLength])).ok();
    }
    if (mode != "DynamicIndividual") in.Complain(fmt::format("unknown mode '{}'", mode));
    return vnet.TakeAddress(id).ok();
  };
  azure::VirtualNetwork vnet(limits);
  const azure::SubnetId first = vnet.AddSubnet("pods", Prefix(20, "30.0.0.0"));
  const azure::SubnetId other = vnet.AddSubnet("more-pods", Prefix(20, "31.0.0.0"));
  take(vnet, first, in.Text("subnet_mode"));
  const bool same = in.Boolean("same_subnet", true);
  return {{"allowed", Text(take(vnet, same ? first : other, in.Text("new_pool_mode")))}};
}

// --- Network plugins of one's own
// -----------------------------------------------------------------

VectorFields CiliumPoolUsable(VectorInputs& in, const Limits& limits) {
  IpamConfiguration configuration = Of(IpamKind::kClusterPool);
  configuration.block_length = static_cast<int>(in.Integer("node_prefix"));
  const std::int64_t kept = limits[LimitId::kClusterPoolKeptPerNode];
  const bool health = in.Boolean("health_endpoint", true);
  VectorFields out;
  configuration.kept_per_node = 0;
  Testbed all(configuration, limits);
  all.AddNode(/*max_pods=*/250);
  configuration.kept_per_node = static_cast<int>(kept - (health ? 0 : 1));
  Testbed pods(configuration, limits);
  pods.AddNode(/*max_pods=*/250);
  return {{"allocatable", Text(all.FillPods().size())}, {"for_pods", Text(pods.FillPods().size())}};
}

VectorFields CalicoBlocks(VectorInputs& in, const Limits& limits) {
  IpamConfiguration configuration = Of(IpamKind::kCalicoBlocks);
  configuration.block_length = static_cast<int>(in.Integer("block_prefix"));
  Testbed bed(configuration, limits);
  bed.AddNode(/*max_pods=*/250);
  bed.FillPods(in.Integer("pods_on_node"));
  return {{"blocks", Text(bed.pod_range().held >> (32 - configuration.block_length))}};
}

VectorFields CalicoMaxBlocks(VectorInputs& /*in*/, const Limits& limits) {
  IpamConfiguration configuration = Of(IpamKind::kCalicoBlocks);
  configuration.strict_affinity = true;
  Testbed bed(configuration, limits);
  bed.AddNode(/*max_pods=*/250);
  bed.FillPods();
  const int length = ipam::BlockLength(configuration, net::IpFamily::kIpv4, limits);
  return {{"max_blocks_per_host", Text(bed.pod_range().held >> (32 - length))}};
}

VectorFields VxlanMtu(VectorInputs& in, const Limits& /*limits*/) {
  const std::array layers{net::Encapsulation::kVxlan};
  const net::IpFamily outer =
      in.Integer("ip_version") == 6 ? net::IpFamily::kIpv6 : net::IpFamily::kIpv4;
  return {{"mtu", Text(net::InnerMtu(Bytes(in.Integer("underlay_mtu")), layers, outer).count())}};
}

// --- Surge and pools
// ------------------------------------------------------------------------------

VectorFields Surge(VectorInputs& in, const Limits& /*limits*/) {
  return {{"surge", Text(SurgeNodes(ReadSurge(in), in.Integer("nodes")))}};
}

VectorFields SurgeTotal(VectorInputs& in, const Limits& /*limits*/) {
  const std::int64_t pools = in.Integer("pools");
  return {{"surge", Text(pools * SurgeNodes(ReadSurge(in), in.Integer("nodes_per_pool")))}};
}

VectorFields VmssLimit(VectorInputs& in, const Limits& limits) {
  const std::int64_t nodes = in.Integer("nodes");
  const std::int64_t surge = SurgeOf(in, nodes);
  VectorFields out{{"total", Text(nodes + surge)}};
  AddRefusal(azure::CheckScaleSet(nodes, surge, limits), out);
  return out;
}

VectorFields MaxPodsCheck(VectorInputs& in, const Limits& limits) {
  VectorFields out;
  AddRefusal(
      azure::CheckMaxPods(static_cast<int>(in.Integer("max_pods")), in.Integer("nodes"), limits),
      out);
  return out;
}

// --- Outbound
// -------------------------------------------------------------------------------------

VectorFields LbDefaultPorts(VectorInputs& in, const Limits& limits) {
  const auto ports = azure::DefaultPortsPerNode(in.Integer("nodes"), limits);
  return {{"ports_per_node", ports ? Text(*ports) : "none"}};
}

Limits WithPortsPerIp(VectorInputs& in, const Limits& limits) {
  Limits changed = limits;
  if (in.Has("ports_per_ip")) {
    changed.Set(fmt::format("lb.ports_per_ip={}", in.Integer("ports_per_ip")));
  }
  return changed;
}

VectorFields LbMaxNodes(VectorInputs& in, const Limits& limits) {
  const std::int64_t ports = std::max<std::int64_t>(in.Integer("ports_per_node"), 1);
  return {{"max_nodes", Text(azure::MostNodesForPorts(ports, in.Integer("outbound_ips"),
                                                      WithPortsPerIp(in, limits)))}};
}

VectorFields LbPortsCheck(VectorInputs& in, const Limits& limits) {
  std::int64_t nodes = in.Integer("nodes");
  nodes += SurgeOf(in, nodes);
  const azure::OutboundPorts ports = azure::LoadBalancerPorts(
      nodes, in.Integer("ports_per_node"), in.Integer("outbound_ips"), WithPortsPerIp(in, limits));
  VectorFields out{{"effective_nodes", Text(nodes)},
                   {"required", Text(ports.required())},
                   {"available", Text(ports.available)}};
  AddRefusal(azure::CheckLoadBalancerPorts(ports), out);
  return out;
}

VectorFields LbPortsValid(VectorInputs& in, const Limits& limits) {
  VectorFields out;
  AddRefusal(azure::CheckPortsPerNode(in.Integer("ports_per_node"), limits), out);
  return out;
}

VectorFields LbBackendIpConfigs(VectorInputs& in, const Limits& limits) {
  Limits changed = limits;
  changed.Set(fmt::format("lb.backend_ip_configurations={}", in.Integer("limit")));
  const std::int64_t services = in.Integer("services");
  const std::int64_t ports = in.Integer("ports_per_service");
  const auto backends = azure::LoadBalancerBackends(services, ports, in.Integer("nodes"), changed);
  return {{"configs", Text(backends.configurations)}, {"at_limit", Text(backends.at_limit)}};
}

VectorFields NatGatewayPorts(VectorInputs& in, const Limits& limits) {
  return {{"ports", Text(azure::NatGatewayPorts(in.Integer("public_ips"), limits))}};
}

VectorFields NatPortReuse(VectorInputs& in, const Limits& limits) {
  const std::string close = in.Text("close");
  azure::ConnectionEnd end = azure::ConnectionEnd::kHalfOpen;
  if (close == "FIN") end = azure::ConnectionEnd::kFin;
  if (close == "RST") end = azure::ConnectionEnd::kRst;
  const SimTime hold = azure::NatPortHold(end, limits);
  return {{"hold_seconds", Text(hold.nanos() / 1'000'000'000)}};
}

// --- Ranges of the cluster
// ------------------------------------------------------------------------

VectorFields ApiserverSubnet(VectorInputs& in, const Limits& limits) {
  const auto clusters = static_cast<std::uint64_t>(in.Integer("clusters"));
  const std::int64_t per_cluster =
      in.Integer("ips_per_cluster", limits[LimitId::kApiserverSubnetAddresses]);
  Limits changed = limits;
  changed.Set(fmt::format("apiserver_subnet.addresses={}", per_cluster));
  const auto ips = static_cast<std::int64_t>(clusters) * per_cluster;
  return {{"min_prefix", Text(azure::SmallestApiServerSubnet(clusters, changed))},
          {"reserved_ips", Text(ips)},
          {"ips", Text(ips)}};
}

VectorFields ServiceCidrCheck(VectorInputs& in, const Limits& limits) {
  VectorFields out;
  AddRefusal(azure::CheckServiceCidr(in.Range("service_cidr"), limits), out);
  return out;
}

VectorFields DnsIpCheck(VectorInputs& in, const Limits& /*limits*/) {
  VectorFields out;
  const std::array ranges{in.Range("service_cidr")};
  AddRefusal(azure::CheckDnsServiceIp(ranges, in.Address("dns_ip")), out);
  return out;
}

// --- Node sizes
// -----------------------------------------------------------------------------------

VectorFields KubeReservedMem(VectorInputs& in, const Limits& limits) {
  const auto max_pods = static_cast<int>(in.Integer("max_pods"));
  const std::int64_t memory_mb = in.Integer("vm_gb") * 1000;
  return {{"reserved_mb", Text(azure::KubeReservedMemoryMb(memory_mb, max_pods, limits))},
          {"eviction_mb", Text(azure::EvictionThresholdMb(limits))}};
}

VectorFields KubeReservedCpu(VectorInputs& in, const Limits& limits) {
  const auto vcpus = static_cast<int>(in.Integer("vcpu"));
  return {{"millicores", Text(azure::KubeReservedMillicores(vcpus, limits))}};
}

VectorFields ConntrackMax(VectorInputs& in, const Limits& limits) {
  const Bytes memory(in.Integer("ram_mib") * 1024 * 1024);
  return {{"entries", Text(azure::ConntrackEntries(memory, limits))}};
}

struct Entry {
  std::string_view name;
  VectorFunction function;
};

// Sorted by name.
constexpr std::array kFunctions{
    Entry{"apiserver_subnet", ApiserverSubnet},
    Entry{"apiserver_subnet_fit", ApiserverSubnet},
    Entry{"calico_blocks", CalicoBlocks},
    Entry{"calico_max_blocks_default", CalicoMaxBlocks},
    Entry{"cilium_pool_usable", CiliumPoolUsable},
    Entry{"cns_thresholds", CnsThresholds},
    Entry{"cns_v1_step", CnsV1Step},
    Entry{"cns_v2_target", CnsV2Target},
    Entry{"conntrack_max", ConntrackMax},
    Entry{"dns_ip_check", DnsIpCheck},
    Entry{"host_local_usable", HostLocalUsable},
    Entry{"kube_reserved_cpu", KubeReservedCpu},
    Entry{"kube_reserved_mem", KubeReservedMem},
    Entry{"kubenet_max_nodes", KubenetMaxNodes},
    Entry{"lb_backend_ip_configs", LbBackendIpConfigs},
    Entry{"lb_default_ports", LbDefaultPorts},
    Entry{"lb_max_nodes", LbMaxNodes},
    Entry{"lb_ports_check", LbPortsCheck},
    Entry{"lb_ports_valid", LbPortsValid},
    Entry{"max_pods_check", MaxPodsCheck},
    Entry{"min_pod_cidr_prefix", MinPodCidrPrefix},
    Entry{"nap_nic_ip_configs", NapNicIpConfigs},
    Entry{"nat_gateway_ports", NatGatewayPorts},
    Entry{"nat_port_reuse", NatPortReuse},
    Entry{"nic_ip_configs", NicIpConfigs},
    Entry{"node_cidr", NodeCidr},
    Entry{"node_subnet_admission", NodeSubnetAdmission},
    Entry{"node_subnet_ips", NodeSubnetIps},
    Entry{"node_subnet_max_nodes", NodeSubnetMaxNodes},
    Entry{"node_subnet_precheck", NodeSubnetPrecheck},
    Entry{"node_subnet_required", NodeSubnetRequired},
    Entry{"node_subnet_vnet_cap", NodeSubnetVnetCap},
    Entry{"overlay_admission", OverlayAdmission},
    Entry{"overlay_max_nodes", OverlayMaxNodes},
    Entry{"overlay_pool_size", OverlayPoolSize},
    Entry{"pod_cidr_expand", PodCidrExpand},
    Entry{"pod_cidr_reserved", PodCidrReserved},
    Entry{"pod_subnet_fill", PodSubnetFill},
    Entry{"pod_subnet_ips", PodSubnetIps},
    Entry{"pod_subnet_max_first_batches", PodSubnetMaxFirstBatches},
    Entry{"route_check", RouteCheck},
    Entry{"service_cidr_check", ServiceCidrCheck},
    Entry{"static_block", StaticBlock},
    Entry{"static_block_mix", StaticBlockMix},
    Entry{"static_block_subnet_blocks", StaticBlockSubnetBlocks},
    Entry{"surge_nodes", Surge},
    Entry{"surge_total", SurgeTotal},
    Entry{"usable_ips", UsableIps},
    Entry{"vmss_limit", VmssLimit},
    Entry{"vnet_ips", VnetIps},
    Entry{"vxlan_mtu", VxlanMtu},
};

}  // namespace

std::string VectorInputs::Text(const std::string& key) {
  used_.insert(key);
  const auto found = fields_.find(key);
  if (found != fields_.end()) return found->second;
  Complain(fmt::format("input '{}' is missing", key));
  return "";
}

std::int64_t VectorInputs::Integer(const std::string& key) {
  const std::string text = Text(key);
  const std::optional<std::int64_t> number = document::ParseInteger(text);
  // No input counts more than a billion of anything.
  if (number && *number >= 0 && *number <= 1'000'000'000) return *number;
  Complain(fmt::format("input '{}' is {}, expected a whole number", key, document::Quote(text)));
  return 0;
}

std::int64_t VectorInputs::Integer(const std::string& key, std::int64_t otherwise) {
  return Has(key) ? Integer(key) : otherwise;
}

double VectorInputs::Number(const std::string& key) {
  const std::string text = Text(key);
  const std::optional<double> number = document::ParseNumber(text);
  if (number && *number >= 0 && *number <= 1e9) return *number;
  Complain(fmt::format("input '{}' is {}, expected a number", key, document::Quote(text)));
  return 0;
}

bool VectorInputs::Boolean(const std::string& key, bool otherwise) {
  if (!Has(key)) return otherwise;
  const std::string text = Text(key);
  if (text != "true" && text != "false") {
    Complain(fmt::format("input '{}' is {}, expected true or false", key, document::Quote(text)));
  }
  return text == "true";
}

net::Cidr VectorInputs::Range(const std::string& key) {
  const std::string text = Text(key);
  const std::optional<net::Cidr> range = net::Cidr::Parse(text);
  if (!range) Complain(fmt::format("input '{}' is {}, expected a prefix", key, text));
  return range.value_or(net::Cidr());
}

net::IpAddress VectorInputs::Address(const std::string& key) {
  const std::string text = Text(key);
  const std::optional<net::IpAddress> address = net::IpAddress::Parse(text);
  if (!address) Complain(fmt::format("input '{}' is {}, expected an address", key, text));
  return address.value_or(net::IpAddress());
}

const VectorFunction* FindVectorFunction(std::string_view name) {
  const auto found = std::find_if(kFunctions.begin(), kFunctions.end(),
                                  [&](const Entry& entry) { return entry.name == name; });
  return found == kFunctions.end() ? nullptr : &found->function;
}

}  // namespace cnisim::plan::internal

namespace cnisim::plan {

std::vector<std::string> VectorFunctions() {
  std::vector<std::string> names;
  for (const auto& entry : internal::kFunctions) names.emplace_back(entry.name);
  return names;
}

}  // namespace cnisim::plan
