#pragma once

/// @file
/// Flows that Azure's network keeps for one VM, as far as their number goes.  A connection that
/// the VM's NIC sees has one in and one out, whichever end is here, so connections are counted; one
/// that the node forwards counts twice, once on its way in and once on its way out.
///
/// What goes through a tunnel shows the NIC the tunnel's addresses and ports only: connections to a
/// peer that fall on the same outer source port are one flow.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "sim/base/check.h"
#include "sim/base/units.h"

namespace cnisim::workload {

/// What a new connection adds on one node.
struct NicFlows {
  std::uint8_t own = 0;     ///< with addresses and ports of its own
  std::uint8_t tunnel = 0;  ///< inside a tunnel between two nodes

  bool any() const { return own + tunnel > 0; }
};

class FlowTable {
 public:
  /// @param limit   most flows a direction; 0 = no limit
  /// @param tunnel  outer flows that there are: source ports to a peer, times peers
  FlowTable(std::uint64_t limit, std::uint64_t tunnel)
      : limit_(limit), tunnel_(static_cast<double>(tunnel)) {}

  /// False: there is no room, and the connection's first packet is dropped.
  bool Insert(SimTime now, NicFlows flows) {
    Expire(now);
    own_ += flows.own;
    inside_ += flows.tunnel;
    const std::uint64_t size = this->size();
    if (limit_ != 0 && size > limit_) {
      Remove(flows);
      return false;
    }
    peak_ = std::max(peak_, size);
    return true;
  }
  /// Takes back what was inserted just now.
  void Remove(NicFlows flows) {
    own_ -= flows.own;
    inside_ -= flows.tunnel;
  }
  /// The connection is over: its flows go after `linger`, to a second.
  void Close(SimTime now, NicFlows flows, SimTime linger) {
    Expire(now);
    const std::int64_t ticks = std::clamp<std::int64_t>(linger / kTick, 1, kTicks - 1);
    NicCount& closing = closing_[static_cast<std::size_t>((tick_ + ticks) % kTicks)];
    closing.own += flows.own;
    closing.inside += flows.tunnel;
  }

  void ResetStatistics(SimTime now) {
    Expire(now);
    peak_ = size();
  }

  std::uint64_t limit() const { return limit_; }
  /// So many connections at random take so many of the outer flows that there are.
  std::uint64_t size() const {
    if (inside_ == 0 || tunnel_ == 0) return own_;
    const double taken = -tunnel_ * std::expm1(-static_cast<double>(inside_) / tunnel_);
    return own_ + static_cast<std::uint64_t>(std::ceil(taken));
  }
  std::uint64_t peak() const { return peak_; }

 private:
  static constexpr SimTime kTick = SimTime::FromNanos(1'000'000'000);
  static constexpr std::int64_t kTicks = 256;

  struct NicCount {
    std::uint32_t own = 0;
    std::uint32_t inside = 0;
  };

  void Expire(SimTime now) {
    const std::int64_t tick = now / kTick;
    for (std::int64_t steps = std::min(tick - tick_, kTicks); steps > 0; --steps) {
      NicCount& gone = closing_[static_cast<std::size_t>((tick - steps + 1) % kTicks)];
      CNISIM_CHECK(gone.own <= own_ && gone.inside <= inside_, "only open connections close");
      own_ -= gone.own;
      inside_ -= gone.inside;
      gone = {};
    }
    tick_ = std::max(tick_, tick);
  }

  std::uint64_t limit_;
  double tunnel_;
  std::int64_t tick_ = 0;
  std::uint64_t own_ = 0;     // connections
  std::uint64_t inside_ = 0;  // connections in tunnels
  std::uint64_t peak_ = 0;
  std::array<NicCount, kTicks> closing_{};  // [tick of removal mod kTicks]
};

}  // namespace cnisim::workload
