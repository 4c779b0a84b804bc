#include "sim/engine/internal/chunk_list.h"

#include <algorithm>

namespace cnisim::engine::internal {

void ChunkPool::Grow() {
  constexpr std::size_t kFirstSlab = 16;
  constexpr std::size_t kLargestSlab = 8192;  // 4 MiB
  const std::size_t count = std::clamp(chunks_, kFirstSlab, kLargestSlab);
  // Left uninitialised: a chunk is written before it is read.
  slabs_.emplace_back(new Chunk[count]);
  Chunk* slab = slabs_.back().get();
  for (std::size_t i = 0; i < count; ++i) slab[i].next = i + 1 < count ? &slab[i + 1] : free_;
  free_ = slab;
  chunks_ += count;
}

}  // namespace cnisim::engine::internal
