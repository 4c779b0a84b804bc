#pragma once

/// @file
/// Where a call goes: its backend, its entry node, and whether it pays for a new connection.
///
/// A Service picks a backend at random once a connection; a client spreads its calls over the
/// connections that it keeps.  In the long run each call then meets a random backend, and that is
/// what is drawn here, from the call's own key: two configurations with one seed send the same
/// calls to the same pods.  Connections that are reused are taken to be open already, but for one
/// call in Defaults::requests_per_connection, which renews its connection.

#include <cstdint>

#include "models/workload/call.h"
#include "models/workload/traffic_context.h"

namespace cnisim::workload {

/// Who calls what.
struct Caller {
  std::uint32_t host = 0;
  std::uint32_t pod = kNone;  ///< kNone: outside the cluster
  std::uint32_t edge = 0;
  std::uint32_t backend = kNone;  ///< index in EdgeModel::backends; kNone: at random
};

/// Sets where the call of `key` goes.
/// @returns whether it opens a connection first
/// @pre the edge has a server
bool RouteCall(const TrafficContext& context, const Caller& caller, std::uint32_t key, Call& call);

}  // namespace cnisim::workload
