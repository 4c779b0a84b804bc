#include "models/net/index_pool.h"

#include <bit>

#include "sim/base/check.h"

namespace cnisim::net {
namespace {

constexpr std::uint64_t kWordBits = 64;

}  // namespace

IndexPool::IndexPool(std::uint64_t size) : size_(size) {
  std::uint64_t bits = size;
  do {
    const std::uint64_t words = (bits + kWordBits - 1) / kWordBits;
    std::vector<std::uint64_t> level(words, 0);
    // What lies past the end counts as taken, so no search finds it.
    if (bits % kWordBits != 0) level.back() = UINT64_MAX << (bits % kWordBits);
    full_.push_back(std::move(level));
    bits = words;
  } while (bits > 1);
}

bool IndexPool::IsTaken(std::uint64_t index) const {
  CNISIM_CHECK(index < size_, "the number lies in the pool");
  return (full_[0][index / kWordBits] >> (index % kWordBits) & 1) != 0;
}

std::optional<std::uint64_t> IndexPool::LowestFree(std::uint64_t from) const {
  if (from >= size_) return std::nullopt;
  // Up to the first level whose word has something free at or after the place, then down.
  std::size_t level = 0;
  std::uint64_t place = from;
  while (true) {
    const std::uint64_t word = place / kWordBits;
    if (word < full_[level].size()) {
      const std::uint64_t free = ~full_[level][word] & (UINT64_MAX << (place % kWordBits));
      if (free != 0) {
        place = word * kWordBits + static_cast<std::uint64_t>(std::countr_zero(free));
        break;
      }
    }
    if (++level == full_.size()) return std::nullopt;
    place = word + 1;
  }
  while (level > 0) {
    --level;
    const std::uint64_t free = ~full_[level][place];
    place = place * kWordBits + static_cast<std::uint64_t>(std::countr_zero(free));
  }
  return place;
}

std::optional<std::uint64_t> IndexPool::TakeLowest(std::uint64_t from) {
  const std::optional<std::uint64_t> index = LowestFree(from);
  if (index) Take(*index);
  return index;
}

void IndexPool::Take(std::uint64_t index) {
  CNISIM_CHECK(!IsTaken(index), "only what is free is taken");
  ++taken_;
  for (std::vector<std::uint64_t>& level : full_) {
    std::uint64_t& word = level[index / kWordBits];
    word |= std::uint64_t{1} << (index % kWordBits);
    if (word != UINT64_MAX) break;
    index /= kWordBits;
  }
}

void IndexPool::Give(std::uint64_t index) {
  CNISIM_CHECK(IsTaken(index), "only what is taken is given back");
  --taken_;
  for (std::vector<std::uint64_t>& level : full_) {
    std::uint64_t& word = level[index / kWordBits];
    const bool was_full = word == UINT64_MAX;
    word &= ~(std::uint64_t{1} << (index % kWordBits));
    if (!was_full) break;
    index /= kWordBits;
  }
}

}  // namespace cnisim::net
