#include "models/workload/tcp_window.h"

#include <algorithm>

namespace cnisim::workload {

std::uint32_t TcpWindow::segments() const {
  const double window = std::min(congestion_, static_cast<double>(rules_.receive_window));
  return std::max(static_cast<std::uint32_t>(window), 1U);
}

void TcpWindow::Acknowledge(std::uint32_t segments, std::uint32_t in_flight, bool limited) {
  if (!limited && !(slow_start() && congestion_ < 2.0 * in_flight)) return;
  double left = segments;
  if (slow_start()) {
    const double step = std::min(left, threshold_ - congestion_);
    congestion_ += step;
    left -= step;
  }
  if (left > 0) congestion_ += left / congestion_;
}

// Half of the window, as Linux does: it is used, or it would not have grown.
void TcpWindow::Halve() {
  threshold_ = std::max(std::min<double>(congestion_, rules_.receive_window) / 2, 2.0);
  congestion_ = threshold_;
}

// RFC 5681, section 3.1: the threshold stays when what was sent again is lost again.
void TcpWindow::TimeOut() {
  const double threshold = threshold_;
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
  threshold_ = std::max(threshold_, congestion_ * 0.75);
  for (idle -= timeout; idle > SimTime() && congestion_ > rules_.initial_window; idle -= timeout) {
    congestion_ /= 2;
  }
  congestion_ = std::max<double>(congestion_, rules_.initial_window);
}

}  // namespace cnisim::workload
