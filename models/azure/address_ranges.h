#pragma once

/// @file
/// Which ranges a cluster may use for its pods and Services.

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "models/azure/limits.h"
#include "models/azure/refusal.h"
#include "models/net/cidr.h"

namespace cnisim::azure {

/// A range that AKS refuses because it meets one of Azure's own: "contains 172.30.0.0/16 and
/// 172.31.0.0/16", "lies in 169.254.0.0/16".
std::optional<std::string> RefusedReason(const net::Cidr& range, const Limits& limits);

/// A Service range: refused ranges, and not too large.
std::optional<Refusal> CheckServiceCidr(const net::Cidr& range, const Limits& limits);

/// The DNS address: inside a Service range and not its first address.
std::optional<Refusal> CheckDnsServiceIp(std::span<const net::Cidr> service_cidrs,
                                         const net::IpAddress& dns);

/// A pod range: refused ranges.
std::optional<Refusal> CheckPodCidr(const net::Cidr& range, const Limits& limits);

/// A larger pod range for a running overlay cluster: one that contains the old one, and no Windows
/// pool.
std::optional<Refusal> CheckPodCidrExpansion(const net::Cidr& old_range, const net::Cidr& new_range,
                                             bool windows);

struct NamedRange {
  std::string name;  ///< "subnet nodes", "--pod-cidr"
  net::Cidr range;
};

/// Every pair that overlaps: "--pod-cidr 10.224.0.0/16 overlaps subnet nodes 10.224.0.0/22".
std::vector<std::string> Overlaps(std::span<const NamedRange> ranges);

}  // namespace cnisim::azure
