#pragma once

/// @file
/// Source ports of the pods of one node: an address has so many to one destination (address and
/// port), and a client that has closed its connection keeps its port for TIME_WAIT.  Whoever asks
/// for one more gets EADDRNOTAVAIL.  Pods in the node's network share the node's.
///
/// Belongs to one logical process; fed in order of time.

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "models/workload/defaults.h"
#include "models/workload/port_table.h"
#include "models/workload/wait_tally.h"

namespace cnisim::workload {

class SourcePorts {
 public:
  explicit SourcePorts(const Defaults& defaults)
      : ports_(0, defaults.source_ports, 0, {defaults.time_wait, SimTime(), SimTime()}) {}

  /// Number of this client's ports to this destination.
  std::uint32_t PairOf(std::uint32_t client, std::uint32_t edge, std::uint32_t destination) {
    Pair pair{client, edge, destination};
    const auto [found, is_new] = numbers_.try_emplace(pair, 0);
    if (is_new) {
      found->second = ports_.AddDestination();
      pairs_.push_back(pair);
      last_use_.push_back(kNever);
    }
    return found->second;
  }

  /// A port for a new connection; false: there is none.
  bool Take(SimTime now, std::uint32_t pair) {
    if (ports_.Take(now, pair)) {
      tally_.Serve(SimTime());
      return true;
    }
    tally_.Drop(now);
    return false;
  }

  /// @param waits  the client closed the connection first: TIME_WAIT is here
  void Release(SimTime now, std::uint32_t pair, bool waits) {
    ports_.Release(now, pair, waits ? PortEnd::kFin : PortEnd::kRst);
  }

  /// When a connection of this client to this destination that stays open was last used; kNever
  /// if it is not known, kGone if there is none any more.
  SimTime last_use(std::uint32_t pair) const { return last_use_[pair]; }
  void SetLastUse(std::uint32_t pair, SimTime at) { last_use_[pair] = at; }
  static constexpr SimTime kNever = SimTime::Max();
  static constexpr SimTime kGone = SimTime::FromNanos(-1);

  void BeginMeasurement(SimTime now) {
    ports_.ResetStatistics(now);
    const SimTime first_drop = tally_.first_drop;
    tally_ = {};
    tally_.first_drop = first_drop;
  }

  /// Of the client and destination that had most.
  struct Use {
    std::uint32_t client = 0;  // UINT32_MAX: the node
    std::uint32_t edge = 0;
    std::uint32_t any = 0;  ///< there is one
    PortTable::Use ports;
  };
  Use MostUsed() const {
    Use most;
    if (pairs_.empty()) return most;
    most.any = 1;
    most.ports = ports_.MostUsed();
    most.client = pairs_[most.ports.destination].client;
    most.edge = pairs_[most.ports.destination].edge;
    return most;
  }
  const WaitTally& tally() const { return tally_; }

 private:
  struct Pair {
    std::uint32_t client = 0;
    std::uint32_t edge = 0;
    std::uint32_t destination = 0;
    bool operator==(const Pair&) const = default;
  };
  struct Hash {
    std::size_t operator()(const Pair& pair) const {
      std::uint64_t hash = pair.client;
      hash = hash * 0x9E3779B97F4A7C15U + pair.edge;
      hash = hash * 0x9E3779B97F4A7C15U + pair.destination;
      return static_cast<std::size_t>(hash ^ hash >> 32);
    }
  };

  PortTable ports_;                                        // a destination is a pair's number
  std::unordered_map<Pair, std::uint32_t, Hash> numbers_;  // never walked
  std::vector<Pair> pairs_;                                // [number]
  std::vector<SimTime> last_use_;                          // [number]
  WaitTally tally_;
};

}  // namespace cnisim::workload
