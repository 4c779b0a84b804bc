#pragma once

/// @file
/// The threads that run windows.  They are kept between windows and between runs; one wakes up
/// in a few tens of nanoseconds while it spins, and sleeps when there is nothing for a while.
///
/// Nobody waits for a thread that has not come: a window is open to whoever is there, and the
/// leader does all the work itself if no helper gets a core.  So a thread that the operating
/// system does not run costs nothing, and more threads than cores are legal.

#include <atomic>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <thread>
#include <vector>

namespace cnisim::engine::internal {

class Team {
 public:
  /// Starts `helpers` threads; number i of them, from 1, calls work(i) once in every window that
  /// it reaches.
  Team(unsigned helpers, std::function<void(unsigned)> work);
  ~Team();
  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;

  /// Lets helpers into work().  What the leader wrote before is visible to them.
  /// @pre closed
  void Open();

  /// Lets nobody else in and waits for those who are inside; what they wrote is visible then.
  /// Returns how long it waited, in nanoseconds of wall-clock time (0: not worth a look at the
  /// clock).
  std::int64_t Close();

  /// Gives up the core until a helper is inside, for a while at most; for tests.
  void AwaitHelper();

  unsigned helpers() const { return static_cast<unsigned>(threads_.size()); }

 private:
  // The state word: helpers inside (low 16 bits), whether the leader sleeps until they are out,
  // whether the window is open, and above a count of windows, so that a helper tells a new
  // window from the one it has done.
  static constexpr std::uint32_t kInside = 0xFFFF;
  static constexpr std::uint32_t kLeaderSleeps = 1U << 16;
  static constexpr std::uint32_t kOpen = 1U << 17;
  static constexpr std::uint32_t kWindow = 1U << 18;

  void Help(const std::stop_token& stop, unsigned helper);
  bool Enter(std::uint32_t& done);
  void Leave();

  std::function<void(unsigned)> work_;
  alignas(64) std::atomic<std::uint32_t> state_{0};
  alignas(64) std::atomic<std::uint32_t> sleepers_{0};
  std::vector<std::jthread> threads_;
};

}  // namespace cnisim::engine::internal
