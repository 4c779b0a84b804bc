#pragma once

/// @file
/// Processes that run one simulation together: every rank builds the whole simulation and runs
/// the logical processes that it owns.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "sim/engine/event.h"

namespace cnisim::engine {

/// What ranks say to each other.  All of them make the same calls in the same order.
///
/// Thread safety: none; the thread that connected makes the calls.
class Ranks {
 public:
  using Bytes = std::vector<std::byte>;

  Ranks() = default;
  Ranks(const Ranks&) = delete;
  Ranks& operator=(const Ranks&) = delete;
  virtual ~Ranks() = default;

  virtual unsigned rank() const = 0;   ///< this process's number, from 0
  virtual unsigned count() const = 0;  ///< of ranks

  /// One round: to[r] goes to rank r, and from[r] becomes what rank r has for this one.  Returns
  /// the least `bound` of all ranks.  @pre to[rank()] is empty; both have count() entries
  virtual std::int64_t Exchange(std::int64_t bound, std::span<const Bytes> to,
                                std::span<Bytes> from) = 0;

  /// [rank]: what each of them has to say.
  virtual std::vector<Bytes> Gather(const Bytes& mine) = 0;
};

/// A record that some events name by their payload, and that has to travel with them where sender
/// and target share no memory.  It belongs to whoever handles the event.
///
/// Thread safety: called between windows, one call at a time.
class Luggage {
 public:
  virtual ~Luggage() = default;
  virtual std::size_t size() const = 0;  ///< in bytes, the same for all events
  virtual void Pack(const Event& event, std::byte* to) = 0;
  virtual void Unpack(const Event& event, const std::byte* from) = 0;
};

/// The ranks that this process was started with by an MPI launcher; nullptr if it was started
/// alone, or the program was built without MPI.  Called once, first thing in main(); the arguments
/// may change.  The object ends MPI with itself.
std::unique_ptr<Ranks> ConnectRanks(int& argc, char**& argv);

/// Was the program built with MPI?
bool BuiltWithMpi();

}  // namespace cnisim::engine
