#pragma once

/// @file
/// Figures about Azure, AKS and the network plugins (models/catalog/limits), each with its source
/// and, where sources contradict each other, the values that were not chosen.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "models/document/catalog_files.h"
#include "models/document/diagnostics.h"
#include "models/net/cidr.h"

namespace cnisim::azure {

/// A figure; the name in the catalog is the same in lower case, "vnet.private_addresses".
enum class LimitId : std::uint8_t {
  kSubnetReservedFirst,
  kSubnetReservedLast,
  kVnetPrivateAddresses,
  kVnetSubnets,
  kNicIpConfigurations,
  kRouteTableRoutes,
  kNodeMaxPodsLeast,
  kNodeMaxPodsMost,
  kPoolPodsLeast,
  kPoolNodes,
  kClusterPools,
  kClusterNodes,
  kOverlayPods,
  kSurgeDefaultPercent,
  kPrivateEndpointAddresses,
  kApiserverSubnetLongestPrefix,
  kApiserverSubnetAddresses,
  kServiceCidrShortestPrefix,
  kServiceCidrShortestPrefixV6,
  kAdmissionCountsNode,
  kDefaultMaxPodsNodeSubnet,
  kDefaultMaxPodsPodSubnet,
  kDefaultMaxPodsOverlay,
  kDefaultMaxPodsKubenet,
  kDefaultMaxPodsByocni,
  kNodeSubnetHostNetworkPods,
  kOverlayBlockLength,
  kOverlayBlockLengthV6,
  kOverlayReservedFirst,
  kOverlayReservedLast,
  kOverlayReservedFirstWindows,
  kOverlayReservedLastWindows,
  kKubenetBlockLength,
  kKubenetBlockLengthV6,
  kKubenetReservedFirst,
  kKubenetReservedLast,
  kStaticBlockLength,
  kStaticBlockKeptPerNode,
  kCnsBatch,
  kCnsRequestPercent,
  kCnsReleasePercent,
  kCnsMostAddresses,
  kCnsPrimaryAddresses,
  kCnsMonitorTick,
  kCnsMonitorV2Tick,
  kCnsHostPoll,
  kCnsControlPlaneDelay,
  kCnsPartialGrant,
  kClusterPoolBlockLength,
  kClusterPoolBlockLengthV6,
  kClusterPoolReservedFirst,
  kClusterPoolReservedLast,
  kClusterPoolKeptPerNode,
  kCalicoBlockLength,
  kCalicoBlockLengthV6,
  kCalicoBlocksPerNode,
  kCalicoKeptPerNode,
  kFlannelBlockLength,
  kFlannelBlockLengthV6,
  kFlannelFirstBlock,
  kFlannelReservedFirst,
  kFlannelReservedLast,
  kLbPortsPerIp,
  kLbPortMultiple,
  kLbPortsPerRule,
  kLbOutboundIps,
  kLbRulesPerNic,
  kLbBackendIpConfigurations,
  kLbServices,
  kLbReleaseAfterFin,
  kLbReleaseAfterRst,
  kLbIdle,
  kNatPortsPerIp,
  kNatIps,
  kNatConnectionsPerDestination,
  kNatReuseAfterFin,
  kNatReuseAfterRst,
  kNatReuseHalfOpen,
  kNatConnections,
  kKubeReservedMemoryPerPod,
  kKubeReservedMemoryBase,
  kKubeReservedMemoryPercent,
  kKubeReservedEviction,
  kConntrackEntriesPerMib,
  kConntrackLeast,
  kConntrackMost,
  kNodeProvision,
  kNodeReimage,
  kNodeDrain,
  kNodeDelete,
  kNodeSoak,
  kPodStart,
  kPodStop,
  kPodRetry,
  kRolloutMaxSurgePercent,
  kNatIdleLeast,
  kNatIdleMost,
  kKubenetRetires,
  kCnsExhaustedBatch,
  kCnsExhaustedRequestPercent,
  kCnsExhaustedReleasePercent,
  kNetworkWholePacket,
  kCiliumLbMap,
  kCalicoNatFrontends,
  kCalicoNatBackends,
  kIpsetMembers,
};

/// A figure that depends on a number: ports by nodes, millicores by cores.
enum class LimitTableId : std::uint8_t { kLbDefaultPorts, kKubeReservedCpu };

struct LimitAlternative {
  std::int64_t value = 0;
  std::string source;
  std::string why;
};

/// One entry of the catalog as it stands there.
struct LimitRecord {
  std::string id;
  std::optional<std::int64_t> value;
  std::vector<std::pair<std::int64_t, std::int64_t>> table;  ///< (up to, value), ascending
  std::vector<std::string> values;                           ///< ranges and addresses
  std::string by;                                            ///< of a table: "nodes"
  std::string unit;
  std::string meaning;
  std::string status;  ///< documented, source, inferred, thread, assumed
  std::string source;
  std::vector<LimitAlternative> alternatives;
  document::SourceLocation where;
  bool changed = false;  ///< the user's value (Limits::Set)
};

/// Fixed after loading; safe to read from several threads.
class Limits {
 public:
  /// Reads limits/*.yaml.  Every figure that the program uses must be there; one that it does not
  /// know is an error, since it would change nothing.
  static Limits Load(const document::CatalogFiles& catalog, document::Diagnostics& diagnostics);

  std::int64_t operator[](LimitId id) const { return values_[static_cast<std::size_t>(id)]; }
  /// The value of the first row that reaches `key`; nothing past the last row.
  std::optional<std::int64_t> Lookup(LimitTableId id, std::int64_t key) const;

  const std::vector<net::Cidr>& refused_ranges() const { return refused_ranges_; }
  const std::vector<net::Cidr>& default_pod_cidrs() const { return default_pod_cidrs_; }
  net::Cidr default_service_cidr() const { return default_service_cidr_; }
  net::IpAddress default_dns_service_ip() const { return default_dns_service_ip_; }

  /// Replaces a value, for example by one of its alternatives.  What is wrong with `assignment`
  /// ("ID=VALUE"), or nothing.
  std::optional<std::string> Set(std::string_view assignment);

  /// Everything, in the order of the catalog, for listings.
  const std::vector<LimitRecord>& records() const { return records_; }
  const LimitRecord* Find(std::string_view id) const;

 private:
  void Take(const LimitRecord& record, document::Diagnostics& diagnostics);
  std::vector<net::Cidr> Ranges(std::string_view id, document::Diagnostics& diagnostics) const;

  std::vector<LimitRecord> records_;
  std::vector<std::int64_t> values_;  // [LimitId]
  std::vector<net::Cidr> refused_ranges_;
  std::vector<net::Cidr> default_pod_cidrs_;
  net::Cidr default_service_cidr_;
  net::IpAddress default_dns_service_ip_;
};

/// "vnet.private_addresses".
std::string_view ToString(LimitId id);

}  // namespace cnisim::azure
