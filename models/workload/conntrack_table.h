#pragma once

/// @file
/// A node's connection tracking table, as far as its size goes: how many entries, and what happens
/// when there is no room.  Which entry belongs to whom is not kept.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "sim/base/units.h"

namespace cnisim::workload {

class ConntrackTable {
 public:
  /// @param limit   most entries; 0 = no table
  /// @param evicts  a full table forgets an old entry instead of refusing (eBPF LRU maps)
  /// @param linger  how long a closed connection keeps its entry, to a second
  ConntrackTable(std::uint64_t limit, bool evicts, SimTime linger)
      : limit_(limit), linger_(TicksOf(linger)), evicts_(evicts) {}

  /// Makes entries for a new connection.  False: the table is full, its first packet is dropped.
  bool Insert(SimTime now, std::uint32_t entries) {
    Expire(now);
    if (limit_ != 0 && size_ + entries > limit_ && !evicts_) {
      ++refused_;
      return false;
    }
    size_ += entries;
    if (limit_ != 0 && size_ > limit_) {
      evicted_ += size_ - limit_;
      size_ = limit_;
    }
    peak_ = std::max(peak_, size_);
    return true;
  }

  /// The connection is closed: its entries go after the linger time.
  void Close(SimTime now, std::uint32_t entries) { CloseAfter(now, entries, linger_); }
  /// As Close(), for a flow whose entries linger for a time of their own.
  void Close(SimTime now, std::uint32_t entries, SimTime linger) {
    CloseAfter(now, entries, TicksOf(linger));
  }

  /// Forgets the peak and the counts, not the entries.
  void ResetStatistics() {
    peak_ = size_;
    refused_ = 0;
    evicted_ = 0;
  }

  std::uint64_t limit() const { return limit_; }
  std::uint64_t size() const { return size_; }
  std::uint64_t peak() const { return peak_; }
  std::uint64_t refused() const { return refused_; }
  std::uint64_t evicted() const { return evicted_; }

 private:
  static constexpr SimTime kTick = SimTime::FromNanos(1'000'000'000);
  static constexpr std::int64_t kTicks = 512;

  static std::int64_t TicksOf(SimTime linger) {
    return std::clamp<std::int64_t>(linger / kTick, 1, kTicks - 1);
  }
  void CloseAfter(SimTime now, std::uint32_t entries, std::int64_t ticks) {
    Expire(now);
    closing_[static_cast<std::size_t>((tick_ + ticks) % kTicks)] += entries;
  }
  void Expire(SimTime now) {
    const std::int64_t tick = now / kTick;
    for (std::int64_t steps = std::min(tick - tick_, kTicks); steps > 0; --steps) {
      std::uint64_t& gone = closing_[static_cast<std::size_t>((tick - steps + 1) % kTicks)];
      size_ -= std::min(size_, gone);  // evicted ones are gone already
      gone = 0;
    }
    tick_ = std::max(tick_, tick);
  }

  std::uint64_t limit_;
  std::int64_t linger_;  // ticks
  std::int64_t tick_ = 0;
  std::uint64_t size_ = 0;
  std::uint64_t peak_ = 0;
  std::uint64_t refused_ = 0;
  std::uint64_t evicted_ = 0;
  std::array<std::uint64_t, kTicks> closing_{};  // [tick of removal mod kTicks]
  bool evicts_;
};

}  // namespace cnisim::workload
