#pragma once

/// @file
/// Blocks of one length out of one or more ranges, in the order of the ranges.

#include <cstdint>
#include <optional>
#include <vector>

#include "models/net/cidr.h"
#include "models/net/index_pool.h"

namespace cnisim::ipam::internal {

class BlockPool {
 public:
  /// @param skip_first  blocks at the beginning of each range that are never given
  /// @pre every range has one family and room for a block
  BlockPool(const std::vector<net::Cidr>& ranges, int block_length, std::uint64_t skip_first);

  /// The lowest free block of the first range that has one.
  std::optional<net::Cidr> Take();
  /// @pre Take() gave it
  void Give(const net::Cidr& block);

  std::uint64_t blocks() const { return blocks_; }  ///< that can be given in all
  std::uint64_t taken() const { return taken_; }
  int block_length() const { return block_length_; }

 private:
  struct Range {
    net::Cidr cidr;
    net::IndexPool pool;
  };

  std::vector<Range> ranges_;
  int block_length_;
  std::uint64_t blocks_ = 0;
  std::uint64_t taken_ = 0;
};

}  // namespace cnisim::ipam::internal
