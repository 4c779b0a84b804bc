#pragma once

/// @file
/// Append-only lists of events in chunks of 1 KiB, recycled last in, first out: the memory of
/// the pending set is that of the pending events, and the chunk at hand is still in cache.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "sim/engine/event.h"

namespace cnisim::engine::internal {

/// Aligned to its size, so that the address of an event's end tells whether its chunk is full.
struct alignas(1024) Chunk {
  static constexpr std::size_t kPlaces = 32;  // the head takes one
  static constexpr std::size_t kEvents = kPlaces - 1;

  Chunk* next;
  std::uint64_t unused[3];
  Event events[kEvents];
};
static_assert(sizeof(Chunk) == Chunk::kPlaces * sizeof(Event));

/// Free chunks of one worker; only grows.
class ChunkPool {
 public:
  Chunk* Take() {
    if (free_ == nullptr) [[unlikely]]
      Grow();
    Chunk* chunk = free_;
    free_ = chunk->next;
    PrefetchForWriting(free_);
    chunk->next = nullptr;
    return chunk;
  }

  /// Takes back the chain first .. last.
  void Return(Chunk* first, Chunk* last) {
    last->next = free_;
    free_ = first;
  }

  std::size_t bytes() const { return chunks_ * sizeof(Chunk); }

 private:
  void Grow();
  // Another core may have read what was in it.
  static void PrefetchForWriting(const Chunk* chunk) {
    if (chunk == nullptr) return;  // that was the last one
    for (int i = 0; i < 4; ++i) __builtin_prefetch(chunk->events + 2 * i - 1, 1);
  }

  Chunk* free_ = nullptr;
  std::size_t chunks_ = 0;
  std::vector<std::unique_ptr<Chunk[]>> slabs_;
};

/// Events in no order; 16 bytes while empty.
class ChunkList {
 public:
  bool empty() const { return head_ == nullptr; }

  /// There is no room for another event before Extend().
  bool full() const { return reinterpret_cast<std::uintptr_t>(end_) % sizeof(Chunk) == 0; }
  void Extend(ChunkPool& pool) {
    Chunk* chunk = pool.Take();
    if (head_ == nullptr) {
      head_ = chunk;
    } else {
      tail()->next = chunk;
    }
    end_ = chunk->events;
  }
  /// @pre !full()
  void Append(const Event& event) {
    __builtin_prefetch(end_ + 4, 1);
    *end_++ = event;
  }

  /// Calls visit(chunk, number of its events) for each chunk.
  template <class Visit>
  void ForEachChunk(Visit visit) const {
    if (empty()) return;
    Chunk* const last = tail();
    for (Chunk* chunk = head_; chunk != last; chunk = chunk->next) visit(chunk, Chunk::kEvents);
    visit(last, static_cast<std::size_t>(end_ - last->events));
  }

  /// Forgets the events and gives the chunks back.
  void Release(ChunkPool& pool) {
    if (empty()) return;
    pool.Return(head_, tail());
    head_ = nullptr;
    end_ = nullptr;
  }

 private:
  // @pre !empty()
  Chunk* tail() const {
    return reinterpret_cast<Chunk*>(reinterpret_cast<std::uintptr_t>(end_ - 1) &
                                    ~std::uintptr_t{sizeof(Chunk) - 1});
  }

  Chunk* head_ = nullptr;
  Event* end_ = nullptr;  // behind the last event; at a chunk's edge if that is full
};
static_assert(sizeof(ChunkList) == 16);

}  // namespace cnisim::engine::internal
