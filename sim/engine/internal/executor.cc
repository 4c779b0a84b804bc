#include "sim/engine/internal/executor.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <utility>

#include "sim/base/check.h"
#include "sim/base/hash.h"

namespace cnisim::engine::internal {
namespace {

constexpr int kSendBits = 37;
constexpr int kSourceBits = 24;
constexpr std::uint64_t kSourceMask = (std::uint64_t{1} << kSourceBits) - 1;

bool Later(const Event& a, const Event& b) { return Before(b, a); }

// A permutation of the 24-bit numbers below kSourceMask.  Every step of a round can be undone;
// what lands on kSourceMask, which is the outside's, walks on.
std::uint64_t Permute(std::uint64_t source, std::uint64_t seed) {
  const std::uint64_t key = MixBits(seed);
  std::uint64_t x = source;
  do {
    for (int round = 0; round < 4; ++round) {
      x = (x + (key >> (8 * round))) & kSourceMask;
      x = (x * 0xD1B54B5) & kSourceMask;
      x ^= x >> 11;
    }
  } while (x == kSourceMask);
  return x;
}

}  // namespace

LpId Executor::Add(std::unique_ptr<LogicalProcess> process) {
  CNISIM_CHECK(!named_with_.has_value(), "LPs are added before the first run");
  CNISIM_CHECK(lps_.size() < kMaxLps - 1, "a simulation has fewer than 2^24 - 1 LPs");
  CNISIM_CHECK(process != nullptr, "an LP exists");
  lps_.push_back({.process = std::move(process)});
  return LpId(lp_count() - 1);
}

void Executor::CheckChannel(LpId from, SimTime min_latency) {
  CNISIM_CHECK(!named_with_.has_value(), "channels are declared before the first run");
  CNISIM_CHECK(from.valid() && from.value() < lps_.size(), "a channel joins LPs that were added");
  CNISIM_CHECK(min_latency > SimTime(), "a channel between two LPs has a latency above 0 ns");
}

void Executor::Declare(LpId from, LpId to, SimTime min_latency) {
  CheckChannel(from, min_latency);
  CheckChannel(to, min_latency);
  CNISIM_CHECK(from != to, "an LP needs no channel to itself");
  Lp& lp = lps_[from.value()];
  lp.min_latency = std::min(lp.min_latency, min_latency);
  lookahead_ = std::min(lookahead_, min_latency);
}

void Executor::DeclareMesh(std::span<const LpId> group, SimTime min_latency) {
  if (group.size() < 2) return;
  for (const LpId id : group) {
    CheckChannel(id, min_latency);
    Lp& lp = lps_[id.value()];
    lp.min_latency = std::min(lp.min_latency, min_latency);
  }
  lookahead_ = std::min(lookahead_, min_latency);
}

void Executor::ScheduleFromOutside(LpId target, SimTime at, std::uint16_t kind,
                                   std::uint64_t payload, std::uint16_t aux) {
  CNISIM_CHECK(target.valid() && target.value() < lps_.size(), "an event goes to an LP");
  CNISIM_CHECK(at >= start_, "an event from outside lies ahead of what has run");
  // The outside sorts after every LP: no LP has the source number with all bits set.
  const std::uint64_t order = (kSourceMask << kSendBits) | outside_sends_++;
  Push({at, order, target, kind, aux, payload});
}

void Executor::Push(const Event& event) {
  pending_.push_back(event);
  std::push_heap(pending_.begin(), pending_.end(), Later);
}

void Executor::NameSources(std::optional<std::uint64_t> shuffle_ties) {
  if (named_with_.has_value()) {
    CNISIM_CHECK(*named_with_ == shuffle_ties, "a simulation keeps its order of ties");
    return;
  }
  named_with_ = shuffle_ties;
  for (std::uint64_t i = 0; i < lps_.size(); ++i) {
    const std::uint64_t source = shuffle_ties.has_value() ? Permute(i, *shuffle_ties) : i;
    lps_[i].order_base = source << kSendBits;
  }
}

RunReport Executor::Run(SimTime until, const RunOptions& options) {
  NameSources(options.shuffle_ties);
  CNISIM_CHECK(options.threads > 0, "a run has a thread");
  const auto begin = std::chrono::steady_clock::now();
  RunReport report;
  report.lookahead = lookahead_;
  std::uint64_t before = 0;
  for (const Lp& lp : lps_) before += lp.events;
  while (!pending_.empty() && pending_.front().time < until) {
    const SimTime open = pending_.front().time;
    RunWindow(lookahead_ < until - open ? open + lookahead_ : until);
    ++report.windows;
  }
  start_ = until;
  report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  Hasher digest;
  std::map<std::string, KindProfile, std::less<>> kinds;
  for (const Lp& lp : lps_) {
    digest.Add(lp.digest);
    report.events += lp.events;
    KindProfile& kind = kinds[std::string(lp.process->kind())];
    kind.kind = lp.process->kind();
    ++kind.lps;
    kind.events += lp.events;
  }
  report.events -= before;
  report.digest = digest.digest();
  for (auto& [name, kind] : kinds) report.kinds.push_back(std::move(kind));
  return report;
}

void Executor::RunWindow(SimTime end) {
  window_.clear();
  while (!pending_.empty() && pending_.front().time < end) {
    window_.push_back(pending_.front());
    std::pop_heap(pending_.begin(), pending_.end(), Later);
    pending_.pop_back();
  }
  std::sort(window_.begin(), window_.end(), [](const Event& a, const Event& b) {
    return a.target != b.target ? a.target < b.target : Before(a, b);
  });
  window_end_ = end;
  for (std::size_t first = 0; first < window_.size();) {
    std::size_t last = first;
    while (last < window_.size() && window_[last].target == window_[first].target) ++last;
    cursor_ = first;
    cursor_end_ = last;
    turn_.self_ = window_[first].target;
    lps_[turn_.self_.value()].process->Run(turn_);
    CNISIM_CHECK(cursor_ == cursor_end_ && self_.empty(), "an LP handles all events of its turn");
    first = last;
  }
}

const Event* Executor::Next(Turn& turn) {
  const bool from_window =
      cursor_ != cursor_end_ && (self_.empty() || Before(window_[cursor_], self_.front()));
  if (from_window) {
    current_ = window_[cursor_++];
  } else if (!self_.empty()) {
    current_ = self_.front();
    std::pop_heap(self_.begin(), self_.end(), Later);
    self_.pop_back();
  } else {
    return nullptr;
  }
  turn.now_ = current_.time;
  Lp& lp = lps_[turn.self_.value()];
  ++lp.events;
  Hasher hasher;
  hasher.Add(lp.digest);
  hasher.Add(static_cast<std::uint64_t>(current_.time.nanos()));
  hasher.Add((std::uint64_t{current_.kind} << 16) | current_.aux);
  hasher.Add(current_.payload);
  lp.digest = hasher.digest();
  return &current_;
}

void Executor::Emit(const Turn& turn, LpId target, SimTime at, std::uint16_t kind,
                    std::uint64_t payload, std::uint16_t aux, unsigned phase) {
  Lp& lp = lps_[turn.self_.value()];
  const std::uint64_t order =
      (std::uint64_t{phase} << (kSourceBits + kSendBits)) | lp.order_base | lp.sends++;
  const Event event = {at, order, target, kind, aux, payload};
  if (target == turn.self_ && at < window_end_) {
    self_.push_back(event);
    std::push_heap(self_.begin(), self_.end(), Later);
  } else {
    Push(event);
  }
}

}  // namespace cnisim::engine::internal
