#pragma once

/// @file
/// One worker: its part of the pending set, and how it runs the LPs of a block.
///
/// Pending events lie in a ring of windows.  Each worker has its own ring, into which it puts
/// whatever the LPs that it happens to run send, whoever the target: for every window that has
/// events a row with a list for each block of LPs.  Who runs a block gathers its lists from all
/// workers, brings them in order and runs the LPs one after the other.  Events beyond the ring wait
/// in a heap.

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "sim/engine/internal/channel_graph.h"
#include "sim/engine/internal/chunk_list.h"
#include "sim/engine/internal/order.h"
#include "sim/engine/logical_process.h"
#include "sim/engine/turn.h"

namespace cnisim::engine::internal {

/// What the engine knows of an LP; half a cache line, because every turn touches it.
struct alignas(32) LpState {
  LogicalProcess* process = nullptr;
  std::uint64_t next_order = 0;      // source and number of the next send
  std::uint64_t digest = 0;          // of its event stream
  std::uint32_t min_latency_ns = 0;  // of its outgoing channels; 0: it has none
  std::uint32_t kind = 0;            // index among the kinds of LPs
};
static_assert(sizeof(LpState) == 32);

/// How LPs and time are divided; fixed between two re-arrangements.
struct Layout {
  static constexpr std::uint32_t kMostBlocks = 128;
  static constexpr std::int64_t kRingWindows = 1024;
  static constexpr unsigned kInverseShift = 52;

  /// @pre width <= 2^20 ns
  void SetWidth(SimTime window_width) {
    width = window_width;
    ring_span = width * kRingWindows;
    width_inverse = (std::uint64_t{1} << kInverseShift) / Nanos(width) + 1;
  }
  /// How many windows lie between the beginning of one and a time so much later.  Exact: the
  /// inverse is too large by 2^-52 at most, which times a ring's 2^30 ns is less than 1 / width.
  /// @pre 0 <= after < ring_span
  std::int64_t WindowsIn(SimTime after) const {
    __extension__ using Wide = unsigned __int128;
    return static_cast<std::int64_t>(Wide{Nanos(after)} * width_inverse >> kInverseShift);
  }

  std::span<LpState> lps;                       // [lp id]
  SimTime width;                                // of a window; SetWidth()
  SimTime ring_span;                            // of all windows of a ring
  std::uint64_t width_inverse = 0;              // 2^kInverseShift / width, rounded up
  unsigned block_shift = 0;                     // LP id >> block_shift is its block
  std::uint32_t blocks = 1;                     // number of blocks
  std::uint32_t kinds = 0;                      // number of kinds of LPs
  bool prefetches = false;                      // many LPs do
  const ChannelGraph* verify = nullptr;         // channels to check every message against, or none
  const std::uint32_t* rank_of = nullptr;       // [lp id], or no ranks
  std::uint32_t rank = 0;                       // this process's
  std::uint64_t time_mask = ~std::uint64_t{0};  // ingredients of the digest
  std::uint64_t kind_mask = ~std::uint64_t{0};
  std::uint64_t payload_mask = ~std::uint64_t{0};

 private:
  static std::uint64_t Nanos(SimTime span) { return static_cast<std::uint64_t>(span.nanos()); }
};

/// The window that is open.
struct Window {
  std::int64_t index = 0;  // covers [index * width, (index + 1) * width) ...
  SimTime start;           // ... from here
  SimTime end;             // ... to here: earlier than its edge if the run ends in it
  bool cut = false;        // it is
};

class alignas(64) Worker {
 public:
  static constexpr std::int64_t kSlots = Layout::kRingWindows;
  static constexpr std::int64_t kNever = INT64_MAX;

  Worker(const Layout& layout, const Window& window);
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // --- between windows, by the leader ---

  /// Puts an event where it belongs, the open window's slot included.
  void Place(const Event& event);
  /// Index of the earliest window that holds an event, from the open one on; kNever if none.
  std::int64_t NextWindow() const;
  /// Moves what the ring now reaches out of the heap.
  void DrainFar();
  /// Events in the open window's slot.
  std::uint32_t SlotEvents() const { return slots_[SlotOf(window_.index)].events; }
  /// Gives the chunks of the open window back.
  void ReleaseSlot();
  /// Events for LPs of other ranks that were sent since ClearOutbox().
  const std::vector<Event>& outbox() const { return outbox_; }
  void ClearOutbox() { outbox_.clear(); }
  /// Takes all pending events out, into `events`.
  void TakeAll(std::vector<Event>& events);
  /// The layout has other blocks now.  @pre nothing is pending
  void Redivide();
  /// Events of the blocks that this worker ran: [block]; the leader may write.
  std::vector<std::uint64_t>& block_events() { return block_events_; }

  // --- inside a window, by whoever runs the block ---

  /// Runs the LPs of the blocks first .. last - 1 that have events in the open window.
  void RunBlocks(std::span<Worker* const> workers, std::uint32_t first, std::uint32_t last);

  // --- for Turn ---
  /// Takes what an LP sends beyond the open window.
  void Emit(const Event& event);
  void PushSelf(const Event& event);
  const Event* PopSelf();
  const Event& first_self() const { return self_heap_.front(); }
  const Layout& layout() const { return layout_; }

