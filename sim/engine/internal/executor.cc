#include "sim/engine/internal/executor.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "sim/base/bytes.h"
#include "sim/base/check.h"
#include "sim/base/hash.h"

namespace cnisim::engine::internal {
namespace {

// A window is no wider than this where channels would allow it: what an LP sends itself inside a
// window goes through a heap, which should stay short.
constexpr SimTime kWidestWindow = SimTime::FromNanos(1'000'000);

// More workers than LPs have nothing to do, and every worker has a list for each window and block.
// Fewer processes that would prefetch fit a core's cache, and asking costs more than it brings.
constexpr std::uint32_t kPrefetchFrom = 512;
constexpr unsigned kMostWorkers = 64;
constexpr std::uint32_t kBlocksPerWorker = 16;

// How often homes are measured anew, in windows of a team.
constexpr std::uint32_t kBalancePeriod = 64;

// What opening a window to the team and closing it costs, and how much longer than that a window
// should take alone before a team is worth it.
constexpr double kTeamNanos = 1000;
constexpr double kWorthwhile = 4;

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

std::int64_t NanosSince(std::chrono::steady_clock::time_point begin) {
  return std::chrono::nanoseconds(std::chrono::steady_clock::now() - begin).count();
}

std::uint64_t Mask(bool on) { return on ? ~std::uint64_t{0} : 0; }

}  // namespace

// --- when a team is worth it ---

bool TeamPolicy::WantsTeam(std::uint32_t events) {
  const double alone_ns = events * nanos_per_event_;
  if (pause_ns_ > 0) {
    pause_ns_ -= alone_ns;
    return false;
  }
  if (alone_ns < kWorthwhile * kTeamNanos) {
    thick_in_a_row_ = 0;
    return false;
  }
  // A single thick window among thin ones does not pay for waking helpers up.
  return ++thick_in_a_row_ >= 4;
}

void TeamPolicy::Timed(std::uint32_t events, std::int64_t nanos) {
  if (events == 0) return;
  // A sample in which this thread lost its core says nothing about events: it counts as little.
  const double sample = std::min(static_cast<double>(nanos) / events, 2 * nanos_per_event_);
  nanos_per_event_ += (sample - nanos_per_event_) / 8;
}

void TeamPolicy::Waited(std::uint32_t events, std::int64_t nanos) {
  // Longer than all of the window would take one thread: the helper lost its core.
  constexpr double kTakenAway = 200'000;
  // A pause loses half of its length if it was for nothing, so the first one costs no more than the
  // wait did; while helpers keep being taken away, waits shrink to a thirty-third of the time.
  constexpr double kShortest = 2;
  constexpr double kLongest = 32;
  const double alone_ns = events * nanos_per_event_;
  const auto waited = static_cast<double>(nanos);
  if (waited > std::max(kTakenAway, alone_ns)) {
    const bool soon = calm_ns_ < 2 * kLongest * waited;
    pause_factor_ = soon ? std::clamp(2 * pause_factor_, kShortest, kLongest) : kShortest;
    pause_ns_ = pause_factor_ * waited;
    calm_ns_ = 0;
  } else {
    calm_ns_ += alone_ns;
  }
}

TeamPolicy::Division TeamPolicy::Divide(std::uint32_t events, bool many) {
  division_events_ += events;
  if (++division_windows_ < division_period_) return Division::kLeave;
  const double mean_ns =
      static_cast<double>(division_events_) / division_windows_ * nanos_per_event_;
  division_events_ = 0;
  division_windows_ = 0;
  // Far apart, and after longer and longer, so that nobody moves to and fro.
  const double team_ns = kWorthwhile * kTeamNanos;
  if (many ? mean_ns > team_ns / 2 : mean_ns < team_ns) return Division::kLeave;
  division_period_ = std::min(4 * division_period_, 1U << 20);
  return many ? Division::kOneBlock : Division::kManyBlocks;
}

// --- building ---

LpId Executor::Add(std::unique_ptr<LogicalProcess> process) {
  CNISIM_CHECK(!frozen_, "LPs are added before the first run");
  CNISIM_CHECK(processes_.size() < kMaxLps - 1, "a simulation has fewer than 2^24 - 1 LPs");
  CNISIM_CHECK(process != nullptr, "an LP exists");
  processes_.push_back(std::move(process));
  channels_.AddLp();
  return LpId(lp_count() - 1);
}

void Executor::Connect(LpId from, LpId to, SimTime min_latency) {
  CNISIM_CHECK(!frozen_, "channels are declared before the first run");
  channels_.Connect(from, to, min_latency);
}

void Executor::ConnectAll(std::span<const LpId> group, SimTime min_latency) {
  CNISIM_CHECK(!frozen_, "channels are declared before the first run");
  channels_.ConnectAll(group, min_latency);
}

void Executor::Schedule(LpId target, SimTime at, std::uint16_t kind, std::uint64_t payload,
                        std::uint16_t aux) {
  CNISIM_CHECK(target.valid() && target.value() < processes_.size(), "an event goes to an LP");
  CNISIM_CHECK(at >= now_, "an event from outside lies ahead of what has run");
  const std::uint64_t order = FirstOrder(kOutside) + outside_sends_++;
  outside_.push_back({at, order, target, kind, aux, payload});
}

// Everything that is fixed from the first run on.
void Executor::Freeze(const RunOptions& options) {
  if (frozen_) {
    CNISIM_CHECK(ranks_ == options.ranks, "a simulation keeps its ranks");
    CNISIM_CHECK(shuffle_ties_ == options.shuffle_ties, "a simulation keeps its order of ties");
    return;
  }
  frozen_ = true;
  shuffle_ties_ = options.shuffle_ties;
  for (const auto& process : processes_) kinds_.emplace_back(process->kind());
  std::sort(kinds_.begin(), kinds_.end());
  kinds_.erase(std::unique(kinds_.begin(), kinds_.end()), kinds_.end());
  earlier_kind_events_.resize(kinds_.size());
  states_.resize(processes_.size());
  std::uint32_t prefetching = 0;
  for (std::uint32_t i = 0; i < lp_count(); ++i) {
    LpState& state = states_[i];
    state.process = processes_[i].get();
    if (state.process->prefetches()) ++prefetching;
    const std::uint64_t source = shuffle_ties_.has_value() ? Permute(i, *shuffle_ties_) : i;
    state.next_order = FirstOrder(source);
    state.kind = static_cast<std::uint32_t>(
        std::lower_bound(kinds_.begin(), kinds_.end(), processes_[i]->kind()) - kinds_.begin());
    // Saturated, so above 4 s the check of what is sent is weaker than it could be.
    const SimTime latency = channels_.MinLatencyFrom(LpId(i)).value_or(SimTime());
    state.min_latency_ns =
        static_cast<std::uint32_t>(std::min<std::int64_t>(latency.nanos(), UINT32_MAX));
  }
  Divide(options);
  layout_.prefetches = prefetching >= kPrefetchFrom;
  layout_.lps = states_;
  layout_.kinds = static_cast<std::uint32_t>(kinds_.size());
  layout_.SetWidth(std::min(channels_.Lookahead().value_or(kWidestWindow), kWidestWindow));
}

// Which rank owns which LP.
void Executor::Divide(const RunOptions& options) {
  ranks_ = options.ranks;
  if (ranks_ == nullptr) return;
  rank_of_ = options.rank_of;
  if (rank_of_.empty()) {
    for (std::uint64_t lp = 0; lp < lp_count(); ++lp) {
      rank_of_.push_back(static_cast<std::uint32_t>(lp * ranks_->count() / lp_count()));
    }
  }
  CNISIM_CHECK(rank_of_.size() == lp_count(), "every LP has a rank");
  for (const std::uint32_t rank : rank_of_) {
    CNISIM_CHECK(rank < ranks_->count(), "an LP's rank is one of those that run");
  }
  to_ranks_.resize(ranks_->count());
  from_ranks_.resize(ranks_->count());
  layout_.rank_of = rank_of_.data();
  layout_.rank = ranks_->rank();
}

// Divides LPs and pending events among `threads` workers.
void Executor::Arrange(unsigned threads) {
  threads = std::min({threads, std::max(lp_count(), 1U), kMostWorkers});
  if (workers_.size() == threads) {
    if (always_team_ && team_ != nullptr && !many_blocks_) Redivide(true);
    return;
  }
  team_.reset();
  std::vector<Event> pending;
  if (!workers_.empty()) earlier_kind_events_ = EventsByKind();
  for (const auto& worker : workers_) worker->TakeAll(pending);
  worker_pointers_.clear();
  workers_.clear();

  shares_ = std::vector<Share>(threads);
  many_blocks_ = threads > 1 && always_team_;
  DivideIntoBlocks();
  for (unsigned i = 0; i < threads; ++i) {
    workers_.push_back(std::make_unique<Worker>(layout_, window_));
    worker_pointers_.push_back(workers_.back().get());
  }
  for (const Event& event : pending) workers_.front()->Place(event);
  if (threads > 1) {
    team_ = std::make_unique<Team>(threads - 1, [this](unsigned worker) { RunShares(worker); });
  }
}

// Blocks are as many as wanted, within a factor of two, and as long as a power of two.  A rank may
// own one stretch of the LPs only, and that wants to be as many.
void Executor::DivideIntoBlocks() {
  const auto workers = static_cast<std::uint32_t>(shares_.size());
  const std::uint32_t stretches = ranks_ == nullptr ? 1 : ranks_->count();
  const std::uint32_t blocks =
      many_blocks_ ? std::min(workers * kBlocksPerWorker * stretches, Layout::kMostBlocks) : 1;
  const std::uint32_t last_lp = std::max(lp_count(), 1U) - 1;
  layout_.block_shift = 0;
  while ((last_lp >> layout_.block_shift) >= blocks) ++layout_.block_shift;
  layout_.blocks = (last_lp >> layout_.block_shift) + 1;
  homes_.clear();
  for (std::uint32_t i = 0; i <= workers; ++i) homes_.push_back(layout_.blocks * i / workers);
  unbalanced_windows_ = 0;
}

// Between two windows.
void Executor::Redivide(bool many) {
  many_blocks_ = many;
  std::vector<Event> pending;
  for (const auto& worker : workers_) worker->TakeAll(pending);
  DivideIntoBlocks();
  for (const auto& worker : workers_) worker->Redivide();
  for (const Event& event : pending) workers_.front()->Place(event);
}

// Moves the edges between homes to where the events of the last windows say.
void Executor::Balance() {
  std::uint64_t total = 0;
  std::vector<std::uint64_t>& events = workers_.front()->block_events();
  for (std::uint32_t block = 0; block < layout_.blocks; ++block) {
    for (std::size_t i = 1; i < workers_.size(); ++i) {
      events[block] += std::exchange(workers_[i]->block_events()[block], 0);
    }
    total += events[block];
  }
  std::uint64_t before = 0;
  std::size_t worker = 1;
  for (std::uint32_t block = 0; block < layout_.blocks; ++block) {
    // A block belongs to where the middle of its events lies.
    while (worker < workers_.size() &&
           (before + events[block] / 2) * workers_.size() >= total * worker) {
      homes_[worker++] = block;
    }
    before += events[block];
    events[block] /= 2;
  }
  for (; worker < workers_.size(); ++worker) homes_[worker] = layout_.blocks;
  unbalanced_windows_ = 0;
}

// --- running ---

RunReport Executor::Run(SimTime until, const RunOptions& options) {
  CNISIM_CHECK(options.threads > 0, "a run has a thread");
  CNISIM_CHECK(until >= now_, "a run goes on from where the last one ended");
  const auto begin = std::chrono::steady_clock::now();
  Freeze(options);
  layout_.verify = options.verify_channels ? &channels_ : nullptr;
  layout_.time_mask = Mask(options.digest.time);
  layout_.kind_mask = Mask(options.digest.kind);
  layout_.payload_mask = Mask(options.digest.payload);
  always_team_ = options.always_team;
  Arrange(options.threads);
  const std::vector<std::uint64_t> kinds_before = EventsByKind();
  for (const Event& event : outside_) {
    if (owns(event.target)) workers_.front()->Place(event);
  }
  outside_.clear();

  RunProfile profile;
  const std::uint64_t left_out_before = LeftOut();
  std::uint64_t windows = 0;
  const auto loop_begin = std::chrono::steady_clock::now();
  std::int64_t next = NextWindow(profile);
  bool worked_in_cut = false;
  for (;;) {
    if (next == Worker::kNever) break;
    const SimTime start = layout_.width * next;
    if (start >= until) break;
    window_.index = next;
    window_.start = start;
    window_.cut = until - start < layout_.width;
    window_.end = window_.cut ? until : start + layout_.width;
    for (const auto& worker : workers_) worker->DrainFar();
    const bool worked = RunWindow(profile);
    for (const auto& worker : workers_) worker->ReleaseSlot();
    next = NextWindow(profile);
    if (window_.cut) {  // what is left of this window waits for the next run
      worked_in_cut = worked;
      break;
    }
    ++windows;
    if (windows % 1024 == 0 && options.tell) options.tell(window_.end);
  }
  now_ = until;
  window_.index = std::max(window_.index, until / layout_.width);

  std::vector<std::uint64_t> kind_events = EventsByKind();
  for (std::size_t kind = 0; kind < kind_events.size(); ++kind) {
    kind_events[kind] -= kinds_before[kind];
  }
  if (ranks_ != nullptr) ShareReport(kind_events, worked_in_cut);
  RunReport report = Report(kind_events);
  report.windows = windows + (worked_in_cut ? 1 : 0);
  profile.ranks = ranks_ == nullptr ? 1 : ranks_->count();
  profile.threads = static_cast<unsigned>(workers_.size());
  profile.seconds = static_cast<double>(NanosSince(loop_begin)) / 1e9;
  profile.set_up_seconds = std::chrono::duration<double>(loop_begin - begin).count();
  for (const auto& worker : workers_) {
    profile.worker_events.push_back(worker->events());
    profile.bytes += worker->bytes();
  }
  profile.left_out = LeftOut() - left_out_before;
  profile.bytes += states_.size() * sizeof(LpState);
  report.profile = std::move(profile);
  return report;
}

// Index of the next window in which somebody has something to do, once everything that was sent
// is where it belongs.
std::int64_t Executor::NextWindow(RunProfile& profile) {
  std::int64_t next = Worker::kNever;
  for (const auto& worker : workers_) next = std::min(next, worker->NextWindow());
  if (ranks_ == nullptr) return next;
  const auto begin = std::chrono::steady_clock::now();
  Exchange(next);
  profile.exchange_seconds += static_cast<double>(NanosSince(begin)) / 1e9;
  return next;
}

void Executor::Exchange(std::int64_t& next) {
  const std::size_t luggage = luggage_ == nullptr ? 0 : luggage_->size();
  for (Ranks::Bytes& bytes : to_ranks_) bytes.clear();
  for (const auto& worker : workers_) {
    for (const Event& event : worker->outbox()) {
      next = std::min(next, event.time / layout_.width);
      Ranks::Bytes& bytes = to_ranks_[rank_of_[event.target.value()]];
      const std::size_t at = bytes.size();
      bytes.resize(at + sizeof event + luggage);
      std::memcpy(bytes.data() + at, &event, sizeof event);
      if (luggage != 0) luggage_->Pack(event, bytes.data() + at + sizeof event);
    }
    worker->ClearOutbox();
  }
  next = ranks_->Exchange(next, to_ranks_, from_ranks_);
  for (const Ranks::Bytes& bytes : from_ranks_) {
    CNISIM_CHECK(bytes.size() % (sizeof(Event) + luggage) == 0, "ranks send whole events");
    for (std::size_t at = 0; at < bytes.size(); at += sizeof(Event) + luggage) {
      Event event;
      std::memcpy(&event, bytes.data() + at, sizeof event);
      if (luggage != 0) luggage_->Unpack(event, bytes.data() + at + sizeof event);
      workers_.front()->Place(event);
    }
  }
}

// Was there anything to do?
bool Executor::RunWindow(RunProfile& profile) {
  std::uint32_t events = 0;
  for (const auto& worker : workers_) events += worker->SlotEvents();
  const std::uint64_t before = window_.cut ? HandledEvents() : 0;
  if (team_ != nullptr && !always_team_) {
    const TeamPolicy::Division division = policy_.Divide(events, many_blocks_);
    if (division != TeamPolicy::Division::kLeave) {
      Redivide(division == TeamPolicy::Division::kManyBlocks);
    }
  }
  if (many_blocks_ && (always_team_ || policy_.WantsTeam(events))) {
    RunTogether(events, profile);
  } else {
    RunAlone(events);
  }
  return !window_.cut || HandledEvents() != before;
}

std::uint64_t Executor::HandledEvents() const {
  std::uint64_t events = 0;
  for (const auto& worker : workers_) events += worker->events();
  return events;
}

void Executor::RunAlone(std::uint32_t events) {
  Worker& leader = *workers_.front();
  if (team_ == nullptr || !policy_.WantsTime()) {
    leader.RunBlocks(worker_pointers_, 0, layout_.blocks);
    return;
  }
  const auto begin = std::chrono::steady_clock::now();
  leader.RunBlocks(worker_pointers_, 0, layout_.blocks);
  policy_.Timed(events, NanosSince(begin));
}

void Executor::RunTogether(std::uint32_t events, RunProfile& profile) {
  const auto workers = static_cast<std::uint32_t>(workers_.size());
  for (std::uint32_t i = 0; i < workers; ++i) {
    shares_[i].next.store(homes_[i], std::memory_order_relaxed);
    shares_[i].end = homes_[i + 1];
  }
  team_->Open();
  if (always_team_) team_->AwaitHelper();
  RunShares(0);
  const std::int64_t waited = team_->Close();
  policy_.Waited(events, waited);
  if (++unbalanced_windows_ == kBalancePeriod) Balance();
  ++profile.team_windows;
  profile.wait_seconds += static_cast<double>(waited) / 1e9;
}

// Own blocks first, so that their LPs stay in this core's cache; then whatever others left.  Many
// at once in the beginning, which sorts better, one by one in the end.
void Executor::RunShares(unsigned worker) {
  const auto workers = static_cast<unsigned>(shares_.size());
  for (unsigned i = 0; i < workers; ++i) {
    Share& share = shares_[(worker + i) % workers];
    std::uint32_t first = share.next.load(std::memory_order_relaxed);
    while (first < share.end) {
      const std::uint32_t last = first + std::max((share.end - first) / 2, 1U);
      if (!share.next.compare_exchange_weak(first, last, std::memory_order_relaxed)) continue;
      workers_[worker]->RunBlocks(worker_pointers_, first, last);
      first = share.next.load(std::memory_order_relaxed);
    }
  }
}

// --- reporting ---

std::uint64_t Executor::LeftOut() const {
  std::uint64_t sum = 0;
  for (const auto& worker : workers_) sum += worker->left_out();
  return sum;
}

std::vector<std::uint64_t> Executor::EventsByKind() const {
  std::vector<std::uint64_t> events = earlier_kind_events_;
  for (const auto& worker : workers_) {
    for (std::size_t kind = 0; kind < events.size(); ++kind) {
      events[kind] += worker->kind_events()[kind];
    }
  }
  return events;
}

// Sums up what all ranks counted, and fetches the digests of their LPs.
void Executor::ShareReport(std::vector<std::uint64_t>& kind_events, bool& worked) {
  ByteWriter mine;
  mine.Put(worked);
  mine.PutAll(kind_events);
  for (std::uint32_t lp = 0; lp < lp_count(); ++lp) {
    if (owns(LpId(lp))) mine.Put(states_[lp].digest);
  }
  const std::vector<Ranks::Bytes> all = ranks_->Gather(mine.bytes());
  std::vector<ByteReader> readers(all.begin(), all.end());
  std::fill(kind_events.begin(), kind_events.end(), 0);
  for (ByteReader& reader : readers) {
    worked |= reader.Get<bool>();
    const auto theirs = reader.GetAll<std::uint64_t>();
    CNISIM_CHECK(theirs.size() == kind_events.size(), "all ranks build the same simulation");
    for (std::size_t kind = 0; kind < theirs.size(); ++kind) kind_events[kind] += theirs[kind];
  }
  for (std::uint32_t lp = 0; lp < lp_count(); ++lp) {
    states_[lp].digest = readers[rank_of_[lp]].Get<std::uint64_t>();
  }
}

RunReport Executor::Report(const std::vector<std::uint64_t>& kind_events) const {
  RunReport report;
  report.lookahead = layout_.width;
  Hasher digest;
  for (const LpState& state : states_) digest.Add(state.digest);
  report.digest = digest.digest();
  for (std::size_t kind = 0; kind < kinds_.size(); ++kind) {
    report.kinds.push_back({kinds_[kind], 0, kind_events[kind]});
    report.events += kind_events[kind];
  }
  for (const LpState& state : states_) ++report.kinds[state.kind].lps;
  return report;
}

}  // namespace cnisim::engine::internal
