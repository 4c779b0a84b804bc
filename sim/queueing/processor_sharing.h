#pragma once

/// @file
/// A server that divides itself equally among all customers present: a proxy worker or a run
/// queue whose time slices are short against the work.
///
/// No departure is known before it happens, because every arrival slows the others down; so the
/// LP follows the next one with a self-event:
///
///     const Due due = sharing.Accept(now, request, demand);
///     turn.Schedule(due.at, kShareDue, due.generation);
///     ...
///     case kShareDue:
///       if (const auto done = sharing.Complete(now, event->payload)) {
///         ... done->customer leaves ...
///         if (done->next) turn.Schedule(done->next->at, kShareDue, done->next->generation);
///       }
///
/// Arithmetic is in integers, with 2^-16 ns of attained service, and conserves work: a departure is
/// the exact one, rounded up once, to 2^-16 ns a customer of the busy period, if departures are
/// handled before arrivals of the same time.  Nothing depends on a schedule.  Thread safety: none.
/// Nothing allocates after warm-up.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "sim/base/units.h"

namespace cnisim::queueing {

class ProcessorSharing {
 public:
  /// When somebody leaves next, if nobody comes before.  A later one replaces it: pass its
  /// generation to Complete(), which ignores those that were replaced.
  struct Due {
    SimTime at;
    std::uint64_t generation = 0;
  };
  struct Done {
    std::uint64_t customer = 0;
    std::optional<Due> next;  ///< nullopt: nobody is left
  };

  /// A customer comes who needs `demand` of the whole server.  O(log customers present).
  /// @pre now is not before the last call's, demand >= 0
  Due Accept(SimTime now, std::uint64_t customer, SimTime demand);

  /// Who leaves at `now`; nullopt if this due time was replaced by another.
  std::optional<Done> Complete(SimTime now, std::uint64_t generation);

  std::size_t Length() const { return present_.size(); }
  /// How long the server was busy up to `now`.
  SimTime BusyTime(SimTime now) const;
  std::uint64_t accepted() const { return accepted_; }

 private:
  // Leaves when the service attained by everyone reaches `tag`; earlier arrivals first.
  struct Customer {
    std::int64_t tag;
    std::uint64_t number;
    std::uint64_t customer;
    bool operator>(const Customer& other) const {
      return tag != other.tag ? tag > other.tag : number > other.number;
    }
  };

  void Advance(SimTime now);
  Due NextDue();

  std::vector<Customer> present_;  // heap, next to leave first
  std::int64_t attained_ = 0;      // by everyone present, in 2^-16 ns; 0 again when idle
  std::int64_t remainder_ = 0;     // of the division by the number present: work yet to be shared
  SimTime at_;                     // time of attained_
  SimTime busy_;                   // up to at_
  SimTime due_;
  std::uint64_t generation_ = 0;
  std::uint64_t accepted_ = 0;
};

}  // namespace cnisim::queueing