  std::uint64_t events() const { return events_; }
  std::uint64_t left_out() const { return left_out_; }  // Turn::LeaveOut()
  const std::vector<std::uint64_t>& kind_events() const { return kind_events_; }  // [kind]
  std::size_t bytes() const;

 private:
  // The lists of a window.  Other workers read the open one's, so that each has its own memory.
  struct alignas(64) Row {
    std::array<std::uint64_t, Layout::kMostBlocks / 64> occupied{};  // bit a block: it has events
    ChunkList* lists = nullptr;                                      // [block]
  };
  struct Slot {
    Row* row = nullptr;  // if it has events
    std::uint32_t events = 0;
  };

  static std::size_t SlotOf(std::int64_t index) {
    return static_cast<std::size_t>(index) & (kSlots - 1);
  }
  std::uint32_t BlockOf(LpId lp) const { return lp.value() >> layout_.block_shift; }
  void PushRing(std::size_t slot, const Event& event);
  void PushFar(const Event& event);
  void OpenSlot(std::size_t slot);
  void AddRows();
  template <class Visit>
  static void ForEachList(Row& row, std::uint32_t first, std::uint32_t last, Visit visit);

  void Gather(std::span<Worker* const> workers, std::uint32_t first, std::uint32_t last);
  void Sort();
  void SortByLp();
  void SortRun(std::uint64_t* first, std::uint64_t* last);
  void SortByTime(std::uint64_t* first, std::uint64_t* last);
  void InsertionSort(std::uint64_t* first, std::uint64_t* last);
  void RunSorted();
  void RunLp(Turn& turn, LpId lp, const std::uint64_t* first, const std::uint64_t* last);
  bool KeyBefore(std::uint64_t a, std::uint64_t b) const;
  const Event* EventOf(std::uint64_t key) const {
    const std::uint64_t index = key & index_mask_;
    return &chunks_[index / Chunk::kPlaces]->events[index % Chunk::kPlaces];
  }
  LpId LpOf(std::uint64_t key) const {
    return LpId(first_lp_ + static_cast<std::uint32_t>(key >> lp_shift_));
  }

  const Layout& layout_;
  const Window& window_;

  // Pending events.
  ChunkPool pool_;
  std::vector<Slot> slots_;
  std::size_t row_count_ = 0;
  std::vector<std::unique_ptr<Row[]>> rows_;         // as many again each time
  std::vector<std::unique_ptr<ChunkList[]>> lists_;  // of those rows
  std::vector<Row*> free_rows_;
  std::array<std::uint64_t, kSlots / 64> occupied_{};  // bit a slot: it has events
  std::vector<Event> far_;                             // heap, earliest first
  std::vector<Event> outbox_;                          // for other ranks

  // The block at hand.  A key is (LP, time, place), so that sorting moves 8 bytes an event.
  std::vector<std::uint64_t> keys_;     // the first key_count_ are in use
  std::vector<std::uint64_t> scratch_;  // as long
  std::size_t key_count_ = 0;
  std::vector<const Chunk*> chunks_;         // [place / Chunk::kPlaces]
  std::vector<std::uint32_t> chunk_events_;  // [as chunks_]: how many it holds
  std::vector<std::uint32_t> counters_;      // of a radix pass
  std::vector<const Event*> run_;            // one LP's events
  std::uint32_t first_lp_ = 0;
  unsigned lp_bits_ = 0;
  unsigned lp_shift_ = 0;
  unsigned index_bits_ = 0;
  std::uint64_t index_mask_ = 0;

  // The LP at hand.
  std::vector<Event> self_heap_;  // what it sent itself inside the window
  Event self_current_{};          // the one of them that it handles

  std::uint64_t events_ = 0;
  std::vector<std::uint64_t> block_events_;  // [block]
  std::uint64_t left_out_ = 0;
  std::vector<std::uint64_t> kind_events_;  // [kind]
};

// Inline, so that whoever makes an event writes it where it will wait.
inline void Worker::PushRing(std::size_t slot_index, const Event& event) {
  Slot& slot = slots_[slot_index];
  if (slot.events++ == 0) OpenSlot(slot_index);
  const std::uint32_t block = BlockOf(event.target);
  ChunkList& list = slot.row->lists[block];
  if (list.full()) [[unlikely]] {
    list.Extend(pool_);
    slot.row->occupied[block / 64] |= std::uint64_t{1} << (block % 64);
  }
  list.Append(event);
}

// What an LP sends beyond the open window.  Its own slot is being read by others, so what falls
// into it, behind the end of a run that cuts it, waits in the heap.
inline void Worker::Emit(const Event& event) {
  if (layout_.rank_of != nullptr && layout_.rank_of[event.target.value()] != layout_.rank)
      [[unlikely]] {
    outbox_.push_back(event);
    return;
  }
  const SimTime after = event.time - window_.start;
  if (after >= layout_.width && after < layout_.ring_span) [[likely]] {
    PushRing(SlotOf(window_.index + layout_.WindowsIn(after)), event);
  } else {
    PushFar(event);
  }
}

}  // namespace cnisim::engine::internal
