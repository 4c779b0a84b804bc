#pragma once

/// @file
/// Service engines that write every element: nft commands, ipset and ipvsadm lines, entries of
/// Cilium's load balancer maps.  They know Services with addresses and endpoints on nodes and share
/// no arithmetic with models/service.  A line that is written twice is there once, as in a set.

#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "tests/property/service/rule_set_writer.h"

namespace cnisim::service {

/// Lines, each once.
class Lines {
 public:
  void Add(const std::string& line) { lines_.insert(line); }
  /// Lines that begin so.
  std::size_t Beginning(const std::string& prefix) const;
  std::size_t size() const { return lines_.size(); }

 private:
  std::set<std::string> lines_;
};

/// kube-proxy's nftables mode, as the commands of `nft -f`: "element MAP KEY", "chain NAME",
/// "rule CHAIN NUMBER TEXT", "inline CHAIN NUMBER" for each element of a chain's own map.
Lines WriteNftables(const std::vector<TestService>& services, const TestProxy& proxy);

/// kube-proxy's ipvs mode: "virtual ADDRESS", "real ADDRESS ENDPOINT", "address IP" on the dummy
/// device, and "SET MEMBER" for each ipset.
Lines WriteIpvs(const std::vector<TestService>& services,
                const std::vector<std::string>& node_addresses);

/// Cilium's maps: "frontend ADDRESS SCOPE", "slot ADDRESS SCOPE NUMBER", "backend ENDPOINT",
/// "range ADDRESS CIDR", "maglev ADDRESS SCOPE".
Lines WriteCiliumLb(const std::vector<TestService>& services,
                    const std::vector<std::string>& node_addresses, bool maglev);

}  // namespace cnisim::service
