#include "sim/engine/internal/team.h"

#include <chrono>
#include <utility>

namespace cnisim::engine::internal {
namespace {

// Rounds of looking before a thread sleeps: some tens of microseconds, a few windows.
constexpr int kHelperSpins = 4000;
constexpr int kLeaderSpins = 2000;

void Pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

}  // namespace

Team::Team(unsigned helpers, std::function<void(unsigned)> work) : work_(std::move(work)) {
  threads_.reserve(helpers);
  for (unsigned helper = 1; helper <= helpers; ++helper) {
    threads_.emplace_back([this, helper](const std::stop_token& stop) { Help(stop, helper); });
  }
}

Team::~Team() {
  for (std::jthread& thread : threads_) thread.request_stop();
  // A count that moves wakes those who sleep, and they see the request.
  state_.fetch_add(kWindow, std::memory_order_release);
  state_.notify_all();
}

void Team::Open() {
  state_.store((state_.load(std::memory_order_relaxed) + kWindow) | kOpen,
               std::memory_order_seq_cst);
  // Sequentially consistent with Help(): either the helper sees the window, or we see it sleep.
  if (sleepers_.load(std::memory_order_seq_cst) != 0) state_.notify_all();
}

std::int64_t Team::Close() {
  std::uint32_t state = state_.fetch_and(~kOpen, std::memory_order_acq_rel) & ~kOpen;
  if ((state & kInside) == 0) return 0;
  const auto begin = std::chrono::steady_clock::now();
  for (int spin = 0; spin < kLeaderSpins; ++spin) {
    Pause();
    state = state_.load(std::memory_order_acquire);
    if ((state & kInside) == 0) break;
  }
  if ((state & kInside) != 0) {
    state = state_.fetch_or(kLeaderSleeps, std::memory_order_acq_rel) | kLeaderSleeps;
    while ((state & kInside) != 0) {
      state_.wait(state, std::memory_order_acquire);
      state = state_.load(std::memory_order_acquire);
    }
    state_.fetch_and(~kLeaderSleeps, std::memory_order_relaxed);
  }
  return std::chrono::nanoseconds(std::chrono::steady_clock::now() - begin).count();
}

void Team::AwaitHelper() {
  for (int tries = 0; tries < 3; ++tries) {
    if ((state_.load(std::memory_order_relaxed) & kInside) != 0) return;
    std::this_thread::yield();
  }
}

// Into a window that is open and that is not the one counted in `done`.
bool Team::Enter(std::uint32_t& done) {
  std::uint32_t state = state_.load(std::memory_order_acquire);
  while ((state & kOpen) != 0 && state / kWindow != done) {
    if (state_.compare_exchange_weak(state, state + 1, std::memory_order_acq_rel,
                                     std::memory_order_acquire)) {
      done = state / kWindow;
      return true;
    }
  }
  return false;
}

void Team::Leave() {
  const std::uint32_t state = state_.fetch_sub(1, std::memory_order_acq_rel) - 1;
  if ((state & kInside) == 0 && (state & kLeaderSleeps) != 0) state_.notify_all();
}

void Team::Help(const std::stop_token& stop, unsigned helper) {
  std::uint32_t done = 0;
  while (!stop.stop_requested()) {
    bool entered = false;
    for (int spin = 0; spin < kHelperSpins && !entered; ++spin) {
      entered = Enter(done);
      if (!entered) Pause();
    }
    if (entered) {
      work_(helper);
      Leave();
      continue;
    }
    sleepers_.fetch_add(1, std::memory_order_seq_cst);
    const std::uint32_t state = state_.load(std::memory_order_seq_cst);
    const bool missed = (state & kOpen) != 0 && state / kWindow != done;
    if (!missed && !stop.stop_requested()) state_.wait(state, std::memory_order_relaxed);
    sleepers_.fetch_sub(1, std::memory_order_seq_cst);
  }
}

}  // namespace cnisim::engine::internal
