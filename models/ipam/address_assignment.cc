#include "models/ipam/address_assignment.h"

#include "sim/base/check.h"

namespace cnisim::ipam {
namespace {

using cluster::PodId;

// A pool that grows step by step needs some seconds a step; what takes longer than that never
// comes.
constexpr SimTime kLongest = SimTime::FromNanos(3'600'000'000'000);
constexpr SimTime kStep = SimTime::FromNanos(1'000'000'000);  // of this search, not of a kubelet

class Assigner {
 public:
  Assigner(const cluster::Cluster& cluster, PodAddressAllocator& allocator, SimTime now)
      : cluster_(cluster), allocator_(allocator), now_(now) {
    result_.nodes.resize(cluster.nodes().size());
    result_.pods.resize(cluster.pods().size());
    result_.settled = now;
  }

  void AddNodes(std::span<const PoolSubnets> subnets) {
    for (const cluster::Node& node : cluster_.nodes()) {
      CNISIM_CHECK(node.pool.value() < subnets.size(), "every pool has its subnets");
      const PoolSubnets& where = subnets[node.pool.value()];
      const auto address =
          allocator_.AddNode({node.id, where.node, where.pod, node.max_pods}, now_);
      if (address) {
        result_.nodes[node.id.value()] = *address;
        allocator_.Expect(node.id, WithOwnAddress(node), now_);
      } else {
        result_.node_failures.emplace_back(node.id, address.error());
      }
    }
  }

  void AddPods() {
    std::vector<PodId> waiting;
    for (const cluster::PlacedPod& pod : cluster_.pods()) waiting.push_back(pod.id);
    const SimTime end = now_ + kLongest;
    while (true) {
      std::vector<PodId> again;
      for (const PodId pod : waiting) {
        if (!Try(pod)) again.push_back(pod);
      }
      if (again.size() < waiting.size()) result_.settled = now_;
      waiting = std::move(again);
      if (waiting.empty() || !allocator_.next_work() || now_ >= end) break;
      now_ = std::max(now_ + kStep, *allocator_.next_work());
      allocator_.Work(now_);
    }
    for (const PodId pod : waiting) {
      result_.pod_failures.emplace_back(pod, errors_[pod.value()]);
    }
    Settle(allocator_, now_, end);
  }

  AddressAssignment Take() { return std::move(result_); }

 private:
  std::uint32_t WithOwnAddress(const cluster::Node& node) const {
    std::uint32_t count = 0;
    for (const PodId pod : node.pods) {
      if (!cluster_.template_of(pod).host_network) ++count;
    }
    return count;
  }

  // True when there is nothing left to try for the pod.
  bool Try(PodId id) {
    const cluster::PlacedPod& pod = cluster_.pod(id);
    const std::optional<net::IpAddress>& node = result_.nodes[pod.node.value()];
    if (!node) {
      result_.pod_failures.emplace_back(id, AllocateError::kNodeFull);
      return true;
    }
    if (cluster_.template_of(id).host_network) {
      result_.pods[id.value()] = PodAddresses{*node, std::nullopt};
      return true;
    }
    const auto addresses = allocator_.Allocate(pod.node, now_);
    if (addresses) {
      result_.pods[id.value()] = *addresses;
      return true;
    }
    if (errors_.empty()) errors_.resize(cluster_.pods().size());
    errors_[id.value()] = addresses.error();
    return false;
  }

  const cluster::Cluster& cluster_;
  PodAddressAllocator& allocator_;
  SimTime now_;
  AddressAssignment result_;
  std::vector<AllocateError> errors_;  // [pod id], the last one
};

}  // namespace

AddressAssignment AssignAddresses(const cluster::Cluster& cluster,
                                  std::span<const PoolSubnets> subnets,
                                  PodAddressAllocator& allocator, SimTime now) {
  CNISIM_CHECK(allocator.node_count() == 0, "addresses are assigned to an empty cluster");
  Assigner assigner(cluster, allocator, now);
  assigner.AddNodes(subnets);
  assigner.AddPods();
  return assigner.Take();
}

}  // namespace cnisim::ipam
