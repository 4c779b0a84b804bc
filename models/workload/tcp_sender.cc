#include "models/workload/tcp_sender.h"

#include <algorithm>
#include <utility>

#include "sim/base/check.h"

namespace cnisim::workload {
namespace {

constexpr std::int32_t kDuplicates = 3;      // RFC 5681, section 3.2
constexpr std::uint32_t kWindowDivisor = 3;  // Linux, tcp_tso_win_divisor

}  // namespace

void TcpSender::Begin(const TcpWindow& window, std::uint32_t longest) {
  window_ = window;
  longest_ = std::max(longest, 1U);
  missing_.clear();
  lost_.clear();
  made_up_.clear();
  first_ = 0;
  next_ = 0;
  in_flight_ = 0;
  recovery_left_ = 0;
  limited_ = false;
  grows_ = true;
  at_once_ = false;
}

// Segments that may go now.  In fast recovery as many in proportion to what arrives as bring what
// is on its way down to half of the window (RFC 6937, and with it Linux, tcp_cwnd_reduction).
std::uint32_t TcpSender::Free() const {
  const std::uint32_t window = window_.segments();
  if (!in_fast_recovery()) return window > in_flight_ ? window - in_flight_ : 0;
  if (in_flight_ > window) {
    const std::uint64_t share = std::uint64_t{window} * prr_delivered_;
    const std::uint64_t due = (share + prior_window_ - 1) / prior_window_;
    return due > prr_out_ ? static_cast<std::uint32_t>(due - prr_out_) : 0;
  }
  const std::uint32_t behind = prr_delivered_ > prr_out_ ? prr_delivered_ - prr_out_ : 0;
  return std::min(window - in_flight_, std::max(behind, newly_delivered_) + 1);
}

std::uint32_t TcpSender::Room(SimTime now, std::uint64_t waiting) {
  const std::uint32_t window = window_.segments();
  const std::uint32_t free = Free();
  const auto train =
      static_cast<std::uint32_t>(std::min<std::uint64_t>(std::min(free, longest_), waiting));
  // When the oldest train left only lately, the next acknowledgement is far.
  const bool far = in_flight_ == 0 || now - At(first_).sent < window_.round_trip() / 2;
  const bool goes = train > 0 && (train == waiting || train == longest_ || far ||
                                  free * kWindowDivisor >= window);
  limited_ = window_.binds() && waiting > 0 && (!goes || (train < waiting && free < train * 2));
  return goes ? train : 0;
}

std::uint32_t TcpSender::Append(const Train& train) {
  if (next_ - first_ == ring_.size()) {
    std::vector<Train> larger(ring_.empty() ? 8 : 2 * ring_.size());
    for (std::uint32_t i = first_; i != next_; ++i) larger[i & (larger.size() - 1)] = At(i);
    ring_ = std::move(larger);
  }
  At(next_) = train;
  return next_++;
}

std::uint32_t TcpSender::Send(SimTime now, std::uint32_t record, std::uint32_t segments) {
  if (idle()) timer_from_ = now;
  window_.Touch(now);
  in_flight_ += segments;
  prr_out_ += segments;
  Train train;
  train.sent = now;
  train.order = next_order_++;
  train.record = record;
  train.segments = segments;
  return Append(train);
}

std::uint32_t TcpSender::Split(std::uint32_t train, std::uint32_t record, std::uint32_t segments) {
  CNISIM_CHECK(segments < At(train).segments, "a part is less than the whole");
  At(train).segments -= segments;
  Train part = At(train);
  part.record = record;
  part.segments = segments;
  if (part.old) ++recovery_left_;
  const std::uint32_t number = Append(part);
  if (part.state == State::kLost) lost_.push_back(number);
  return number;
}

// The train is done with: what is left may begin later.
void TcpSender::Settle(SimTime now, std::uint32_t train) {
  Train& arrived = At(train);
  arrived.state = State::kDone;
  if (arrived.old && --recovery_left_ == 0) grows_ = true;
  if (train != first_) return;
  timer_from_ = now;
  window_.Progress();
  while (first_ != next_ && At(first_).state == State::kDone) ++first_;
}

void TcpSender::SettleUnheard(SimTime now, std::uint32_t train) {
  in_flight_ -= At(train).segments;
  newly_delivered_ += At(train).segments;
  made_up_.push_back(At(train).record);
  Settle(now, train);
}

void TcpSender::Acknowledge(SimTime now, std::uint32_t train) {
  made_up_.clear();
  const Train arrived = At(train);
  CNISIM_CHECK(arrived.state == State::kInFlight, "what arrives was on its way");
  if (!arrived.resent) window_.Sample(now - arrived.sent);
  const std::uint32_t before = in_flight_;
  in_flight_ -= arrived.segments;
  newly_delivered_ = arrived.segments;
  if (grows_ && !BehindHole(train)) window_.Acknowledge(arrived.segments, before, limited_);
  Settle(now, train);
  if (!missing_.empty()) Judge(now, arrived);
  prr_delivered_ += newly_delivered_;
}

// Something older is missing: the acknowledgement repeats the last one, selectively, and the window
// does not grow by it (Linux, tcp_may_raise_cwnd).
bool TcpSender::BehindHole(std::uint32_t train) const {
  return std::any_of(missing_.begin(), missing_.end(), [&](std::uint32_t other) {
    return At(other).state == State::kMissing && other - first_ < train - first_;
  });
}

// What an arrival says about the trains that nothing was heard of.
void TcpSender::Judge(SimTime now, const Train& arrived) {
  std::size_t kept = 0;
  for (const std::uint32_t train : missing_) {
    Train& silent = At(train);
    if (silent.order <= arrived.order) {
      if (silent.state == State::kUnheard) {
        SettleUnheard(now, train);
        continue;
      }
      silent.evidence += static_cast<std::int32_t>(arrived.segments);
      if (silent.evidence >= kDuplicates) {
        if (recovery_left_ == 0) BeginRecovery();
        MarkLost(train);
        continue;
      }
    }
    missing_[kept++] = train;
  }
  missing_.resize(kept);
}

void TcpSender::BeginRecovery() {
  prior_window_ = window_.segments();
  prr_delivered_ = 0;
  prr_out_ = 0;
  window_.Halve();
  grows_ = false;
  at_once_ = true;
  MarkOld();
}

// A recovery lasts until everything is settled that is outstanding when it begins.
void TcpSender::MarkOld() {
  recovery_left_ = 0;
  for (std::uint32_t i = first_; i != next_; ++i) {
    At(i).old = At(i).state != State::kDone;
    if (At(i).old) ++recovery_left_;
  }
}

void TcpSender::MarkLost(std::uint32_t train) {
  Train& silent = At(train);
  in_flight_ -= silent.segments;
  silent.state = State::kLost;
  lost_.insert(std::upper_bound(lost_.begin(), lost_.end(), train), train);
}

void TcpSender::Lost(std::uint32_t train, std::uint32_t before) {
  Train& silent = At(train);
  CNISIM_CHECK(silent.state == State::kInFlight, "what is lost was on its way");
  silent.state = State::kMissing;
  silent.evidence = -static_cast<std::int32_t>(before);
  missing_.push_back(train);
}

void TcpSender::AcknowledgementLost(std::uint32_t train) {
  At(train).state = State::kUnheard;
  missing_.push_back(train);
}

std::optional<TcpSender::Repeat> TcpSender::NextRepeat() const {
  if (lost_.empty()) return std::nullopt;
  std::uint32_t free = Free();
  if (at_once_) free = std::max(free, 1U);
  if (free == 0) return std::nullopt;
  return Repeat{lost_.front(), std::min(free, At(lost_.front()).segments)};
}

void TcpSender::SendAgain(SimTime now, std::uint32_t train) {
  Train& again = At(train);
  CNISIM_CHECK(again.state == State::kLost, "what is sent again was lost");
  std::erase(lost_, train);
  at_once_ = false;
  again.state = State::kInFlight;
  again.resent = true;
  again.sent = now;
  again.order = next_order_++;
  in_flight_ += again.segments;
  prr_out_ += again.segments;
  timer_from_ = now;
  window_.Touch(now);
}

SimTime TcpSender::timer() const {
  return missing_.empty() ? SimTime::Max() : timer_from_ + window_.timeout();
}

void TcpSender::TimeOut(SimTime now) {
  made_up_.clear();
  window_.TimeOut();
  grows_ = true;
  at_once_ = false;
  MarkOld();
  for (const std::uint32_t train : missing_) {
    if (At(train).state == State::kUnheard) {
      SettleUnheard(now, train);
    } else {
      MarkLost(train);
    }
  }
  missing_.clear();
}

}  // namespace cnisim::workload
