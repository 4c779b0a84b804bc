#include "models/azure/limits.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "models/document/object_reader.h"
#include "models/document/parser.h"
#include "models/document/quantities.h"
#include "models/document/spelling.h"

namespace cnisim::azure {
namespace {

using document::Diagnostics;
using document::ObjectReader;
using document::UnknownKeys;
using document::Value;

struct Name {
  LimitId id;
  std::string_view text;
};

constexpr std::size_t kValueCount = 106;
constexpr std::array<Name, kValueCount> kNames{{
    {LimitId::kSubnetReservedFirst, "subnet.reserved_first"},
    {LimitId::kSubnetReservedLast, "subnet.reserved_last"},
    {LimitId::kVnetPrivateAddresses, "vnet.private_addresses"},
    {LimitId::kVnetSubnets, "vnet.subnets"},
    {LimitId::kNicIpConfigurations, "nic.ip_configurations"},
    {LimitId::kRouteTableRoutes, "route_table.routes"},
    {LimitId::kNodeMaxPodsLeast, "node.max_pods_least"},
    {LimitId::kNodeMaxPodsMost, "node.max_pods_most"},
    {LimitId::kPoolPodsLeast, "pool.pods_least"},
    {LimitId::kPoolNodes, "pool.nodes"},
    {LimitId::kClusterPools, "cluster.pools"},
    {LimitId::kClusterNodes, "cluster.nodes"},
    {LimitId::kOverlayPods, "overlay.pods"},
    {LimitId::kSurgeDefaultPercent, "surge.default_percent"},
    {LimitId::kPrivateEndpointAddresses, "private_endpoint.addresses"},
    {LimitId::kApiserverSubnetLongestPrefix, "apiserver_subnet.longest_prefix"},
    {LimitId::kApiserverSubnetAddresses, "apiserver_subnet.addresses"},
    {LimitId::kServiceCidrShortestPrefix, "service_cidr.shortest_prefix"},
    {LimitId::kServiceCidrShortestPrefixV6, "service_cidr.shortest_prefix_v6"},
    {LimitId::kAdmissionCountsNode, "admission.counts_node"},
    {LimitId::kDefaultMaxPodsNodeSubnet, "default_max_pods.node_subnet"},
    {LimitId::kDefaultMaxPodsPodSubnet, "default_max_pods.pod_subnet"},
    {LimitId::kDefaultMaxPodsOverlay, "default_max_pods.overlay"},
    {LimitId::kDefaultMaxPodsKubenet, "default_max_pods.kubenet"},
    {LimitId::kDefaultMaxPodsByocni, "default_max_pods.byocni"},
    {LimitId::kNodeSubnetHostNetworkPods, "node_subnet.host_network_pods"},
    {LimitId::kOverlayBlockLength, "overlay.block_length"},
    {LimitId::kOverlayBlockLengthV6, "overlay.block_length_v6"},
    {LimitId::kOverlayReservedFirst, "overlay.reserved_first"},
    {LimitId::kOverlayReservedLast, "overlay.reserved_last"},
    {LimitId::kOverlayReservedFirstWindows, "overlay.reserved_first_windows"},
    {LimitId::kOverlayReservedLastWindows, "overlay.reserved_last_windows"},
    {LimitId::kKubenetBlockLength, "kubenet.block_length"},
    {LimitId::kKubenetBlockLengthV6, "kubenet.block_length_v6"},
    {LimitId::kKubenetReservedFirst, "kubenet.reserved_first"},
    {LimitId::kKubenetReservedLast, "kubenet.reserved_last"},
    {LimitId::kStaticBlockLength, "static_block.length"},
    {LimitId::kStaticBlockKeptPerNode, "static_block.kept_per_node"},
    {LimitId::kCnsBatch, "cns.batch"},
    {LimitId::kCnsRequestPercent, "cns.request_percent"},
    {LimitId::kCnsReleasePercent, "cns.release_percent"},
    {LimitId::kCnsMostAddresses, "cns.most_addresses"},
    {LimitId::kCnsPrimaryAddresses, "cns.primary_addresses"},
    {LimitId::kCnsMonitorTick, "cns.monitor_tick"},
    {LimitId::kCnsMonitorV2Tick, "cns.monitor_v2_tick"},
    {LimitId::kCnsHostPoll, "cns.host_poll"},
    {LimitId::kCnsControlPlaneDelay, "cns.control_plane_delay"},
    {LimitId::kCnsPartialGrant, "cns.partial_grant"},
    {LimitId::kClusterPoolBlockLength, "cluster_pool.block_length"},
    {LimitId::kClusterPoolBlockLengthV6, "cluster_pool.block_length_v6"},
    {LimitId::kClusterPoolReservedFirst, "cluster_pool.reserved_first"},
    {LimitId::kClusterPoolReservedLast, "cluster_pool.reserved_last"},
    {LimitId::kClusterPoolKeptPerNode, "cluster_pool.kept_per_node"},
    {LimitId::kCalicoBlockLength, "calico.block_length"},
    {LimitId::kCalicoBlockLengthV6, "calico.block_length_v6"},
    {LimitId::kCalicoBlocksPerNode, "calico.blocks_per_node"},
    {LimitId::kCalicoKeptPerNode, "calico.kept_per_node"},
    {LimitId::kFlannelBlockLength, "flannel.block_length"},
    {LimitId::kFlannelBlockLengthV6, "flannel.block_length_v6"},
    {LimitId::kFlannelFirstBlock, "flannel.first_block"},
    {LimitId::kFlannelReservedFirst, "flannel.reserved_first"},
    {LimitId::kFlannelReservedLast, "flannel.reserved_last"},
    {LimitId::kLbPortsPerIp, "lb.ports_per_ip"},
    {LimitId::kLbPortMultiple, "lb.port_multiple"},
    {LimitId::kLbPortsPerRule, "lb.ports_per_rule"},
    {LimitId::kLbOutboundIps, "lb.outbound_ips"},
    {LimitId::kLbRulesPerNic, "lb.rules_per_nic"},
    {LimitId::kLbBackendIpConfigurations, "lb.backend_ip_configurations"},
    {LimitId::kLbServices, "lb.services"},
    {LimitId::kLbReleaseAfterFin, "lb.release_after_fin"},
    {LimitId::kLbReleaseAfterRst, "lb.release_after_rst"},
    {LimitId::kLbIdle, "lb.idle"},
    {LimitId::kNatPortsPerIp, "nat.ports_per_ip"},
    {LimitId::kNatIps, "nat.ips"},
    {LimitId::kNatConnectionsPerDestination, "nat.connections_per_destination"},
    {LimitId::kNatReuseAfterFin, "nat.reuse_after_fin"},
    {LimitId::kNatReuseAfterRst, "nat.reuse_after_rst"},
    {LimitId::kNatReuseHalfOpen, "nat.reuse_half_open"},
    {LimitId::kNatConnections, "nat.connections"},
    {LimitId::kKubeReservedMemoryPerPod, "kube_reserved.memory_per_pod"},
    {LimitId::kKubeReservedMemoryBase, "kube_reserved.memory_base"},
    {LimitId::kKubeReservedMemoryPercent, "kube_reserved.memory_percent"},
    {LimitId::kKubeReservedEviction, "kube_reserved.eviction"},
    {LimitId::kConntrackEntriesPerMib, "conntrack.entries_per_mib"},
    {LimitId::kConntrackLeast, "conntrack.least"},
    {LimitId::kConntrackMost, "conntrack.most"},
    {LimitId::kNodeProvision, "node.provision"},
    {LimitId::kNodeReimage, "node.reimage"},
    {LimitId::kNodeDrain, "node.drain"},
    {LimitId::kNodeDelete, "node.delete"},
    {LimitId::kNodeSoak, "node.soak"},
    {LimitId::kPodStart, "pod.start"},
    {LimitId::kPodStop, "pod.stop"},
    {LimitId::kPodRetry, "pod.retry"},
    {LimitId::kRolloutMaxSurgePercent, "rollout.max_surge"},
    {LimitId::kNatIdleLeast, "nat.idle_least"},
    {LimitId::kNatIdleMost, "nat.idle_most"},
    {LimitId::kKubenetRetires, "kubenet.retires"},
    {LimitId::kCnsExhaustedBatch, "cns.exhausted_batch"},
    {LimitId::kCnsExhaustedRequestPercent, "cns.exhausted_request_percent"},
    {LimitId::kCnsExhaustedReleasePercent, "cns.exhausted_release_percent"},
    {LimitId::kNetworkWholePacket, "network.whole_packet"},
    {LimitId::kCiliumLbMap, "cilium.lb_map"},
    {LimitId::kCalicoNatFrontends, "calico.nat_frontends"},
    {LimitId::kCalicoNatBackends, "calico.nat_backends"},
    {LimitId::kIpsetMembers, "ipset.members"},
}};

constexpr bool InOrder() {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (static_cast<std::size_t>(kNames[i].id) != i) return false;
  }
  return true;
}
static_assert(InOrder(), "a name stands at the place of its id");

constexpr std::array<std::string_view, 2> kTables{"lb.default_ports", "kube_reserved.cpu"};
constexpr std::string_view kRefusedRanges = "refused_ranges";
constexpr std::string_view kDefaultPodCidr = "default.pod_cidr";
constexpr std::string_view kDefaultServiceCidr = "default.service_cidr";
constexpr std::string_view kDefaultDnsServiceIp = "default.dns_service_ip";

// Figures stay far from the ends of their type, so that products of two do too.
constexpr std::int64_t kMost = 1'000'000'000;

std::vector<std::string> AllIds() {
  std::vector<std::string> ids;
  for (const Name& name : kNames) ids.emplace_back(name.text);
  for (const std::string_view table : kTables) ids.emplace_back(table);
  for (const std::string_view text :
       {kRefusedRanges, kDefaultPodCidr, kDefaultServiceCidr, kDefaultDnsServiceIp}) {
    ids.emplace_back(text);
  }
  return ids;
}

std::vector<LimitAlternative> ReadAlternatives(ObjectReader& entry, Diagnostics& diagnostics) {
  std::vector<LimitAlternative> alternatives;
  const Value* list = entry.Sequence("alternatives");
  if (list == nullptr) return alternatives;
  for (const Value& item : list->items()) {
    ObjectReader reader(item, diagnostics, UnknownKeys::kError);
    LimitAlternative alternative;
    alternative.value = reader.RequireInteger("value", 0, kMost).value_or(0);
    alternative.source = reader.RequireString("source").value_or("");
    alternative.why = reader.RequireString("why").value_or("");
    reader.Finish();
    alternatives.push_back(std::move(alternative));
  }
  return alternatives;
}

LimitRecord ReadRecord(const Value& item, Diagnostics& diagnostics) {
  ObjectReader reader(item, diagnostics, UnknownKeys::kError);
  LimitRecord record;
  record.where = item.where();
  record.id = reader.RequireString("id").value_or("");
  record.value = reader.Integer("value", 0, kMost);
  record.values = reader.Strings("values");
  record.by = reader.String("by").value_or("");
  record.unit = reader.String("unit").value_or("");
  record.meaning = reader.RequireString("meaning").value_or("");
  record.source = reader.RequireString("source").value_or("");
  const std::vector<std::string> statuses{"documented", "source", "inferred", "thread", "assumed"};
  record.status = reader.RequireString("status").value_or("documented");
  if (std::find(statuses.begin(), statuses.end(), record.status) == statuses.end()) {
    reader.Error(fmt::format("status is {}, expected {}", document::Quote(record.status),
                             document::OrList(statuses)));
  }
  if (const Value* table = reader.Sequence("table")) {
    for (const Value& row : table->items()) {
      ObjectReader cells(row, diagnostics, UnknownKeys::kError);
      const std::int64_t up_to = cells.RequireInteger("up_to", 0, kMost).value_or(0);
      const std::int64_t value = cells.RequireInteger("value", 0, kMost).value_or(0);
      cells.Finish();
      if (!record.table.empty() && up_to <= record.table.back().first) {
        diagnostics.Error(row, "rows of a table ascend by up_to");
      }
      record.table.emplace_back(up_to, value);
    }
  }
  record.alternatives = ReadAlternatives(reader, diagnostics);
  reader.Finish();
  return record;
}

}  // namespace

