#pragma once

/// @file
/// The two parts of the floor programs: lists of 4 KiB chunks that are recycled last in, first
/// out, and a barrier that spins.

#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

namespace cnisim::peers {

template <class Item>
class Chunks {
  struct Chunk {
    static constexpr std::uint64_t kItems = (4096 - 16) / sizeof(Item);
    Chunk* next;
    std::uint64_t count;
    Item items[kItems];
  };

 public:
  class Pool {
   public:
    Chunk* Take() {
      if (free_.empty()) {
        constexpr int kSlab = 64;
        slabs_.emplace_back(new Chunk[kSlab]);
        for (int i = 0; i < kSlab; ++i) free_.push_back(&slabs_.back()[i]);
      }
      Chunk* chunk = free_.back();
      free_.pop_back();
      chunk->next = nullptr;
      chunk->count = 0;
      return chunk;
    }
    void Return(Chunk* chunk) { free_.push_back(chunk); }

   private:
    std::vector<Chunk*> free_;
    std::vector<std::unique_ptr<Chunk[]>> slabs_;
  };

  void Push(Pool& pool, const Item& item) {
    if (tail_ == nullptr || tail_->count == Chunk::kItems) {
      Chunk* chunk = pool.Take();
      (tail_ == nullptr ? head_ : tail_->next) = chunk;
      tail_ = chunk;
    }
    tail_->items[tail_->count++] = item;
  }
  template <class Visit>
  void ForEach(Visit visit) const {
    for (const Chunk* chunk = head_; chunk != nullptr; chunk = chunk->next) {
      for (std::uint64_t i = 0; i < chunk->count; ++i) visit(chunk->items[i]);
    }
  }
  void Release(Pool& pool) {
    while (head_ != nullptr) {
      Chunk* next = head_->next;
      pool.Return(head_);
      head_ = next;
    }
    tail_ = nullptr;
  }

 private:
  Chunk* head_ = nullptr;
  Chunk* tail_ = nullptr;
};

class SpinBarrier {
 public:
  explicit SpinBarrier(std::uint32_t threads) : threads_(threads) {}
  void Wait() {
    const std::uint32_t phase = phase_.load(std::memory_order_relaxed);
    if (arrived_.fetch_add(1, std::memory_order_acq_rel) + 1 == threads_) {
      arrived_.store(0, std::memory_order_relaxed);
      phase_.store(phase + 1, std::memory_order_release);
      return;
    }
    for (int spin = 0; phase_.load(std::memory_order_acquire) == phase; ++spin) {
      if (spin < 20'000) {
        __builtin_ia32_pause();
      } else {
        std::this_thread::yield();
      }
    }
  }

 private:
  alignas(64) std::atomic<std::uint32_t> arrived_{0};
  alignas(64) std::atomic<std::uint32_t> phase_{0};
  std::uint32_t threads_;
};

}  // namespace cnisim::peers
