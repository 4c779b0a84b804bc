#include "sim/engine/internal/worker.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "sim/base/check.h"

namespace cnisim::engine::internal {
namespace {

constexpr std::size_t kInsertionSortMax = 24;  // keys that insertion sort handles best
constexpr unsigned kSmallDigit = 8;            // bits of a radix pass over few keys
constexpr unsigned kLargeDigit = 11;           // over many
constexpr std::size_t kManyKeys = 1024;
constexpr std::size_t kPrefetchState = 14;  // how many turns ahead
constexpr std::size_t kPrefetchProcess = 10;
constexpr std::size_t kPrefetchFar = 6;
constexpr std::size_t kPrefetchNear = 3;

}  // namespace

Worker::Worker(const Layout& layout, const Window& window)
    : layout_(layout),
      window_(window),
      slots_(kSlots),
      counters_(std::size_t{1} << kLargeDigit),
      block_events_(layout.blocks),
      kind_events_(layout.kinds) {}

void Worker::Redivide() {
  free_rows_.clear();
  rows_.clear();
  lists_.clear();
  row_count_ = 0;
  block_events_.assign(layout_.blocks, 0);
}

// --- pending events ---

void Worker::OpenSlot(std::size_t slot) {
  occupied_[slot / 64] |= std::uint64_t{1} << (slot % 64);
  if (free_rows_.empty()) AddRows();
  slots_[slot].row = free_rows_.back();
  free_rows_.pop_back();
}

void Worker::AddRows() {
  constexpr std::size_t kFirst = 16;
  const std::size_t count = std::max(row_count_, kFirst);
  row_count_ += count;
  free_rows_.reserve(row_count_);
  Row* const rows = rows_.emplace_back(std::make_unique<Row[]>(count)).get();
  const std::size_t blocks = layout_.blocks;
  ChunkList* const lists = lists_.emplace_back(std::make_unique<ChunkList[]>(count * blocks)).get();
  for (std::size_t i = count; i-- > 0;) {
    rows[i].lists = lists + i * blocks;
    free_rows_.push_back(&rows[i]);
  }
}

// Calls visit(block, list) for those that have events.
template <class Visit>
void Worker::ForEachList(Row& row, std::uint32_t first, std::uint32_t last, Visit visit) {
  for (std::uint32_t word = first / 64; word * 64 < last; ++word) {
    std::uint64_t bits = row.occupied[word];
    if (word == first / 64) bits &= ~std::uint64_t{0} << (first % 64);
    if (last - word * 64 < 64) bits &= (std::uint64_t{1} << (last % 64)) - 1;
    for (; bits != 0; bits &= bits - 1) {
      const std::uint32_t block = word * 64 + static_cast<std::uint32_t>(std::countr_zero(bits));
      visit(block, row.lists[block]);
    }
  }
}

void Worker::PushFar(const Event& event) {
  far_.push_back(event);
  std::push_heap(far_.begin(), far_.end(), Later());
}

void Worker::Place(const Event& event) {
  const std::int64_t index = event.time / layout_.width;
  if (index - window_.index < kSlots) {
    PushRing(SlotOf(index), event);
  } else {
    PushFar(event);
  }
}

std::int64_t Worker::NextWindow() const {
  const std::int64_t far = far_.empty() ? kNever : far_.front().time / layout_.width;
  const std::size_t open = SlotOf(window_.index);
  for (std::size_t step = 0; step <= occupied_.size(); ++step) {
    // The words from the open slot's on, round the ring; its own word comes twice, in two parts.
    const std::size_t word = (open / 64 + step) % occupied_.size();
    std::uint64_t bits = occupied_[word];
    const std::uint64_t from_open = ~std::uint64_t{0} << (open % 64);
    if (step == 0) bits &= from_open;
    if (step == occupied_.size()) bits &= ~from_open;
    if (bits == 0) continue;
    const std::size_t slot = word * 64 + static_cast<std::size_t>(std::countr_zero(bits));
    const std::size_t ahead = (slot - open) % static_cast<std::size_t>(kSlots);
    return std::min(far, window_.index + static_cast<std::int64_t>(ahead));
  }
  return far;
}

void Worker::DrainFar() {
  while (!far_.empty() && far_.front().time / layout_.width - window_.index < kSlots) {
    Place(far_.front());
    std::pop_heap(far_.begin(), far_.end(), Later());
    far_.pop_back();
  }
}

void Worker::ReleaseSlot() {
  const std::size_t index = SlotOf(window_.index);
  Slot& slot = slots_[index];
  if (slot.events == 0) return;
  occupied_[index / 64] &= ~(std::uint64_t{1} << (index % 64));
  ForEachList(*slot.row, 0, layout_.blocks,
              [this](std::uint32_t, ChunkList& list) { list.Release(pool_); });
  slot.row->occupied = {};
  free_rows_.push_back(slot.row);
  slot = {};
}

void Worker::TakeAll(std::vector<Event>& events) {
  for (Slot& slot : slots_) {
    if (slot.events == 0) continue;
    for (ChunkList& list : std::span(slot.row->lists, layout_.blocks)) {
      list.ForEachChunk([&](const Chunk* chunk, std::size_t count) {
        events.insert(events.end(), chunk->events, chunk->events + count);
      });
      list.Release(pool_);
    }
    slot.row->occupied = {};
    free_rows_.push_back(slot.row);
    slot = {};
  }
  events.insert(events.end(), far_.begin(), far_.end());
  far_.clear();
  occupied_ = {};
}

std::size_t Worker::bytes() const {
  return pool_.bytes() + slots_.size() * sizeof(Slot) +
         row_count_ * (sizeof(Row) + layout_.blocks * sizeof(ChunkList)) +
         (far_.capacity() + outbox_.capacity()) * sizeof(Event) +
         block_events_.size() * sizeof(std::uint64_t) +
         (keys_.capacity() + scratch_.capacity()) * sizeof(std::uint64_t) +
         chunks_.capacity() * sizeof(Chunk*);
}

// --- a block of LPs ---

void Worker::RunBlocks(std::span<Worker* const> workers, std::uint32_t first, std::uint32_t last) {
  Gather(workers, first, last);
  if (key_count_ == 0) return;
  Sort();
  RunSorted();
}

void Worker::Gather(std::span<Worker* const> workers, std::uint32_t first, std::uint32_t last) {
  const std::size_t index = SlotOf(window_.index);
  key_count_ = 0;
  chunks_.clear();
  chunk_events_.clear();
  for (const Worker* worker : workers) {
    const Slot& slot = worker->slots_[index];
    if (slot.events == 0) continue;
    ForEachList(*slot.row, first, last, [this](std::uint32_t block, const ChunkList& list) {
      list.ForEachChunk([this, block](const Chunk* chunk, std::size_t count) {
        chunks_.push_back(chunk);
        chunk_events_.push_back(static_cast<std::uint32_t>(count));
        block_events_[block] += count;
      });
    });
  }
  if (chunks_.empty()) return;
  if (keys_.size() < chunks_.size() * Chunk::kEvents) {
    keys_.resize(2 * chunks_.size() * Chunk::kEvents);
    scratch_.resize(keys_.size());
  }

  // Bits of a key from the top: LP, time inside the window (as much of it as fits), place.
  first_lp_ = first << layout_.block_shift;
  const std::uint64_t lps =
      std::min<std::uint64_t>(layout_.lps.size(), std::uint64_t{last} << layout_.block_shift) -
      first_lp_;
  lp_bits_ = static_cast<unsigned>(std::bit_width(lps - 1));
  index_bits_ = static_cast<unsigned>(std::bit_width(chunks_.size() * Chunk::kPlaces - 1));
  index_mask_ = (std::uint64_t{1} << index_bits_) - 1;
  const auto time_width =
      static_cast<unsigned>(std::bit_width(static_cast<std::uint64_t>(layout_.width.nanos() - 1)));
  const unsigned time_bits = std::min(time_width, 63 - lp_bits_ - index_bits_);
  const unsigned time_shift = time_width - time_bits;
  lp_shift_ = time_bits + index_bits_;

  for (std::size_t place = 0; place < chunks_.size(); ++place) {
    const Event* const events = chunks_[place]->events;
    for (std::size_t i = 0; i < chunk_events_[place]; ++i) {
      const Event& event = events[i];
      if (window_.cut && event.time >= window_.end) [[unlikely]] {
        PushFar(event);
        continue;
      }
      const std::uint64_t lp = event.target.value() - first_lp_;
      const auto after =
          static_cast<std::uint64_t>((event.time - window_.start).nanos()) >> time_shift;
      keys_[key_count_++] = lp << lp_shift_ | after << index_bits_ | (place * Chunk::kPlaces + i);
    }
  }
}

bool Worker::KeyBefore(std::uint64_t a, std::uint64_t b) const {
  if ((a ^ b) > index_mask_) return a < b;
  return Before(*EventOf(a), *EventOf(b));
}

void Worker::SortRun(std::uint64_t* first, std::uint64_t* last) {
  if (static_cast<std::size_t>(last - first) > kInsertionSortMax) {
    SortByTime(first, last);
    return;
  }
  InsertionSort(first, last);
}

// Deals the keys of one LP out by the first digit of their time, about one to a bucket.
void Worker::SortByTime(std::uint64_t* first, std::uint64_t* last) {
  const auto count = static_cast<std::size_t>(last - first);
  const unsigned digit = std::min(
      {static_cast<unsigned>(std::bit_width(count)), kLargeDigit, lp_shift_ - index_bits_});
  const unsigned shift = lp_shift_ - digit;
  const std::uint64_t mask = (std::uint64_t{1} << digit) - 1;
  std::uint32_t* const counters = counters_.data();
  std::fill(counters, counters + mask + 1, 0);
  for (const std::uint64_t* key = first; key != last; ++key) ++counters[(*key >> shift) & mask];
  std::uint32_t before = 0;
  for (std::size_t i = 0; i <= mask; ++i) before += std::exchange(counters[i], before);
  std::uint64_t* const sorted = scratch_.data();
  for (const std::uint64_t* key = first; key != last; ++key) {
    sorted[counters[(*key >> shift) & mask]++] = *key;
  }
  std::copy(sorted, sorted + count, first);
  std::size_t begin = 0;  // of the bucket; its counter has moved to its end
  for (std::size_t i = 0; i <= mask; ++i) {
    const std::size_t end = counters[i];
    if (end - begin > kInsertionSortMax) {
      std::sort(first + begin, first + end,
                [this](std::uint64_t a, std::uint64_t b) { return KeyBefore(a, b); });
    } else if (end - begin > 1) {
      InsertionSort(first + begin, first + end);
    }
    begin = end;
  }
}

void Worker::InsertionSort(std::uint64_t* first, std::uint64_t* last) {
  for (std::uint64_t* next = first + 1; next < last; ++next) {
    const std::uint64_t key = *next;
    std::uint64_t* hole = next;
    while (hole != first && KeyBefore(key, hole[-1])) {
      *hole = hole[-1];
      --hole;
    }
    *hole = key;
  }
}

void Worker::Sort() {
  if (key_count_ <= kInsertionSortMax) {
    SortRun(keys_.data(), keys_.data() + key_count_);
    return;
  }
  SortByLp();
  std::uint64_t* const end = keys_.data() + key_count_;
  for (std::uint64_t* first = keys_.data(); first != end;) {
    std::uint64_t* last = first + 1;
    while (last != end && *last >> lp_shift_ == *first >> lp_shift_) ++last;
    if (last - first > 1) SortRun(first, last);
    first = last;
  }
}

// Counting sort, digit by digit from the lowest.
void Worker::SortByLp() {
  const std::size_t count = key_count_;
  const unsigned widest = count < kManyKeys ? kSmallDigit : kLargeDigit;
  const unsigned passes = (lp_bits_ + widest - 1) / widest;
  if (passes == 0) return;
  const unsigned digit = (lp_bits_ + passes - 1) / passes;
  const std::uint64_t mask = (std::uint64_t{1} << digit) - 1;
  for (unsigned pass = 0; pass < passes; ++pass) {
    const unsigned shift = lp_shift_ + pass * digit;
    std::uint32_t* const counters = counters_.data();
    std::fill(counters, counters + mask + 1, 0);
    for (std::size_t i = 0; i < count; ++i) ++counters[(keys_[i] >> shift) & mask];
    std::uint32_t before = 0;
    for (std::size_t i = 0; i <= mask; ++i) {
      const std::uint32_t here = counters[i];
      counters[i] = before;
      before += here;
    }
    for (std::size_t i = 0; i < count; ++i) {
      scratch_[counters[(keys_[i] >> shift) & mask]++] = keys_[i];
    }
    keys_.swap(scratch_);
  }
}

void Worker::RunSorted() {
  Turn turn(*this);
  turn.window_end_ = window_.end;
  turn.time_mask_ = layout_.time_mask;
  turn.kind_mask_ = layout_.kind_mask;
  turn.payload_mask_ = layout_.payload_mask;
  const std::uint64_t* const keys = keys_.data();
  const std::size_t count = key_count_;
  for (std::size_t first = 0; first < count;) {
    if (first + kPrefetchState < count) {
      const std::uint64_t key = keys[first + kPrefetchState];
      __builtin_prefetch(&layout_.lps[LpOf(key).value()]);
      __builtin_prefetch(EventOf(key));
    }
    if (first + kPrefetchProcess < count) {
      __builtin_prefetch(layout_.lps[LpOf(keys[first + kPrefetchProcess]).value()].process);
    }
    if (layout_.prefetches) {
      if (first + kPrefetchFar < count) {
        const std::uint64_t key = keys[first + kPrefetchFar];
        layout_.lps[LpOf(key).value()].process->PrefetchFar(*EventOf(key));
      }
      if (first + kPrefetchNear < count) {
        const std::uint64_t key = keys[first + kPrefetchNear];
        layout_.lps[LpOf(key).value()].process->PrefetchNear(*EventOf(key));
      }
    }
    std::size_t last = first + 1;
    while (last < count && keys[last] >> lp_shift_ == keys[first] >> lp_shift_) ++last;
    RunLp(turn, LpOf(keys[first]), keys + first, keys + last);
    first = last;
  }
  left_out_ += turn.left_out_;
}

void Worker::RunLp(Turn& turn, LpId lp, const std::uint64_t* first, const std::uint64_t* last) {
  run_.clear();
  for (const std::uint64_t* key = first; key != last; ++key) run_.push_back(EventOf(*key));
  LpState& state = layout_.lps[lp.value()];
  turn.cursor_ = run_.data();
  turn.end_ = run_.data() + run_.size();
  turn.self_ = lp;
  turn.state_ = &state;
  turn.digest_ = state.digest;
  turn.events_ = 0;
  state.process->Run(turn);
  CNISIM_CHECK(turn.cursor_ == turn.end_ && turn.self_events_ == 0,
               "an LP handles all events of its turn");
  state.digest = turn.digest_;
  events_ += turn.events_;
  kind_events_[state.kind] += turn.events_;
}

// --- what an LP sends itself inside the window ---

void Worker::PushSelf(const Event& event) {
  self_heap_.push_back(event);
  std::push_heap(self_heap_.begin(), self_heap_.end(), Later());
}

const Event* Worker::PopSelf() {
  self_current_ = self_heap_.front();
  std::pop_heap(self_heap_.begin(), self_heap_.end(), Later());
  self_heap_.pop_back();
  return &self_current_;
}

}  // namespace cnisim::engine::internal