std::string_view ToString(LimitId id) { return kNames[static_cast<std::size_t>(id)].text; }

void Limits::Take(const LimitRecord& record, Diagnostics& diagnostics) {
  const std::vector<std::string> ids = AllIds();
  if (std::find(ids.begin(), ids.end(), record.id) == ids.end()) {
    diagnostics.Error(record.where, "id",
                      fmt::format("unknown limit {}", document::Quote(record.id)),
                      document::SpellingHint(record.id, ids));
    return;
  }
  if (Find(record.id) != nullptr) {
    diagnostics.Error(record.where, "id", fmt::format("limit '{}' stands here twice", record.id));
    return;
  }
  const auto name = std::find_if(kNames.begin(), kNames.end(),
                                 [&](const Name& entry) { return entry.text == record.id; });
  const bool is_table = std::find(kTables.begin(), kTables.end(), record.id) != kTables.end();
  if (name != kNames.end() && !record.value) {
    diagnostics.Error(record.where, "value", fmt::format("limit '{}' has no value", record.id));
  } else if (is_table && record.table.empty()) {
    diagnostics.Error(record.where, "table", fmt::format("limit '{}' has no table", record.id));
  } else if (name == kNames.end() && !is_table && record.values.empty()) {
    diagnostics.Error(record.where, "values", fmt::format("limit '{}' has no values", record.id));
  }
  if (name != kNames.end() && record.value) {
    values_[static_cast<std::size_t>(name->id)] = *record.value;
  }
  records_.push_back(record);
}

