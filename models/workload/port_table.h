#pragma once

/// @file
/// Source ports of one address, by destination: a port is free for a destination (address, port and
/// protocol) that no connection of it goes to, and for some time after the connection's end it is
/// not.  Which connection has which port is not kept.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/workload/deadline_queue.h"
#include "models/workload/outside.h"
#include "sim/base/units.h"

namespace cnisim::workload {

class PortTable {
 public:
  /// What was used most, since the last ResetStatistics().
  struct Use {
    std::uint32_t destination = 0;
    std::uint32_t peak = 0;   ///< ports, those that cool down among them
    std::uint32_t limit = 0;  ///< 0: there is none
    double share() const {
      return limit == 0 ? 0 : static_cast<double>(peak) / static_cast<double>(limit);
    }
  };

  /// @param ports        to one destination; 0 = no limit
  /// @param connections  to all together; 0 = no limit
  PortTable(std::uint32_t destinations, std::uint32_t ports, std::uint32_t connections,
            const PortHolds& holds)
      : destinations_(destinations), holds_(holds), ports_(ports), connections_(connections) {}

  /// One more destination; its number.
  std::uint32_t AddDestination() {
    destinations_.emplace_back();
    return static_cast<std::uint32_t>(destinations_.size() - 1);
  }

  /// A port for a new connection; false: there is none, and its first packet is dropped.
  /// Amortised O(1); times of all calls ascend.
  bool Take(SimTime now, std::uint32_t destination) {
    Expire(now, destinations_[destination]);
    if (connections_ != 0 && in_use_ >= connections_) {
      for (Destination& each : destinations_) Expire(now, each);
      if (in_use_ >= connections_) return false;
    }
    Destination& to = destinations_[destination];
    if (ports_ != 0 && to.in_use >= ports_) return false;
    ++to.in_use;
    ++in_use_;
    to.peak = std::max(to.peak, to.in_use);
    return true;
  }

  /// The connection's end: its port is kept for the hold time.  @pre it was taken
  void Release(SimTime now, std::uint32_t destination, PortEnd end) {
    const auto index = static_cast<std::size_t>(end);
    destinations_[destination].cooling[index].Push({now + holds_[index]});
  }

  void ResetStatistics(SimTime now) {
    for (Destination& each : destinations_) {
      Expire(now, each);
      each.peak = each.in_use;
    }
  }

  /// Of the destination that had most.
  Use MostUsed() const {
    Use most{0, 0, ports_};
    for (std::size_t i = 0; i < destinations_.size(); ++i) {
      if (destinations_[i].peak <= most.peak) continue;
      most.destination = static_cast<std::uint32_t>(i);
      most.peak = destinations_[i].peak;
    }
    return most;
  }

 private:
  struct Destination {
    std::uint32_t in_use = 0;
    std::uint32_t peak = 0;
    std::array<DeadlineQueue, kPortEnds> cooling;  // [PortEnd]
  };

  void Expire(SimTime now, Destination& to) {
    for (DeadlineQueue& queue : to.cooling) {
      while (!queue.empty() && queue.front().deadline <= now) {
        queue.Pop();
        --to.in_use;
        --in_use_;
      }
    }
  }

  std::vector<Destination> destinations_;
  PortHolds holds_;
  std::uint32_t ports_;
  std::uint32_t connections_;
  std::uint32_t in_use_ = 0;
};

}  // namespace cnisim::workload
