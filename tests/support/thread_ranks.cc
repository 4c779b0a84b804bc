#include "tests/support/thread_ranks.h"

#include <algorithm>
#include <thread>

namespace cnisim::test {
namespace {

// What the ranks see of each other between two barriers.
struct Table {
  explicit Table(unsigned count) : barrier(count), bounds(count), sent(count), told(count) {}
  std::barrier<> barrier;
  std::vector<std::int64_t> bounds;                         // [rank]
  std::vector<std::span<const engine::Ranks::Bytes>> sent;  // [rank]
  std::vector<const engine::Ranks::Bytes*> told;            // [rank]
};

class ThreadRanks final : public engine::Ranks {
 public:
  ThreadRanks(Table& table, unsigned rank) : table_(table), rank_(rank) {}

  unsigned rank() const override { return rank_; }
  unsigned count() const override { return static_cast<unsigned>(table_.bounds.size()); }

  std::int64_t Exchange(std::int64_t bound, std::span<const Bytes> to,
                        std::span<Bytes> from) override {
    table_.bounds[rank_] = bound;
    table_.sent[rank_] = to;
    table_.barrier.arrive_and_wait();
    const std::int64_t least = *std::min_element(table_.bounds.begin(), table_.bounds.end());
    for (unsigned r = 0; r < count(); ++r) from[r] = table_.sent[r][rank_];
    table_.barrier.arrive_and_wait();
    return least;
  }

  std::vector<Bytes> Gather(const Bytes& mine) override {
    table_.told[rank_] = &mine;
    table_.barrier.arrive_and_wait();
    std::vector<Bytes> all;
    for (const Bytes* bytes : table_.told) all.push_back(*bytes);
    table_.barrier.arrive_and_wait();
    return all;
  }

 private:
  Table& table_;
  unsigned rank_;
};

}  // namespace

void RunOnThreadRanks(unsigned count, const std::function<void(engine::Ranks&)>& work) {
  Table table(count);
  std::vector<std::jthread> threads;
  for (unsigned rank = 0; rank < count; ++rank) {
    threads.emplace_back([&, rank] {
      ThreadRanks ranks(table, rank);
      work(ranks);
    });
  }
}

}  // namespace cnisim::test