std::vector<net::Cidr> Limits::Ranges(std::string_view id, Diagnostics& diagnostics) const {
  std::vector<net::Cidr> ranges;
  const LimitRecord* record = Find(id);
  if (record == nullptr) return ranges;
  for (const std::string& text : record->values) {
    const std::optional<net::Cidr> range = net::Cidr::Parse(text);
    if (range) {
      ranges.push_back(*range);
    } else {
      diagnostics.Error(
          record->where, "values",
          fmt::format("{} is no prefix, expected for example 10.0.0.0/16", document::Quote(text)));
    }
  }
  return ranges;
}

Limits Limits::Load(const document::CatalogFiles& catalog, Diagnostics& diagnostics) {
  Limits limits;
  limits.values_.assign(kValueCount, 0);
  for (const document::CatalogFile* file : catalog.Below("limits/")) {
    const auto root = document::ParseDocument(file->text, file->origin, diagnostics);
    if (!root) continue;
    ObjectReader reader(root->root(), diagnostics, UnknownKeys::kError);
    if (const Value* list = reader.RequireSequence("limits")) {
      for (const Value& item : list->items()) {
        limits.Take(ReadRecord(item, diagnostics), diagnostics);
      }
    }
    reader.Finish();
  }
  for (const std::string& id : AllIds()) {
    if (limits.Find(id) != nullptr) continue;
    diagnostics.Error(document::SourceLocation(), "",
                      fmt::format("limit '{}' is missing in the catalog (limits/*.yaml)", id));
  }
  limits.refused_ranges_ = limits.Ranges(kRefusedRanges, diagnostics);
  limits.default_pod_cidrs_ = limits.Ranges(kDefaultPodCidr, diagnostics);
  const std::vector<net::Cidr> services = limits.Ranges(kDefaultServiceCidr, diagnostics);
  if (!services.empty()) limits.default_service_cidr_ = services[0];
  if (const LimitRecord* dns = limits.Find(kDefaultDnsServiceIp); dns && !dns->values.empty()) {
    const std::optional<net::IpAddress> address = net::IpAddress::Parse(dns->values[0]);
    if (!address) diagnostics.Error(dns->where, "values", "the DNS address is no IP address");
    limits.default_dns_service_ip_ = address.value_or(net::IpAddress());
  }
  return limits;
}

