#include "models/workload/connection_pools.h"

#include "sim/base/check.h"

namespace cnisim::workload {

std::uint32_t ConnectionPools::AddPool(std::uint32_t edge, std::uint32_t client_pod,
                                       std::uint32_t backend) {
  pools_.push_back({edge, client_pod, backend});
  return static_cast<std::uint32_t>(pools_.size() - 1);
}

std::uint32_t ConnectionPools::Take(std::uint32_t pool) {
  Pool& from = pools_[pool];
  if (from.idle_head != kNone) {
    const std::uint32_t connection = from.idle_head;
    from.idle_head = connections_[connection].next_idle;
    --from.idle;
    return connection;
  }
  const std::uint32_t connection = connections_.Allocate();
  connections_[connection] = {};
  connections_[connection].pool = pool;
  Open(from, connections_[connection]);
  return connection;
}

void ConnectionPools::Open(Pool& pool, Connection& connection) {
  const EdgeModel& edge = context_.model().edges[pool.edge];
  CNISIM_CHECK(!edge.backends.empty(), "a connection has somewhere to go");
  // What is chosen depends on who opens his how-manieth connection, and not on when: it is the same
  // in every configuration.
  const std::uint32_t key = CallKey(pool.client_pod, pool.edge, pool.opened++);
  RandomStream choice = context_.Stream(key, Purpose::kBackend);
  const auto backends = static_cast<std::uint32_t>(edge.backends.size());
  std::uint32_t index = pool.backend != kNone ? pool.backend : choice.Below(backends);
  connection.flow_hash = static_cast<std::uint32_t>(MixBits(key) >> 32);

  Locality locality = Locality::kOtherNode;
  if (host_ == context_.external_host()) {
    RandomStream entry = context_.Stream(key, Purpose::kEntryNode);
    if (edge.local_entry) {
      const auto& nodes = context_.entry_nodes(pool.edge);
      const std::uint32_t node = nodes[entry.Below(static_cast<std::uint32_t>(nodes.size()))];
      std::uint32_t local = 0;
      for (const Backend& backend : edge.backends) {
        if (context_.model().pods[backend.pod].node == node) ++local;
      }
      std::uint32_t skip = choice.Below(local);
      for (index = 0; context_.model().pods[edge.backends[index].pod].node != node || skip-- > 0;) {
        ++index;
      }
    } else {
      const std::uint32_t node = entry.Below(context_.external_host());
      if (context_.model().pods[edge.backends[index].pod].node != node) {
        connection.via_host = node;
        locality = Locality::kViaNode;
      }
    }
  }

  const Backend& backend = edge.backends[index];
  connection.server_pod = backend.pod;
  connection.server_host = context_.model().pods[backend.pod].node;
  connection.admission = edge.targets[backend.target].admission;
  if (connection.server_host == host_) locality = Locality::kSameNode;
  connection.plan = context_.PlanOf(pool.edge, backend.target, locality);
}

bool ConnectionPools::Keep(std::uint32_t connection) {
  Connection& kept = connections_[connection];
  Pool& pool = pools_[kept.pool];
  if (!context_.model().edges[pool.edge].reuse_connection ||
      pool.idle >= context_.model().defaults.idle_connections) {
    return false;
  }
  kept.next_idle = pool.idle_head;
  pool.idle_head = connection;
  ++pool.idle;
  return true;
}

}  // namespace cnisim::workload
