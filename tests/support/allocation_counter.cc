#include "tests/support/allocation_counter.h"

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

#include <malloc.h>

namespace {

std::atomic<std::uint64_t> allocations{0};
std::atomic<std::size_t> live_bytes{0};
std::atomic<std::size_t> most_live_bytes{0};

void* Allocate(std::size_t size, std::size_t alignment) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  void* memory = std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
  if (memory == nullptr) throw std::bad_alloc();
  const std::size_t taken = malloc_usable_size(memory);
  const std::size_t live = live_bytes.fetch_add(taken, std::memory_order_relaxed) + taken;
  std::size_t most = most_live_bytes.load(std::memory_order_relaxed);
  while (live > most && !most_live_bytes.compare_exchange_weak(most, live)) {
  }
  return memory;
}

void Free(void* memory) {
  if (memory != nullptr) {
    live_bytes.fetch_sub(malloc_usable_size(memory), std::memory_order_relaxed);
  }
  std::free(memory);
}

}  // namespace

void* operator new(std::size_t size) { return Allocate(size, alignof(std::max_align_t)); }
void* operator new[](std::size_t size) { return Allocate(size, alignof(std::max_align_t)); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return Allocate(size, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
  return Allocate(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept { Free(memory); }
void operator delete[](void* memory) noexcept { Free(memory); }
void operator delete(void* memory, std::size_t) noexcept { Free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { Free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { Free(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { Free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { Free(memory); }
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { Free(memory); }

namespace cnisim::test {

std::uint64_t Allocations() { return allocations.load(); }
std::size_t LiveBytes() { return live_bytes.load(); }
std::size_t MostLiveBytes() { return most_live_bytes.load(); }
void ResetMostLiveBytes() { most_live_bytes = live_bytes.load(); }

}  // namespace cnisim::test
