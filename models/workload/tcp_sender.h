#pragma once

/// @file
/// The sending end of a TCP byte stream, cut into segment trains: what may go out, what is on its
/// way, what has to be sent again and when.  Pure book-keeping: the host that owns it makes the
/// events.
///
/// A train is what the kernel handles as one (GSO): some segments of one stream.  Each train is
/// acknowledged by itself, as selective acknowledgements do.  The simulation tells the sender at
/// once what was lost (Lost); the sender acts when a real one would know: when three segments that
/// were sent later have arrived (RFC 6675; in order of transmission, as RACK has it, so
/// retransmissions count too), or when the timer runs out (RFC 6298).  Reordering is never taken
/// for a loss.

#include <cstdint>
#include <optional>
#include <vector>

#include "models/workload/tcp_window.h"
#include "sim/base/units.h"

namespace cnisim::workload {

class TcpSender {
 public:
  TcpSender() : TcpSender(TcpWindow({}), 1) {}
  /// @param longest  segments of the longest train
  TcpSender(const TcpWindow& window, std::uint32_t longest) { Begin(window, longest); }
  /// Starts over with nothing on its way; keeps its memory.
  void Begin(const TcpWindow& window, std::uint32_t longest);

  /// Segments of the next train when `waiting` are left to be sent; 0: wait for acknowledgements.
  /// A train that is neither the longest nor the last waits until a third of the window is free, if
  /// an acknowledgement is to come within half a round trip (Linux, tcp_tso_should_defer).
  std::uint32_t Room(SimTime now, std::uint64_t waiting);
  /// A new train leaves.  @returns its number
  /// @param record  of the caller, found again by record()
  std::uint32_t Send(SimTime now, std::uint32_t record, std::uint32_t segments);
  /// Cuts `segments` off an outstanding train that has more: a train of their own, in the same
  /// state.  @returns its number
  std::uint32_t Split(std::uint32_t train, std::uint32_t record, std::uint32_t segments);

  /// A train arrived, and the sender knows.  What arrived before it, and whose acknowledgement was
  /// lost, is settled with it: made_up() has the records until the next call.
  void Acknowledge(SimTime now, std::uint32_t train);
  const std::vector<std::uint32_t>& made_up() const { return made_up_; }
  /// A train, or what was cut off it, is lost.  @param before  segments of the transmission that
  /// arrived, but left before the lost one: they say nothing about it
  void Lost(std::uint32_t train, std::uint32_t before = 0);
  /// A train arrived, but its acknowledgement is lost: the next one makes up for it.
  void AcknowledgementLost(std::uint32_t train);

  struct Repeat {
    std::uint32_t train = 0;
    std::uint32_t segments = 0;  ///< of it that may go now; if not all, Split() first
  };
  /// The first train that is known to be lost and may be sent again.
  std::optional<Repeat> NextRepeat() const;
  void SendAgain(SimTime now, std::uint32_t train);

  /// When the timer runs out if nothing is heard; SimTime::Max(): something will be.
  SimTime timer() const;
  /// It ran out: everything lost goes out again, beginning with one segment.  What had arrived
  /// unheard is settled, as the receiver's answer to a retransmission would do; see made_up().
  /// @pre now >= timer()
  void TimeOut(SimTime now);

  /// Nothing is on its way.
  bool idle() const { return first_ == next_; }
  bool recovering() const { return recovery_left_ > 0; }
  std::uint32_t in_flight() const { return in_flight_; }  ///< segments
  std::uint32_t record(std::uint32_t train) const { return At(train).record; }
  std::uint32_t segments(std::uint32_t train) const { return At(train).segments; }
  TcpWindow& window() { return window_; }
  const TcpWindow& window() const { return window_; }

 private:
  enum class State : std::uint8_t {
    kInFlight,
    kMissing,  // lost, but a real sender does not know yet
    kUnheard,  // arrived, but the acknowledgement is lost
    kLost,     // to be sent again
    kDone,
  };
  struct Train {
    SimTime sent;
    std::uint64_t order = 0;  // of its last transmission, among all
    std::uint32_t record = 0;
    std::uint32_t segments = 0;
    std::int32_t evidence = 0;  // segments that were sent later and have arrived
    State state = State::kInFlight;
    bool resent = false;
    bool old = false;  // was outstanding when the present recovery began
  };

  Train& At(std::uint32_t train) { return ring_[train & (ring_.size() - 1)]; }
  const Train& At(std::uint32_t train) const { return ring_[train & (ring_.size() - 1)]; }
  std::uint32_t Append(const Train& train);
  void Settle(SimTime now, std::uint32_t train);
  void SettleUnheard(SimTime now, std::uint32_t train);
  bool in_fast_recovery() const { return !grows_; }
  std::uint32_t Free() const;
  bool BehindHole(std::uint32_t train) const;
  void Judge(SimTime now, const Train& arrived);
  void MarkLost(std::uint32_t train);
  void BeginRecovery();
  void MarkOld();

  TcpWindow window_{TcpRules{}};
  std::vector<Train> ring_;             // a power of two long; numbers first_ to next_ - 1 are live
  std::vector<std::uint32_t> missing_;  // trains kMissing or kUnheard
  std::vector<std::uint32_t> lost_;     // trains kLost, oldest first
  std::vector<std::uint32_t> made_up_;  // records
  std::uint32_t first_ = 0;
  std::uint32_t next_ = 0;
  std::uint32_t longest_ = 1;
  std::uint32_t in_flight_ = 0;
  std::uint32_t recovery_left_ = 0;  // outstanding trains that are `old`

  // Segments of fast recovery, as RFC 6937 names them.
  std::uint32_t prior_window_ = 1;
  std::uint32_t prr_delivered_ = 0;
  std::uint32_t prr_out_ = 0;
  std::uint32_t newly_delivered_ = 0;  // by the last acknowledgement
  std::uint64_t next_order_ = 0;
  SimTime timer_from_;
  bool limited_ = false;  // the congestion window is in the way
  bool grows_ = true;     // not in fast recovery
  bool at_once_ = false;  // the first retransmission of a recovery does not ask the window
};

}  // namespace cnisim::workload
