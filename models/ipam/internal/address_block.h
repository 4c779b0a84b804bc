#pragma once

/// @file
/// The addresses of one block, and which of them are in use.

#include <cstdint>
#include <deque>
#include <optional>

#include "models/net/cidr.h"
#include "models/net/index_pool.h"
#include "sim/base/units.h"

namespace cnisim::ipam::internal {

/// Which free address comes next.
enum class Reuse : std::uint8_t {
  kLowest,  ///< the lowest
  kNext,    ///< the next after the last one given, round the block (host-local)
  kOldest,  ///< never used ones first, then in the order of release (Calico)
};

/// Addresses of a block without `reserved_first` lowest and `reserved_last` highest ones.
class AddressBlock {
 public:
  /// @pre reserved_first + reserved_last < number of addresses in `block`, which has at most 2^24
  AddressBlock(net::Cidr block, std::uint64_t reserved_first, std::uint64_t reserved_last,
               Reuse reuse, SimTime cooldown = {});

  const net::Cidr& cidr() const { return cidr_; }
  std::uint64_t usable() const { return usable_; }
  std::uint64_t used() const { return used_.taken() - (used_.size() - usable_); }
  bool full() const { return used_.free() == 0; }

  /// Nothing when all are in use or were released less than the cooldown ago.
  std::optional<net::IpAddress> Take(SimTime now);
  /// @pre Take() gave it
  void Give(const net::IpAddress& address, SimTime now);

 private:
  struct Released {
    std::uint64_t index;
    SimTime at;
  };

  std::optional<std::uint64_t> Choose(SimTime now);

  net::Cidr cidr_;
  net::IndexPool used_;  // reserved ones count as used
  std::uint64_t usable_;
  Reuse reuse_;
  SimTime cooldown_;
  std::uint64_t next_ = 0;         // kNext: where to look; kOldest: first that was never used
  std::deque<Released> released_;  // kOldest, in order of release
};

}  // namespace cnisim::ipam::internal
