#include "models/azure/address_ranges.h"

#include <algorithm>

#include <fmt/format.h>

namespace cnisim::azure {
namespace {

std::string AndList(const std::vector<std::string>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? " and " : ", ";
    text += words[i];
  }
  return text;
}

}  // namespace

std::optional<std::string> RefusedReason(const net::Cidr& range, const Limits& limits) {
  std::vector<std::string> inside;
  for (const net::Cidr& refused : limits.refused_ranges()) {
    if (refused.Contains(range)) return "lies in " + refused.ToString();
    if (range.Contains(refused)) inside.push_back(refused.ToString());
  }
  if (inside.empty()) return std::nullopt;
  return "contains " + AndList(inside);
}

std::optional<Refusal> CheckServiceCidr(const net::Cidr& range, const Limits& limits) {
  if (const std::optional<std::string> reason = RefusedReason(range, limits)) {
    return Refusal{"", fmt::format("{} {}", range.ToString(), *reason)};
  }
  const bool v4 = range.family() == net::IpFamily::kIpv4;
  const std::int64_t shortest =
      limits[v4 ? LimitId::kServiceCidrShortestPrefix : LimitId::kServiceCidrShortestPrefixV6];
  if (range.length() >= shortest) return std::nullopt;
  return Refusal{"", fmt::format("must be smaller than /{}", shortest - 1)};
}

std::optional<Refusal> CheckDnsServiceIp(std::span<const net::Cidr> service_cidrs,
                                         const net::IpAddress& dns) {
  const auto inside = std::find_if(service_cidrs.begin(), service_cidrs.end(),
                                   [&](const net::Cidr& range) { return range.Contains(dns); });
  if (inside == service_cidrs.end()) {
    const std::string ranges = service_cidrs.empty() ? "" : service_cidrs[0].ToString();
    return Refusal{"DnsServiceIpOutOfServiceCidr",
                   fmt::format("The specified DNS service IP {} is outside of the service CIDR {}.",
                               dns.ToString(), ranges)};
  }
  const std::optional<net::IpAddress> first = inside->base().Plus(1);
  if (dns == inside->base() || dns == first) {
    return Refusal{"", "first address serves kubernetes.default"};
  }
  return std::nullopt;
}

std::optional<Refusal> CheckPodCidr(const net::Cidr& range, const Limits& limits) {
  const std::optional<std::string> reason = RefusedReason(range, limits);
  if (!reason) return std::nullopt;
  return Refusal{"", fmt::format("{} {}", range.ToString(), *reason)};
}

std::optional<Refusal> CheckPodCidrExpansion(const net::Cidr& old_range, const net::Cidr& new_range,
                                             bool windows) {
  if (windows) return Refusal{"", "a cluster with Windows pools cannot change its pod range"};
  if (!new_range.Contains(old_range)) {
    return Refusal{"", fmt::format("{} does not contain the pod range {}", new_range.ToString(),
                                   old_range.ToString())};
  }
  return std::nullopt;
}

std::vector<std::string> Overlaps(std::span<const NamedRange> ranges) {
  std::vector<std::string> found;
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (!ranges[i].range.Overlaps(ranges[j].range)) continue;
      found.push_back(fmt::format("{} {} overlaps {} {}", ranges[i].name,
                                  ranges[i].range.ToString(), ranges[j].name,
                                  ranges[j].range.ToString()));
    }
  }
  return found;
}

}  // namespace cnisim::azure
