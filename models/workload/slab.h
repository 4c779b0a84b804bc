#pragma once

/// @file
/// Records with 32-bit indices that never move.  Grows by chunks that double, reuses what was
/// freed, and so allocates nothing once it has seen its largest population.
///
/// Thread safety: one owner allocates and frees.  Whoever was handed an index by a message may use
/// the record meanwhile: growing does not touch existing chunks.

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "sim/base/check.h"

namespace cnisim::workload {

template <class T>
class alignas(64) Slab {
 public:
  /// Index of a record in the state that its last user left it in (a fresh one: T{}).
  std::uint32_t Allocate() {
    if (!free_.empty()) {
      const std::uint32_t index = free_.back();
      free_.pop_back();
      return index;
    }
    const std::uint32_t index = size_++;
    Reach(index);
    return index;
  }

  /// Makes memory for the record of this index, of which another slab is the master.
  void Reach(std::uint32_t index) {
    const unsigned chunk = ChunkOf(index);
    CNISIM_CHECK(chunk < kChunks, "fewer than 2^31 records live at once");
    if (!chunks_[chunk]) {
      chunks_[chunk] = std::make_unique<T[]>(std::size_t{kFirst} << chunk);
      free_.reserve(std::size_t{kFirst} << (chunk + 1));
    }
  }

  /// @pre `index` is allocated
  void Free(std::uint32_t index) { free_.push_back(index); }

  T& operator[](std::uint32_t index) {
    const unsigned chunk = ChunkOf(index);
    return chunks_[chunk][index + kFirst - (kFirst << chunk)];
  }
  const T& operator[](std::uint32_t index) const { return const_cast<Slab&>(*this)[index]; }

  /// Indices below this have been allocated at some time.
  std::uint32_t size() const { return size_; }
  std::size_t live() const { return size_ - free_.size(); }

 private:
  static constexpr std::uint32_t kFirst = 64;  // records in the first chunk
  static constexpr unsigned kChunks = 25;

  // Chunk c holds the indices from (2^c - 1) * kFirst on.
  static unsigned ChunkOf(std::uint32_t index) {
    return static_cast<unsigned>(std::bit_width((index + kFirst) / kFirst)) - 1;
  }

  // What a small population needs comes first.
  std::vector<std::uint32_t> free_;
  std::uint32_t size_ = 0;
  std::array<std::unique_ptr<T[]>, kChunks> chunks_;
};

}  // namespace cnisim::workload
