#pragma once

/// @file
/// Messages that TCP sends in several trains, and bulk streams: the state of their two ends.

#include <cstdint>

#include "models/datapath/compiled_flow.h"
#include "models/workload/call.h"
#include "models/workload/tcp_sender.h"

namespace cnisim::workload {

/// The sending end.  Lives on the sender's host.
struct Transfer {
  TcpSender sender;
  Call prototype;             ///< what the records of its trains begin as
  std::uint64_t peer = 0;     ///< its connection, in ConnectionWindows
  std::uint32_t waiting = 0;  ///< segments that have not been sent
  std::uint32_t first = 0;    ///< segments of the first train, whose work its task has paid for
  std::uint32_t generator = kNone;  ///< of a stream: nothing but `sender` is used then
  std::uint32_t generation = 0;
  datapath::MessageKind kind = datapath::MessageKind::kRequest;
  bool keeps = true;   ///< the connection stays open
  bool armed = false;  ///< a timer event is on its way
};

/// What a receiver has to acknowledge.  Two segments are acknowledged at once, and so are the first
/// ones of a message and those that come out of turn; one waits for another or for the timer.
struct Acknowledger {
  static constexpr std::uint64_t kNothing = UINT64_MAX;

  std::uint64_t held = kNothing;  ///< CallHandle of the train that waits
  std::uint32_t quick = 0;        ///< segments that are still acknowledged at once
  std::uint32_t trains = 0;       ///< that came
  std::uint32_t expected = 0;     ///< 1 + the highest number of one that came
  std::uint32_t generation = 0;   ///< of the timer
};

/// The receiving end of a message in trains.  Lives on the receiver's host.
struct Reception {
  std::uint64_t message = 0;  ///< CallHandle
  std::uint32_t key = 0;
  std::uint32_t segments = 0;  ///< that have arrived
  bool forward = false;
  bool live = false;
  Acknowledger acknowledger;
};

}  // namespace cnisim::workload
