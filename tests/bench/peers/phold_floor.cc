// PHOLD in the fewest operations found that still give the exact result: what the machine allows,
// for one or several threads.  No library and no engine: windows as wide as the lookahead, each
// entity on a fixed thread, 24-byte events in chunk lists of (window, from thread, to thread).  A
// window is grouped by blocks of 4096 entities, then by entity, whose few events are put in order
// by (time, source, sequence).  One barrier a window.
//   phold_floor [--lps=65536] [--events=1] [--remote=0.25] [--end=32] [--threads=1]

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include "tests/bench/peers/floor.h"
#include "tests/bench/peers/peer.h"
#include "tests/bench/peers/phold_flags.h"
#include "tests/bench/phold_model.h"

namespace cnisim::peers {
namespace {

struct Item {
  std::uint64_t time;
  std::uint64_t key;  // source and number of the send
  std::uint32_t target;
};
bool Before(const Item& a, const Item& b) {
  return a.time != b.time ? a.time < b.time : a.key < b.key;
}

constexpr std::uint64_t kRing = 512;  // windows; more than the longest increment
constexpr unsigned kBlockBits = 12;
constexpr std::uint32_t kBlock = 1U << kBlockBits;
constexpr std::uint32_t kFew = 256;  // up to here comparing beats counting

class PholdFloor {
 public:
  PholdFloor(const phold::Parameters& parameters, std::uint32_t threads)
      : parameters_(parameters),
        threads_(threads),
        each_((parameters.lps + threads - 1) / threads),
        windows_(parameters.end / phold::kLookahead + 1),
        barrier_(threads) {
    for (std::uint32_t i = 0; i < parameters.lps; ++i) {
      slots_.push_back({phold::Entity(parameters, i), 0});
    }
    for (std::uint32_t i = 0; i < threads; ++i) {
      workers_.push_back(std::make_unique<Worker>());
      workers_.back()->ring.resize(kRing * threads);
      workers_.back()->counts.resize(kBlock + 1);
    }
    for (std::uint32_t i = 0; i < parameters.lps; ++i) {
      for (std::uint32_t k = 0; k < parameters.events_per_lp; ++k) {
        Push(*workers_[Owner(i)], slots_[i].entity.Delay(), i, i);
      }
    }
  }

  void Run() {
    std::vector<std::thread> others;
    for (std::uint32_t i = 1; i < threads_; ++i) others.emplace_back([this, i] { Work(i); });
    Work(0);
    for (std::thread& thread : others) thread.join();
  }
  phold::Outcome outcome() const {
    phold::Outcome outcome;
    for (const Slot& slot : slots_) outcome.Add(slot.entity);
    return outcome;
  }

 private:
  struct alignas(64) Slot {
    phold::Entity entity;
    std::uint64_t sent;
  };
  struct Worker {
    std::vector<Chunks<Item>> ring;  // [window % kRing * threads + to thread]
    Chunks<Item>::Pool pool;
    std::vector<Item> items;
    std::vector<Item> sorted;
    std::vector<std::uint32_t> block_ends;
    std::vector<std::uint32_t> counts;
  };

  std::uint32_t Owner(std::uint32_t entity) const { return threads_ == 1 ? 0 : entity / each_; }
  void Push(Worker& worker, std::uint64_t time, std::uint32_t source, std::uint32_t target) {
    const std::uint64_t slot = time / phold::kLookahead % kRing;
    worker.ring[slot * threads_ + Owner(target)].Push(
        worker.pool, {time, std::uint64_t{source} << 32 | slots_[source].sent++, target});
  }

  void Work(std::uint32_t me) {
    Worker& worker = *workers_[me];
    for (std::uint64_t window = 0; window < windows_; ++window) {
      const std::uint64_t slot = window % kRing;
      RunWindow(worker, me, slot);
      if (threads_ > 1) barrier_.Wait();
      for (std::uint32_t to = 0; to < threads_; ++to) {
        worker.ring[slot * threads_ + to].Release(worker.pool);
      }
    }
  }

  void RunWindow(Worker& worker, std::uint32_t me, std::uint64_t slot) {
    const std::uint32_t first = me * each_;
    const std::uint32_t blocks = (each_ >> kBlockBits) + 1;
    std::vector<std::uint32_t>& ends = worker.block_ends;
    ends.assign(blocks + 1, 0);
    const auto each = [&](auto visit) {
      for (const auto& from : workers_) from->ring[slot * threads_ + me].ForEach(visit);
    };
    each([&](const Item& item) { ++ends[((item.target - first) >> kBlockBits) + 1]; });
    for (std::uint32_t block = 0; block < blocks; ++block) ends[block + 1] += ends[block];
    const std::uint32_t total = ends[blocks];
    if (total == 0) return;
    if (worker.items.size() < total) {
      worker.items.resize(total + total / 2);
      worker.sorted.resize(worker.items.size());
    }
    each([&](const Item& item) {
      worker.items[ends[(item.target - first) >> kBlockBits]++] = item;
    });
    std::uint32_t begin = 0;
    for (std::uint32_t block = 0; block < blocks; ++block) {
      RunBlock(worker, first, begin, ends[block]);
      begin = ends[block];
    }
  }

  void RunBlock(Worker& worker, std::uint32_t first, std::uint32_t begin, std::uint32_t end) {
    const std::uint32_t count = end - begin;
    Item* items = worker.items.data() + begin;
    if (count < kFew) {
      std::sort(items, items + count, [](const Item& a, const Item& b) {
        return a.target != b.target ? a.target < b.target : Before(a, b);
      });
    } else {
      std::vector<std::uint32_t>& counts = worker.counts;
      std::fill(counts.begin(), counts.end(), 0);
      const auto place = [&](const Item& item) { return (item.target - first) & (kBlock - 1); };
      for (std::uint32_t i = 0; i < count; ++i) ++counts[place(items[i]) + 1];
      for (std::uint32_t i = 0; i < kBlock; ++i) counts[i + 1] += counts[i];
      for (std::uint32_t i = 0; i < count; ++i) {
        worker.sorted[counts[place(items[i])]++] = items[i];
      }
      items = worker.sorted.data();
      for (std::uint32_t i = 1; i < count; ++i) {
        const Item item = items[i];
        std::uint32_t hole = i;
        while (hole > 0 && items[hole - 1].target == item.target && Before(item, items[hole - 1])) {
          items[hole] = items[hole - 1];
          --hole;
        }
        items[hole] = item;
      }
    }
    for (std::uint32_t i = 0; i < count; ++i) {
      const Item item = items[i];
      if (item.time >= parameters_.end) continue;
      const phold::Step step =
          slots_[item.target].entity.Advance(parameters_, item.target, item.time);
      Push(worker, item.time + step.delay, item.target, step.target);
    }
  }

  const phold::Parameters parameters_;
  std::uint32_t threads_;
  std::uint32_t each_;  // entities a thread
  std::uint64_t windows_;
  SpinBarrier barrier_;
  std::vector<Slot> slots_;                       // [entity]
  std::vector<std::unique_ptr<Worker>> workers_;  // [thread]
};

}  // namespace
}  // namespace cnisim::peers

int main(int argc, char** argv) {
  using namespace cnisim;
  const peers::Flags flags(argc, argv);
  peers::PholdFloor floor(peers::PholdParameters(flags),
                          static_cast<std::uint32_t>(flags.Number("threads", 1)));
  const double begin = peers::Seconds();
  floor.Run();
  const double seconds = peers::Seconds() - begin;
  peers::Report("phold_floor", floor.outcome().events, seconds, floor.outcome().check);
}
