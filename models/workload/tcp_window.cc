#include "models/workload/tcp_window.h"

#include <algorithm>

namespace cnisim::workload {

std::uint32_t TcpWindow::segments() const {
  return std::max(std::min(congestion_, rules_.receive_window), 1U);
}

void TcpWindow::Acknowledge(std::uint32_t segments, std::uint32_t in_flight, bool limited) {
  if (!limited && !(slow_start() && congestion_ < 2 * in_flight)) return;
  if (slow_start()) {
    const std::uint32_t step = std::min(segments, threshold_ - congestion_);
    congestion_ += step;
    segments -= step;
  }
  if (segments > 0) Avoid(segments);
}

// Congestion avoidance, by whole segments as Linux does it (tcp_cong_avoid_ai): what a wider
// window has left of a step makes one at most.
void TcpWindow::Avoid(std::uint32_t segments) {
  if (credits_ >= congestion_) {
    credits_ = 0;
    ++congestion_;
  }
  credits_ += segments;
  if (credits_ >= congestion_) {
    const std::uint32_t steps = credits_ / congestion_;
    credits_ -= steps * congestion_;
    congestion_ += steps;
  }
}

// Half of the window, as Linux does: it is used, or it would not have grown.
void TcpWindow::Halve() {
  threshold_ = std::max(std::min(congestion_, rules_.receive_window) / 2, 2U);
  congestion_ = threshold_;
  credits_ = 0;
}

// RFC 5681, section 3.1: the threshold stays when what was sent again is lost again.
void TcpWindow::TimeOut() {
  const std::uint32_t threshold = threshold_;
  Halve();
  if (backoff_ > 0) threshold_ = threshold;
  congestion_ = 1;
  ++backoff_;
}

void TcpWindow::Sample(SimTime round_trip) {
  if (smoothed_ == SimTime()) {
    smoothed_ = round_trip;
    variation_ = round_trip / 2;
    return;
  }
  const SimTime error = smoothed_ > round_trip ? smoothed_ - round_trip : round_trip - smoothed_;
  variation_ += (error - variation_) / 4;
  smoothed_ += (round_trip - smoothed_) / 8;
}

SimTime TcpWindow::timeout() const {
  SimTime timeout = std::max(smoothed_ + variation_ * 4, rules_.least_timeout);
  for (std::uint32_t i = 0; i < backoff_ && timeout < rules_.most_timeout; ++i) {
    timeout = timeout * 2;
  }
  return std::min(timeout, rules_.most_timeout);
}

void TcpWindow::Resume(SimTime now) {
  SimTime idle = now - last_sent_;
  const SimTime timeout = this->timeout();
  last_sent_ = now;
  if (idle <= timeout || congestion_ <= rules_.initial_window) return;
  threshold_ = std::max(threshold_, congestion_ - congestion_ / 4);
  for (idle -= timeout; idle > SimTime() && congestion_ > rules_.initial_window; idle -= timeout) {
    congestion_ /= 2;
  }
  congestion_ = std::max(congestion_, rules_.initial_window);
}

}  // namespace cnisim::workload
