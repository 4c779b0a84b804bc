#pragma once

/// @file
/// Latencies of calls: two histograms behind a few values that have not been put into them yet.  A
/// value that comes costs one cache line; buckets, which are many and far apart, are met by several
/// values at a time.  What is found does not depend on when that happens.
///
/// Thread safety: none; one host owns it.

#include <array>
#include <cstdint>

#include "sim/base/histogram.h"
#include "sim/base/units.h"

namespace cnisim::workload {

class alignas(64) LatencyTally {
 public:
  /// A call took `total`.  @pre total >= 0
  void Record(SimTime total) { Keep({total.nanos(), -1}); }
  /// And `network` of it was not the applications' own.  @pre network >= 0
  void Record(SimTime total, SimTime network) { Keep({total.nanos(), network.nanos()}); }

  /// Adds everything that was recorded.
  void AddTo(Histogram& total, Histogram& network) const {
    total.Merge(total_);
    network.Merge(network_);
    for (std::uint32_t i = 0; i < waiting_; ++i) Put(values_[i], total, network);
  }

 private:
  struct Value {
    std::int64_t total_ns = 0;
    std::int64_t network_ns = -1;  // -1: not asked for
  };

  void Keep(const Value& value) {
    values_[waiting_++] = value;
    if (waiting_ < values_.size()) return;
    for (const Value& each : values_) Put(each, total_, network_);
    waiting_ = 0;
  }
  static void Put(const Value& value, Histogram& total, Histogram& network) {
    total.Record(value.total_ns);
    if (value.network_ns >= 0) network.Record(value.network_ns);
  }

  std::uint32_t waiting_ = 0;  // of values_ that are in use
  std::array<Value, 15> values_;
  Histogram total_;
  Histogram network_;
};

}  // namespace cnisim::workload
