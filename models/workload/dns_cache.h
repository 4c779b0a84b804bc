#pragma once

/// @file
/// The answers that somebody keeps: a DNS server, or a client its look-ups.  Names are known before
/// the run, so that there is a place for each question.  Belongs to one logical process; fed in
/// order of time.

#include <cstdint>
#include <vector>

#include "sim/base/units.h"

namespace cnisim::workload {

class DnsCache {
 public:
  explicit DnsCache(std::size_t questions) : until_(questions) {}

  bool Has(SimTime now, std::uint32_t question) const { return now < until_[question]; }
  void Keep(SimTime until, std::uint32_t question) { until_[question] = until; }

 private:
  std::vector<SimTime> until_;  // [DnsQuestion()]
};

}  // namespace cnisim::workload
