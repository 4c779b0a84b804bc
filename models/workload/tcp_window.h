#pragma once

/// @file
/// How much a TCP sender may have on its way: the congestion window, in segments.
///
/// Slow start and congestion avoidance of RFC 5681, counted by acknowledged segments as Linux does
/// (so delayed acknowledgements do not slow the growth down); halved once for each loss episode;
/// one segment after a timeout; back to the initial window after idleness (Linux,
/// tcp_cwnd_restart).  The retransmission timeout is that of RFC 6298.  A value, without events:
/// the same object serves the messages of requests and answers, and bulk streams.

#include <cstdint>

#include "sim/base/units.h"

namespace cnisim::workload {

struct TcpRules {
  std::uint32_t initial_window = 10;  ///< segments
  std::uint32_t receive_window = 1;   ///< segments: most that the receiver takes
  SimTime least_timeout;              ///< of a retransmission, and before the first measurement
  SimTime most_timeout;
};

class TcpWindow {
 public:
  explicit TcpWindow(const TcpRules& rules) : rules_(rules), congestion_(rules.initial_window) {}

  /// Segments that may be on their way: at least 1.
  std::uint32_t segments() const;
  std::uint32_t congestion() const { return congestion_; }  ///< segments
  std::uint32_t threshold() const { return threshold_; }    ///< segments; slow start ends there
  bool slow_start() const { return congestion_ < threshold_; }
  /// The window binds before the receiver does.
  bool binds() const { return congestion_ < rules_.receive_window; }

  /// `segments` arrived, of `in_flight` with them.  The window grows if it was in the way
  /// (`limited`), or if slow start used more than half of it.
  void Acknowledge(std::uint32_t segments, std::uint32_t in_flight, bool limited);
  /// Duplicate acknowledgements told of a loss.
  void Halve();
  /// The retransmission timer ran out.
  void TimeOut();

  /// A round trip of a segment that was sent once.
  void Sample(SimTime round_trip);
  /// Something new was acknowledged: the timer is no longer backed off.
  void Progress() { backoff_ = 0; }
  SimTime timeout() const;
  SimTime round_trip() const { return smoothed_; }  ///< smoothed; 0 = not measured

  /// When the connection last sent.
  void Touch(SimTime now) { last_sent_ = now; }
  /// The connection sends again: the window halves for every timeout that it was idle, down to the
  /// initial window.
  void Resume(SimTime now);

 private:
  void Avoid(std::uint32_t segments);

  TcpRules rules_;
  std::uint32_t congestion_;
  std::uint32_t credits_ = 0;             // acknowledged since congestion avoidance last grew it
  std::uint32_t threshold_ = UINT32_MAX;  // slow start has no end but a loss
  SimTime smoothed_;
  SimTime variation_;
  SimTime last_sent_;
  std::uint32_t backoff_ = 0;
};

}  // namespace cnisim::workload
