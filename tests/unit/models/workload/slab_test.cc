#include "models/workload/slab.h"

#include <set>

#include <gtest/gtest.h>

namespace cnisim::workload {
namespace {

TEST(SlabTest, RecordsStayWhereTheyAreWhileTheSlabGrows) {
  Slab<int> slab;
  const std::uint32_t first = slab.Allocate();
  slab[first] = 42;
  const int* const place = &slab[first];
  std::set<std::uint32_t> indices{first};
  for (int i = 1; i < 10000; ++i) {
    const std::uint32_t index = slab.Allocate();
    slab[index] = i;
    EXPECT_TRUE(indices.insert(index).second);
  }
  EXPECT_EQ(&slab[first], place);
  EXPECT_EQ(slab[first], 42);
  EXPECT_EQ(slab[5000], 5000);
  EXPECT_EQ(slab.live(), 10000U);
}

TEST(SlabTest, ReusesWhatWasFreed) {
  Slab<int> slab;
  const std::uint32_t a = slab.Allocate();
  const std::uint32_t b = slab.Allocate();
  slab.Free(a);
  EXPECT_EQ(slab.Allocate(), a);
  slab.Free(b);
  EXPECT_EQ(slab.live(), 1U);
  EXPECT_EQ(slab.size(), 2U);
}

// More than the few that the slab keeps beside its first chunk, so that some spill and come back.
TEST(SlabTest, GivesWhatWasFreedLastFirst) {
  Slab<int> slab;
  for (int i = 0; i < 100; ++i) static_cast<void>(slab.Allocate());
  for (std::uint32_t i = 0; i < 100; ++i) slab.Free(i);
  EXPECT_EQ(slab.live(), 0U);
  for (std::uint32_t i = 100; i-- > 0;) EXPECT_EQ(slab.Allocate(), i);
  EXPECT_EQ(slab.live(), 100U);
  EXPECT_EQ(slab.Allocate(), 100U);
}

}  // namespace
}  // namespace cnisim::workload
