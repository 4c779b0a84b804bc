#pragma once

/// @file
/// Connections of one host's clients: opened when none is idle, to a backend chosen as a Service
/// chooses (at random, once a connection), and kept for the next call if the edge reuses them.

#include <cstdint>
#include <vector>

#include "models/workload/model.h"
#include "models/workload/slab.h"
#include "models/workload/traffic_context.h"

namespace cnisim::workload {

struct Connection {
  std::uint32_t pool = 0;
  std::uint32_t server_pod = 0;
  std::uint32_t server_host = 0;
  std::uint32_t via_host = kNone;
  std::uint32_t plan = 0;
  std::uint32_t flow_hash = 0;
  std::uint32_t next_idle = kNone;
  Admission admission = Admission::kAllowed;
  bool established = false;
};

class ConnectionPools {
 public:
  /// @param host  whose clients these are
  ConnectionPools(const TrafficContext& context, std::uint32_t host)
      : context_(context), host_(host) {}

  /// A client's connections of one edge.
  /// @param client_pod  kNone: outside the cluster
  /// @param backend     index in EdgeModel::backends that all of them go to; kNone: at random
  std::uint32_t AddPool(std::uint32_t edge, std::uint32_t client_pod,
                        std::uint32_t backend = kNone);

  /// The connection that was idle last, or a new one that is not established yet.
  /// @pre the edge has a backend
  std::uint32_t Take(std::uint32_t pool);

  /// The call is over: keeps the connection if there is room.  False: the caller closes it.
  bool Keep(std::uint32_t connection);
  /// The connection is gone.
  void Discard(std::uint32_t connection) { connections_.Free(connection); }

  Connection& operator[](std::uint32_t connection) { return connections_[connection]; }
  std::uint32_t edge(std::uint32_t pool) const { return pools_[pool].edge; }

 private:
  struct Pool {
    std::uint32_t edge = 0;
    std::uint32_t client_pod = kNone;
    std::uint32_t backend = kNone;
    std::uint32_t idle_head = kNone;
    std::uint32_t idle = 0;
    std::uint32_t opened = 0;
  };

  void Open(Pool& pool, Connection& connection);

  const TrafficContext& context_;
  std::uint32_t host_;
  std::vector<Pool> pools_;
  Slab<Connection> connections_;
};

}  // namespace cnisim::workload
