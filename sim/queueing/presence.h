#pragma once

/// @file
/// Accounts that two laws are checked with, as identities in whole nanoseconds:
///
/// - Little's law: the time integral of the number of customers in a system is the sum of the times
///   that those who left have spent there, and of the ages of those who are still there.
/// - The utilisation law: a server that never idles while somebody is there works as long as
///   anybody is there.
///
/// Each side of an identity is counted by another hand: numbers against time stamps, what customers
/// were told against the server's own busy time.  So a customer who is lost, let go twice or told
/// a wrong departure shows.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/base/units.h"

namespace cnisim::queueing {

/// Little's law of a system whose customers are seen when they come and when they go.
class PresenceAccount {
 public:
  void Enter(SimTime now) {
    Move(now);
    ++present_;
  }
  /// @param entered  when this customer came, by its own record
  void Leave(SimTime entered, SimTime now) {
    Move(now);
    --present_;
    stayed_ += now - entered;
  }

  std::int64_t present() const { return present_; }
  /// Customers times time up to `now`.
  SimTime Integral(SimTime now) const { return integral_ + (now - since_) * present_; }

  /// @param present  customers that are found there
  /// @param ages     sum of the times since they came
  bool Balances(SimTime now, std::int64_t present, SimTime ages) const {
    return present == present_ && Integral(now) == stayed_ + ages;
  }

 private:
  void Move(SimTime now) {
    integral_ += (now - since_) * present_;
    since_ = now;
  }

  std::int64_t present_ = 0;
  SimTime since_;     // last change of present_
  SimTime integral_;  // up to then
  SimTime stayed_;    // of those who left
};

/// The utilisation law of one FIFO server that tells each customer its departure on arrival.
class ServiceAccount {
 public:
  /// A customer came at `now` and leaves at `departure`.
  void Serve(SimTime now, SimTime departure) {
    if (now >= last_) {
      busy_ += last_ - begin_;
      begin_ = now;
      ++periods_;
    }
    in_order_ = in_order_ && departure >= last_ && departure >= now;
    last_ = departure;
  }

  /// How long somebody was there up to `now`.  @pre now is not before the last arrival
  SimTime Busy(SimTime now) const { return busy_ + std::min(last_, now) - begin_; }

  /// @param busy   what the server says
  /// @param slack  by how much departures may prolong a busy period, for a server that rounds up
  bool Balances(SimTime now, SimTime busy, SimTime slack = SimTime()) const {
    const SimTime more = Busy(now) - busy;
    return in_order_ && more >= SimTime() && more <= slack * periods_;
  }

 private:
  SimTime busy_;   // of the busy periods before this one
  SimTime begin_;  // of this one
  SimTime last_;   // departure
  std::int64_t periods_ = 0;
  bool in_order_ = true;
};

/// The utilisation law of several equal servers: as many work as there are customers, at most all.
class MultiServiceAccount {
 public:
  /// @param servers  > 0
  explicit MultiServiceAccount(std::size_t servers) : servers_(servers) {}

  void Serve(SimTime now, SimTime departure);
  /// All servers together.  @pre now is not before the last arrival
  SimTime Busy(SimTime now);
  bool Balances(SimTime now, SimTime busy) { return Busy(now) == busy; }

 private:
  void Count(SimTime until);

  std::size_t servers_;
  SimTime busy_;  // up to until_
  SimTime until_;
  std::vector<SimTime> departures_;  // binary heap, earliest first: who is there
};

}  // namespace cnisim::queueing