std::optional<std::int64_t> Limits::Lookup(LimitTableId id, std::int64_t key) const {
  const LimitRecord* record = Find(kTables[static_cast<std::size_t>(id)]);
  if (record == nullptr) return std::nullopt;
  for (const auto& [up_to, value] : record->table) {
    if (key <= up_to) return value;
  }
  return std::nullopt;
}

std::optional<std::string> Limits::Set(std::string_view assignment) {
  const std::size_t equals = assignment.find('=');
  const std::string_view id = assignment.substr(0, equals);
  std::vector<std::string> ids;
  for (const Name& name : kNames) ids.emplace_back(name.text);
  const auto found = std::find(ids.begin(), ids.end(), id);
  if (found == ids.end()) {
    return fmt::format("unknown limit {}; {}", document::Quote(id),
                       document::SpellingHint(id, ids, /*max_known=*/5));
  }
  const std::optional<std::int64_t> value =
      equals == std::string_view::npos ? std::nullopt
                                       : document::ParseInteger(assignment.substr(equals + 1));
  if (!value || *value < 0 || *value > kMost) {
    return fmt::format("{} gives limit '{}' no whole number from 0 to {}",
                       document::Quote(assignment), id, kMost);
  }
  values_[static_cast<std::size_t>(found - ids.begin())] = *value;
  for (LimitRecord& record : records_) {
    if (record.id != id) continue;
    record.changed = record.changed || record.value != value;
    record.value = value;
  }
  return std::nullopt;
}

const LimitRecord* Limits::Find(std::string_view id) const {
  const auto found = std::find_if(records_.begin(), records_.end(),
                                  [&](const LimitRecord& record) { return record.id == id; });
  return found == records_.end() ? nullptr : &*found;
}

}  // namespace cnisim::azure
