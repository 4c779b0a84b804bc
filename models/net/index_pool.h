#pragma once

/// @file
/// Which of the numbers 0 ... size-1 are taken, and the lowest that is free: the bookkeeping below
/// every kind of address and block pool.

#include <cstdint>
#include <optional>
#include <vector>

namespace cnisim::net {

/// A tree of bitmaps, 64 children a word, one bit a number plus 1/63 for the tree.  Every operation
/// takes O(log64 size): four steps for 16 million.
class IndexPool {
 public:
  explicit IndexPool(std::uint64_t size);

  std::uint64_t size() const { return size_; }
  std::uint64_t taken() const { return taken_; }
  std::uint64_t free() const { return size_ - taken_; }

  /// @pre index < size()
  bool IsTaken(std::uint64_t index) const;

  /// The lowest free number that is at least `from`; nothing when there is none.
  std::optional<std::uint64_t> LowestFree(std::uint64_t from = 0) const;

  /// Takes the lowest free number.
  std::optional<std::uint64_t> TakeLowest(std::uint64_t from = 0);

  /// @pre index < size(), !IsTaken(index)
  void Take(std::uint64_t index);
  /// @pre index < size(), IsTaken(index)
  void Give(std::uint64_t index);

 private:
  // [level][word]: a bit is set when everything below it is taken; level 0 has the numbers.
  std::vector<std::vector<std::uint64_t>> full_;
  std::uint64_t size_ = 0;
  std::uint64_t taken_ = 0;
};

}  // namespace cnisim::net
