#pragma once

/// @file
/// Pods of a Service that are replaced while traffic runs, as one host's callers meet it.
///
/// An endpoint's pod has a successor in its place (its name, its node), so the number of backends
/// stays.  Between the moment when the old pod is gone and the moment when the host that looks the
/// Service up has the new structures, the old pod's share of new connections goes to nobody: reset
/// while its sandbox is still there, into silence later.  Connections that were open are reset when
/// the pod goes; their callers' next calls open new ones.

#include <cstdint>
#include <vector>

#include "models/workload/call.h"
#include "models/workload/model.h"
#include "models/workload/route.h"

namespace cnisim::workload {

class EndpointChurn {
 public:
  /// @param local_pods     callers on this host, besides the one that stands for clients outside
  EndpointChurn(const Model& model, std::uint32_t external_host, std::uint32_t local_pods);

  /// A call begins: it may meet a pod that is gone, or need a connection because its old one was
  /// reset.  Sets `call.admission`.
  /// @param caller_pod  number of the caller among the host's pods; kNone: outside
  /// @returns whether it opens a connection; `opens` is what it would do without churn
  bool Begin(SimTime now, std::uint32_t caller_pod, bool opens, Call& call);

  /// The pod that `call` went to has gone since the call began, and its connection was reset.
  bool CutOff(const Call& call, SimTime begun, SimTime now) const;

 private:
  const Model& model_;
  std::uint32_t external_host_;
  std::size_t callers_;
  std::vector<std::size_t> first_;  // [edge] -> reconnected_, of its first change; or empty
  std::vector<bool> reconnected_;   // [first_[edge] + change * callers_ + caller]
};

}  // namespace cnisim::workload
