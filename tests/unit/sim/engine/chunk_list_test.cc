#include "sim/engine/internal/chunk_list.h"

#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

namespace cnisim::engine::internal {
namespace {

void Append(ChunkList& list, std::uint64_t payload, ChunkPool& pool) {
  if (list.full()) list.Extend(pool);
  Event event{};
  event.payload = payload;
  list.Append(event);
}

std::vector<std::uint64_t> Payloads(const ChunkList& list) {
  std::vector<std::uint64_t> payloads;
  list.ForEachChunk([&](const Chunk* chunk, std::size_t count) {
    EXPECT_GT(count, 0U);
    for (std::size_t i = 0; i < count; ++i) payloads.push_back(chunk->events[i].payload);
  });
  return payloads;
}

TEST(ChunkListTest, KeepsEventsInOrderAcrossChunks) {
  for (const std::size_t count : {0U, 1U, 14U, 15U, 16U, 30U, 31U, 100U}) {
    ChunkPool pool;
    ChunkList list;
    std::vector<std::uint64_t> expected;
    for (std::uint64_t i = 0; i < count; ++i) {
      Append(list, i, pool);
      expected.push_back(i);
    }
    EXPECT_EQ(list.empty(), count == 0);
    EXPECT_EQ(Payloads(list), expected);
    list.Release(pool);
    EXPECT_TRUE(list.empty());
    EXPECT_TRUE(Payloads(list).empty());
  }
}

TEST(ChunkPoolTest, RecyclesBeforeItGrows) {
  ChunkPool pool;
  ChunkList lists[3];
  for (int round = 0; round < 50; ++round) {
    for (ChunkList& list : lists) {
      for (std::uint64_t i = 0; i < 70; ++i) Append(list, i, pool);
    }
    for (ChunkList& list : lists) {
      EXPECT_EQ(Payloads(list).size(), 70U);
      list.Release(pool);
    }
  }
  // Three lists of five chunks: the first slab of sixteen is enough.
  EXPECT_EQ(pool.bytes(), 16 * sizeof(Chunk));
}

}  // namespace
}  // namespace cnisim::engine::internal
