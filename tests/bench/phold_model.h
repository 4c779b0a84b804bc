#pragma once

/// @file
/// The PHOLD model, shared by the engine's benchmark and the sequential program it is checked
/// against.  C++17: the program on ns-3 includes it too.

#include <cmath>
#include <cstdint>
#include <queue>
#include <vector>

namespace cnisim::phold {

inline constexpr std::uint64_t kUnit = std::uint64_t{1} << 20;
inline constexpr std::uint64_t kLookahead = kUnit / 10;

struct Parameters {
  std::uint32_t lps = 1024;
  std::uint32_t events_per_lp = 1;
  double remote = 0.25;  // probability of a successor at a random entity
  std::uint64_t end = 1000 * kUnit;
  std::uint64_t seed = 1;
};

struct Step {
  std::uint64_t delay;
  std::uint32_t target;
};

/// One entity: its random numbers, and sums that depend on everything that happened to it.
class Entity {
 public:
  Entity(const Parameters& parameters, std::uint64_t id)
      : state_(parameters.seed * 0x100000001B3U + id * 0xD1342543DE82EF95U) {}

  Step Advance(const Parameters& parameters, std::uint32_t self, std::uint64_t now) {
    ++count_;
    sum_ += now;
    Step step;
    step.target =
        Unit() <= parameters.remote ? static_cast<std::uint32_t>(Bits() % parameters.lps) : self;
    step.delay = Delay();
    return step;
  }
  std::uint64_t Delay() {
    return kLookahead +
           static_cast<std::uint64_t>(-std::log(Unit()) * 0.9 * static_cast<double>(kUnit));
  }
  std::uint64_t count() const { return count_; }
  std::uint64_t check() const { return sum_ ^ count_; }

 private:
  std::uint64_t Bits() {  // SplitMix64
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15U);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31);
  }
  double Unit() { return (static_cast<double>(Bits() >> 11) + 0.5) * 0x1.0p-53; }

  std::uint64_t state_;
  std::uint64_t count_ = 0;
  std::uint64_t sum_ = 0;
};

/// What a run is compared by.
struct Outcome {
  std::uint64_t events = 0;
  std::uint64_t check = 0;

  void Add(const Entity& entity) {
    events += entity.count();
    check = check * 31 + entity.check();
  }
  friend bool operator==(const Outcome& a, const Outcome& b) {
    return a.events == b.events && a.check == b.check;
  }
};

/// The naive program: one std::priority_queue of plain events, by (time, source, sequence).
class PriorityQueueRun {
 public:
  explicit PriorityQueueRun(const Parameters& parameters);
  /// Runs to the end; the part worth timing.
  void Run();
  Outcome outcome() const;

 private:
  struct Pending {
    std::uint64_t time;
    std::uint64_t key;
    std::uint32_t target;
  };
  struct Later {
    bool operator()(const Pending& a, const Pending& b) const {
      return a.time != b.time ? a.time > b.time : a.key > b.key;
    }
  };
  void Push(std::uint64_t time, std::uint32_t source, std::uint32_t target) {
    queue_.push({time, std::uint64_t{source} << 32 | sent_[source]++, target});
  }

  Parameters parameters_;
  std::vector<Entity> entities_;
  std::vector<std::uint64_t> sent_;
  std::priority_queue<Pending, std::vector<Pending>, Later> queue_;
};

inline PriorityQueueRun::PriorityQueueRun(const Parameters& parameters)
    : parameters_(parameters), sent_(parameters.lps) {
  for (std::uint32_t i = 0; i < parameters.lps; ++i) entities_.emplace_back(parameters, i);
  for (std::uint32_t i = 0; i < parameters.lps; ++i) {
    for (std::uint32_t k = 0; k < parameters.events_per_lp; ++k) {
      Push(entities_[i].Delay(), i, i);
    }
  }
}

inline void PriorityQueueRun::Run() {
  while (queue_.top().time < parameters_.end) {
    const Pending event = queue_.top();
    queue_.pop();
    const Step step = entities_[event.target].Advance(parameters_, event.target, event.time);
    Push(event.time + step.delay, event.target, step.target);
  }
}

inline Outcome PriorityQueueRun::outcome() const {
  Outcome outcome;
  for (const Entity& entity : entities_) outcome.Add(entity);
  return outcome;
}

inline Outcome RunOnPriorityQueue(const Parameters& parameters) {
  PriorityQueueRun run(parameters);
  run.Run();
  return run.outcome();
}

}  // namespace cnisim::phold
