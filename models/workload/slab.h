#pragma once

/// @file
/// Records with 32-bit indices that never move.  Grows by chunks that double, reuses what was
/// freed, and so allocates nothing once it has seen its largest population.
///
/// Thread safety: one owner allocates and frees.  Whoever was handed an index by a message may use
/// the record meanwhile: growing does not touch existing chunks.

#include <algorithm>
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
  static constexpr std::uint32_t kFirst = 16;  ///< records in the first chunk

  /// Index of a record in the state that its last user left it in (a fresh one: T{}).
  std::uint32_t Allocate() {
    if (few_ != 0) return few_free_[--few_];
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
  void Free(std::uint32_t index) {
    if (few_ == few_free_.size()) Spill();
    few_free_[few_++] = index;
  }

  T& operator[](std::uint32_t index) {
    const unsigned chunk = ChunkOf(index);
    return chunks_[chunk][index + kFirst - (kFirst << chunk)];
  }
  const T& operator[](std::uint32_t index) const { return const_cast<Slab&>(*this)[index]; }

  /// Indices below this have been allocated at some time.
  std::uint32_t size() const { return size_; }
  std::size_t live() const { return size_ - few_ - free_.size(); }

  /// The records 0 .. kFirst - 1, which are enough for most hosts.  @pre Reach(0) was called
  T* first_chunk() const { return chunks_[0].get(); }
  /// Asks for the record that Allocate() will give.
  void PrefetchNext() const {
    if (few_ == 0) return;
    const char* const record = reinterpret_cast<const char*>(&(*this)[few_free_[few_ - 1]]);
    for (std::size_t line = 0; line < sizeof(T); line += 64) __builtin_prefetch(record + line, 1);
  }

 private:
  static constexpr unsigned kChunks = 27;

  // Chunk c holds the indices from (2^c - 1) * kFirst on.
  static unsigned ChunkOf(std::uint32_t index) {
    return static_cast<unsigned>(std::bit_width((index + kFirst) / kFirst)) - 1;
  }

  // The older half of the few goes behind those that were freed before them.
  void Spill() {
    const auto middle = few_free_.begin() + few_free_.size() / 2;
    free_.insert(free_.end(), few_free_.begin(), middle);
    std::copy(middle, few_free_.end(), few_free_.begin());
    few_ = static_cast<std::uint32_t>(few_free_.end() - middle);
  }

  // What a small population needs comes first: one cache line.
  std::uint32_t size_ = 0;
  std::uint32_t few_ = 0;                    // of few_free_ that are in use
  std::array<std::uint32_t, 8> few_free_{};  // freed last
  std::array<std::unique_ptr<T[]>, kChunks> chunks_;
  std::vector<std::uint32_t> free_;  // before those
};

}  // namespace cnisim::workload
