#pragma once

/// @file
/// A logical process: state that only it touches, and what it does with its events.

#include <string_view>

#include "sim/engine/turn.h"

namespace cnisim::engine {

/// Base of everything that acts in a simulation: a cluster node with all its pods, a gateway, the
/// control plane.  An LP shares nothing mutable with another; it talks by Turn::Send().
///
/// Run() of different LPs may be called at the same time by different threads, Run() of one LP
/// never is.  What an LP may depend on is its own state, its events and its own random streams;
/// then a run's results do not depend on threads.
class LogicalProcess {
 public:
  LogicalProcess() = default;
  LogicalProcess(const LogicalProcess&) = delete;
  LogicalProcess& operator=(const LogicalProcess&) = delete;
  virtual ~LogicalProcess() = default;

  /// Handles the events of one window, all of them:
  ///
  ///     while (const Event* event = turn.Next()) Handle(*event, turn);
  virtual void Run(Turn& turn) = 0;

  /// Called some turns ahead, by the thread whose turn it will be: asks for memory that handling
  /// `event` touches, as far as its place is known without reading the process.  Changes nothing.
  /// Called only if many processes have prefetches().
  virtual void PrefetchFar(const Event&) const {}
  /// A few turns later: may read what PrefetchFar() has asked for.
  virtual void PrefetchNear(const Event&) const {}
  virtual bool prefetches() const { return false; }

  /// What the profile groups by: "node", "gateway".  A literal.
  virtual std::string_view kind() const = 0;
};

}  // namespace cnisim::engine
