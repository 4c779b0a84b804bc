#pragma once

/// @file
/// Congestion windows of a host's open connections, between the messages that need them.  A
/// connection carries one message at a time; when all that lead to a peer are busy, the client
/// opens another, which starts with the initial window.

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "models/workload/tcp_window.h"

namespace cnisim::workload {

class ConnectionWindows {
 public:
  /// The window of the connection that was used last of those that `peer` names and that are not in
  /// use, after its idle time; a fresh one if there is none.
  TcpWindow Take(std::uint64_t peer, SimTime now, const TcpRules& rules) {
    std::vector<TcpWindow>& open = open_[peer];
    if (open.empty()) return TcpWindow(rules);
    TcpWindow window = open.back();
    open.pop_back();
    window.Resume(now);
    return window;
  }
  void Keep(std::uint64_t peer, const TcpWindow& window) { open_[peer].push_back(window); }

 private:
  std::unordered_map<std::uint64_t, std::vector<TcpWindow>> open_;  // never walked
};

}  // namespace cnisim::workload
