#pragma once

/// @file
/// One bulk TCP connection between two machines: the sender's link has a finite drop-tail queue,
/// the way back is as fast and never full.  What both programs are asked, and what they answer.

#include <cstdint>
#include <cstdio>

#include "tests/bench/peers/peer.h"

namespace cnisim::peers {

struct TcpBulk {
  std::uint32_t mbps;      ///< of the link
  std::uint32_t delay_us;  ///< one way
  std::uint32_t queue;     ///< packets that wait, beside the one that is sent
  std::uint32_t seconds;   ///< measured, after the warm-up
  std::uint32_t warm_up;   ///< seconds
  std::uint32_t seed;

  explicit TcpBulk(const Flags& flags)
      : mbps(static_cast<std::uint32_t>(flags.Number("mbps", 100))),
        delay_us(static_cast<std::uint32_t>(flags.Number("delay_us", 5000))),
        queue(static_cast<std::uint32_t>(flags.Number("queue", 50))),
        seconds(static_cast<std::uint32_t>(flags.Number("seconds", 100))),
        warm_up(static_cast<std::uint32_t>(flags.Number("warm_up", 20))),
        seed(static_cast<std::uint32_t>(flags.Number("seed", 1))) {}
};

inline constexpr std::uint32_t kBulkMss = 1448;
inline constexpr std::uint32_t kBulkHeaders = 54;       // IPv4, TCP with time stamps, PPP
inline constexpr std::uint32_t kBulkBuffer = 3u << 20;  // of sender and receiver, bytes

inline void ReportBulk(const char* program, double megabits, double loss, double round_trip_us) {
  std::printf("{\"program\":\"%s\",\"mbps\":%.4f,\"loss\":%.8f,\"round_trip_us\":%.2f}\n", program,
              megabits, loss, round_trip_us);
  std::fflush(stdout);
}

}  // namespace cnisim::peers
