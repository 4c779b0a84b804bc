#include "models/scenario/internal/cluster_section.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "models/cni/az_reader.h"
#include "models/cni/configure.h"
#include "models/datapath/switches.h"
#include "models/document/object_reader.h"
#include "models/document/parser.h"
#include "models/document/quantities.h"
#include "models/document/spelling.h"
#include "models/net/encapsulation.h"

namespace cnisim::scenario::internal {
namespace {

using namespace literals;
using document::Diagnostics;
using document::ObjectReader;
using document::UnknownKeys;
using document::Value;

using azure::LimitId;

// A subnet has five reserved addresses, so a longer prefix holds none; AKS takes no shorter one.
constexpr int kShortestSubnet = 8;
constexpr int kLongestSubnet = 29;

std::optional<net::Cidr> ReadCidr(const Value& value, Diagnostics& diagnostics) {
  std::optional<net::Cidr> cidr;
  if (value.is_scalar()) cidr = net::Cidr::Parse(value.text());
  if (cidr) return cidr;
  std::string hint = "for instance 10.224.0.0/16";
  if (const auto cleared = net::Cidr::Parse(value.text(), net::HostBits::kClear)) {
    hint = fmt::format("did you mean {}?", cleared->ToString());
  }
  diagnostics.Error(value, fmt::format("found {}, expected an address range", value.Describe()),
                    std::move(hint));
  return std::nullopt;
}

/// One range, or a sequence of them (an IPv4 and an IPv6 one).
std::vector<net::Cidr> ReadCidrs(const Value& value, Diagnostics& diagnostics) {
  std::vector<net::Cidr> cidrs;
  if (!value.is_sequence()) {
    if (const auto cidr = ReadCidr(value, diagnostics)) cidrs.push_back(*cidr);
    return cidrs;
  }
  for (const Value& item : value.items()) {
    if (const auto cidr = ReadCidr(item, diagnostics)) cidrs.push_back(*cidr);
  }
  return cidrs;
}

std::optional<cluster::MaxSurge> ParseMaxSurge(std::string_view text) {
  cluster::MaxSurge surge;
  if (const auto nodes = document::ParseInteger(text); nodes && *nodes >= 0 && *nodes <= 100'000) {
    surge.nodes = static_cast<int>(*nodes);
    return surge;
  }
  const auto share = document::ParsePercentage(text);
  if (!share.ok() || *share < 0 || *share > 1) return std::nullopt;
  surge.share = *share;
  return surge;
}

void ReadVnet(const Value& value, VnetSpec& vnet, Diagnostics& diagnostics) {
  ObjectReader reader(value, diagnostics, UnknownKeys::kError);
  vnet.where = value.where();
  bool has_prefix = false;
  if (const Value* prefix = reader.Require("prefix")) {
    if (const auto cidr = ReadCidr(*prefix, diagnostics)) {
      vnet.prefix = *cidr;
      has_prefix = true;
    }
  }
  vnet.subnets.clear();
  if (const Value* subnets = reader.RequireMap("subnets")) {
    for (const document::Member& member : subnets->members()) {
      const auto cidr = ReadCidr(member.value, diagnostics);
      if (!cidr) {
        vnet.complete = false;
        continue;
      }
      if (cidr->family() != net::IpFamily::kIpv4 || cidr->length() < kShortestSubnet ||
          cidr->length() > kLongestSubnet) {
        diagnostics.Error(member.value,
                          fmt::format("found '{}', expected an IPv4 subnet from /{} to /{}",
                                      cidr->ToString(), kShortestSubnet, kLongestSubnet));
        vnet.complete = false;
        continue;
      }
      vnet.subnets.push_back({member.key, *cidr, member.value.where()});
    }
  }
  reader.Finish();
  for (const SubnetSpec& subnet : vnet.subnets) {
    if (has_prefix && !vnet.prefix.Contains(subnet.prefix)) {
      diagnostics.Error(subnet.where, "cluster.vnet.subnets",
                        fmt::format("subnet '{}' ({}) lies outside the VNet ({})", subnet.name,
                                    subnet.prefix.ToString(), vnet.prefix.ToString()));
    }
  }
}

void CheckSku(const std::string& sku, const document::SourceLocation& where,
              const std::string& field, const Catalog& catalog, Diagnostics& diagnostics) {
  if (catalog.vm_sizes.Find(sku) != nullptr) return;
  diagnostics.Error(where, field, fmt::format("unknown VM size {}", document::Quote(sku)),
                    catalog.vm_sizes.Hint(sku));
}

cluster::MaxSurge DefaultMaxSurge(const azure::Limits& limits) {
  cluster::MaxSurge surge;
  surge.share = static_cast<double>(limits[LimitId::kSurgeDefaultPercent]) / 100;
  return surge;
}

std::string GroupInSeveralZones(const cluster::NodePool& pool) {
  return fmt::format(
      "pool '{}' has {} zones, and a proximity placement group is in one datacenter of one zone",
      pool.name, pool.zones.size());
}

NodePoolSpec ReadPool(const Value& value, std::size_t index, std::size_t pools,
                      const Catalog& catalog, const ClusterDefaults& defaults,
                      Diagnostics& diagnostics) {
  const azure::Limits& limits = catalog.limits;
  const std::int64_t most_nodes = limits[LimitId::kPoolNodes];
  NodePoolSpec spec;
  spec.where = value.where();
  ObjectReader reader(value, diagnostics, UnknownKeys::kError);
  cluster::NodePool& pool = spec.pool;
  pool.name = reader.RequireString("name").value_or("");
  pool.sku = reader.String("sku").value_or(defaults.vm_size);
  if (const Value* sku = reader.Get("sku"))
    CheckSku(pool.sku, sku->where(), sku->path(), catalog, diagnostics);
  pool.count =
      static_cast<int>(reader.Integer("count", 0, most_nodes).value_or(defaults.node_count));
  if (const auto count = reader.Integer("min_count", 0, most_nodes))
    pool.min_count = static_cast<int>(*count);
  if (const auto count = reader.Integer("max_count", 1, most_nodes))
    pool.max_count = static_cast<int>(*count);
  if (pool.min_count.has_value() != pool.max_count.has_value()) {
    reader.Error("min_count and max_count need each other");
    pool.min_count.reset();
    pool.max_count.reset();
  } else if (pool.min_count && *pool.min_count > *pool.max_count) {
    reader.Error(
        fmt::format("min_count {} is larger than max_count {}", *pool.min_count, *pool.max_count));
  }
  if (const auto pods = reader.Integer("max_pods", limits[LimitId::kNodeMaxPodsLeast],
                                       limits[LimitId::kNodeMaxPodsMost])) {
    pool.max_pods = static_cast<int>(*pods);
  }
  spec.egress_burst = reader.Size("egress_burst");
  if (spec.egress_burst && (*spec.egress_burst < 1_KiB || *spec.egress_burst > 100_MiB)) {
    const Value& found = *reader.Get("egress_burst");
    diagnostics.Error(found,
                      fmt::format("found {}, expected from 1KiB to 100MiB", found.Describe()));
    spec.egress_burst.reset();
  }
  spec.conntrack_max = reader.Integer("conntrack_max", limits[LimitId::kConntrackLeast],
                                      limits[LimitId::kConntrackMost]);
  if (const Value* zones = reader.Sequence("zones")) {
    for (const Value& zone : zones->items()) {
      const auto number = document::ParseInteger(zone.text());
      if (!number || *number < 1 || *number > 3) {
        diagnostics.Error(zone, fmt::format("found {}, expected 1, 2 or 3", zone.Describe()));
      } else {
        pool.zones.push_back(static_cast<int>(*number));
      }
    }
  }
  if (const auto group = reader.String("proximity_placement_group")) {
    pool.proximity_placement_group = *group;
    if (pool.zones.size() > 1) {
      diagnostics.Error(*reader.Get("proximity_placement_group"), GroupInSeveralZones(pool),
                        "write one zone, as zones: [1]");
    }
  }
  pool.max_surge = DefaultMaxSurge(limits);
  if (const auto text = reader.String("max_surge")) {
    if (const auto surge = ParseMaxSurge(*text)) {
      pool.max_surge = *surge;
    } else {
      diagnostics.Error(
          *reader.Get("max_surge"),
          fmt::format("found {}, expected a number of nodes or a percentage such as 33%",
                      document::Quote(*text)));
    }
  }
  // The pool that `az aks create` makes runs the system's pods; pools added later are the user's.
  const bool system = index == 0 && pools > 1;
  pool.mode = reader
                  .Choice<cluster::PoolMode>("mode", {{"system", cluster::PoolMode::kSystem},
                                                      {"user", cluster::PoolMode::kUser}})
                  .value_or(system ? cluster::PoolMode::kSystem : cluster::PoolMode::kUser);
  spec.node_subnet = reader.String("subnet").value_or("");
  spec.pod_subnet = reader.String("pod_subnet").value_or("");
  reader.Finish();
  return spec;
}

/// Lays the flags of an az pool over a pool of the scenario.
class PoolFlags {
 public:
  PoolFlags(const cni::AzNodePool& az, const std::string& configuration, const Catalog& catalog,
            Diagnostics& diagnostics)
      : az_(az), configuration_(configuration), catalog_(catalog), diagnostics_(diagnostics) {}

  /// @param written  the pool stands in the scenario, so a flag that says otherwise is worth a word
  void Apply(NodePoolSpec& spec, bool written) {
    cluster::NodePool& pool = spec.pool;
    if (az_.vm_size) CheckSku(*az_.vm_size, az_.vm_size.where, "", catalog_, diagnostics_);
    Take(az_.vm_size, pool.sku, written, "--node-vm-size", spec);
    Take(az_.node_count, pool.count, written, "--node-count", spec);
    if (az_.autoscaler && az_.min_count && az_.max_count) {
      pool.min_count = *az_.min_count;
      pool.max_count = *az_.max_count;
    }
    if (az_.max_pods) pool.max_pods = *az_.max_pods;
    if (az_.zones) pool.zones = *az_.zones;
    if (az_.proximity_placement_group) {
      pool.proximity_placement_group = *az_.proximity_placement_group;
      if (pool.zones.size() > 1) {
        diagnostics_.Error(az_.proximity_placement_group.where, "", GroupInSeveralZones(pool),
                           "give one zone, as --zones 1");
      }
    }
    if (az_.max_surge) {
      if (const auto surge = ParseMaxSurge(*az_.max_surge)) {
        pool.max_surge = *surge;
      } else {
        diagnostics_.Error(
            az_.max_surge.where, "",
            fmt::format(
                "--max-surge is '{}', expected a number of nodes or a percentage such as 33%",
                *az_.max_surge));
      }
    }
    if (az_.mode) {
      pool.mode = *az_.mode == "System" ? cluster::PoolMode::kSystem : cluster::PoolMode::kUser;
    }
    if (az_.vnet_subnet) spec.node_subnet = *az_.vnet_subnet;
    if (az_.pod_subnet) spec.pod_subnet = *az_.pod_subnet;
  }

 private:
  template <class T>
  void Take(const cni::Setting<T>& flag, T& target, bool written, std::string_view name,
            const NodePoolSpec& spec) {
    if (!flag) return;
    if (written && target != *flag) {
      diagnostics_.Warning(
          flag.where, "",
          fmt::format(
              "{} {} replaces {} of pool '{}' in configuration '{}' only, so it is compared "
              "on other nodes",
              name, *flag, target, spec.pool.name, configuration_),
          "");
    }
    target = *flag;
  }

  const cni::AzNodePool& az_;
  const std::string& configuration_;
  const Catalog& catalog_;
  Diagnostics& diagnostics_;
};

std::vector<NodePoolSpec> PoolsOf(const ClusterSpec& cluster, const cni::AzSettings& az,
                                  const std::string& configuration, const Catalog& catalog,
                                  const ClusterDefaults& defaults, Diagnostics& diagnostics) {
  std::vector<NodePoolSpec> pools = cluster.node_pools;
  const bool written = !pools.empty();
  const auto empty_pool = [&](std::string name) {
    NodePoolSpec spec;
    spec.pool.name = std::move(name);
    spec.pool.sku = defaults.vm_size;
    spec.pool.count = defaults.node_count;
    spec.pool.max_surge = DefaultMaxSurge(catalog.limits);
    return spec;
  };
  const auto find = [&](const std::string& name) {
    return std::find_if(pools.begin(), pools.end(),
                        [&](const NodePoolSpec& spec) { return spec.pool.name == name; });
  };
  if (!written) {
    pools.push_back(empty_pool(az.default_pool.name.empty() ? "nodepool1" : az.default_pool.name));
    pools[0].where = az.given ? az.where : cluster.where;
    if (!az.added_pools.empty()) pools[0].pool.mode = cluster::PoolMode::kSystem;
  }
  const auto default_pool = find(az.default_pool.name);
  PoolFlags(az.default_pool, configuration, catalog, diagnostics)
      .Apply(default_pool == pools.end() ? pools[0] : *default_pool, written);
  for (const cni::AzNodePool& added : az.added_pools) {
    auto pool = find(added.name);
    const bool known = pool != pools.end();
    if (!known) {
      pools.push_back(empty_pool(added.name));
      pools.back().where = added.where;
      pool = pools.end() - 1;
    }
    PoolFlags(added, configuration, catalog, diagnostics).Apply(*pool, known);
  }
  return pools;
}

/// Reads one entry of `configurations:`.
class ConfigurationReader {
 public:
  ConfigurationReader(const Value& value, const Catalog& catalog, FileLoader& files,
                      Diagnostics& diagnostics)
      : reader_(value, diagnostics, UnknownKeys::kError),
        catalog_(catalog),
        files_(files),
        diagnostics_(diagnostics) {
    sources_.where = value.where();
  }

  ConfigurationSpec Read() {
    ConfigurationSpec spec;
    const std::size_t errors = diagnostics_.error_count();
    spec.where = sources_.where;
    spec.name = reader_.RequireString("name").value_or("");
    ReadAz();
    ReadCilium();
    sources_.calico = ReadFile("calico", "installation");
    sources_.flannel = ReadFile("flannel", "config");
    ReadKubeProxy();
    ReadCatalogCni();
    ReadSwitches();
    spec.dns_value = reader_.Map("dns");
    reader_.Finish();
    spec.az = sources_.az;
    // A CNI whose file is missing, or whose key is misspelt, is one mistake and not a cluster
    // without a network.
    const bool has_cni =
        sources_.cilium || sources_.calico || sources_.flannel || !sources_.catalog_cni.empty();
    spec.complete = !file_errors_ && (has_cni || diagnostics_.error_count() == errors);
    if (!spec.complete) return spec;
    spec.cni = cni::Configure(sources_, catalog_.limits, diagnostics_);
    return spec;
  }

 private:
  void ReadAz() {
    const Value* value = reader_.Get("az");
    if (value == nullptr) return;
    if (value->is_map()) {
      sources_.az = cni::ReadAzMap(*value, catalog_.limits, diagnostics_);
    } else if (!value->is_scalar()) {
      diagnostics_.Error(*value,
                         fmt::format("found {}, expected flags, a script's path or a map of flags",
                                     value->Describe()),
                         "for instance az: --network-plugin azure");
    } else if (cni::IsAzCommandLine(value->text())) {
      // A text over several lines has been folded or cut by YAML: its own columns say nothing.
      const bool one_place = value->quoted() || value->text().find('\n') != std::string_view::npos;
      sources_.az =
          cni::ReadAzText(value->text(), value->where(), one_place, catalog_.limits, diagnostics_);
    } else if (const std::string* script = files_.Text(value->text(), value->where())) {
      const std::string path =
          document::ResolvePath(std::string(value->text()), value->where().file);
      sources_.az = cni::ReadAzText(*script, {path, 1, 1}, /*one_place=*/false, catalog_.limits,
                                    diagnostics_);
    }
  }

  /// A path, or a sequence of paths.
  std::vector<const Value*> ReadObjects(const Value& paths) {
    std::vector<const Value*> roots;
    const auto add = [&](const Value& path) {
      if (!path.is_scalar()) {
        diagnostics_.Error(path,
                           fmt::format("found {}, expected the path of a file", path.Describe()));
        return;
      }
      const std::size_t errors = diagnostics_.error_count();
      for (const Value* root : files_.Objects(path.text(), path.where())) roots.push_back(root);
      file_errors_ = file_errors_ || diagnostics_.error_count() != errors;
    };
    if (paths.is_sequence()) {
      for (const Value& path : paths.items()) add(path);
    } else {
      add(paths);
    }
    return roots;
  }

  /// `calico: installation.yaml` or `calico: {installation: installation.yaml}`.
  std::optional<cni::FileObjects> ReadFile(std::string_view key, std::string_view inner) {
    const Value* value = reader_.Get(key);
    if (value == nullptr) return std::nullopt;
    const Value* paths = value;
    if (value->is_map()) {
      ObjectReader reader(*value, diagnostics_, UnknownKeys::kError);
      paths = reader.Require(inner);
      reader.Finish();
    }
    cni::FileObjects file;
    file.where = value->where();
    if (paths == nullptr) return std::nullopt;
    file.where = paths->where();
    file.objects = ReadObjects(*paths);
    return file;
  }

  void ReadCilium() {
    const Value* value = reader_.Get("cilium");
    if (value == nullptr) return;
    cni::CiliumRelease release;
    release.where = value->where();
    if (!value->is_map()) {
      release.values = ReadObjects(*value);
    } else {
      ObjectReader reader(*value, diagnostics_, UnknownKeys::kError);
      if (const Value* values = reader.Get("values")) release.values = ReadObjects(*values);
      if (const Value* chart = reader.Get("chart")) release.chart_where = chart->where();
      release.chart = reader.String("chart").value_or("");
      release.set = reader.Get("set");
      reader.Finish();
    }
    sources_.cilium = std::move(release);
  }

  void ReadKubeProxy() {
    const Value* value = reader_.Get("kube_proxy");
    std::vector<const Value*> objects;
    if (value != nullptr && value->is_map()) {
      objects = {value};
    } else if (value != nullptr) {
      objects = ReadObjects(*value);
    } else if (sources_.az.kube_proxy_config) {
      objects = files_.Objects(*sources_.az.kube_proxy_config, sources_.az.kube_proxy_config.where);
    }
    if (!objects.empty())
      sources_.kube_proxy = cni::ReadKubeProxyConfiguration(*objects[0], diagnostics_);
  }

  void ReadCatalogCni() {
    const Value* value = reader_.Get("catalog_cni");
    const std::string name = reader_.String("catalog_cni").value_or("");
    if (name.empty()) return;
    if (catalog_.files.Find("cni/" + name + ".yaml") == nullptr) {
      std::vector<std::string> known;
      for (const document::CatalogFile* file : catalog_.files.Below("cni/")) {
        const std::string_view path = file->path;
        const std::string_view profile = path.substr(4);
        if (profile.ends_with(".yaml") && profile.find('/') == std::string_view::npos) {
          known.emplace_back(profile.substr(0, profile.size() - 5));
        }
      }
      diagnostics_.Error(*value, fmt::format("the catalog has no CNI {}", document::Quote(name)),
                         document::SpellingHint(name, known));
      return;
    }
    sources_.catalog_cni = name;
  }

  void ReadSwitches() {
    const Value* value = reader_.Map("switches");
    if (value == nullptr) return;
    for (const document::Member& member : value->members()) {
      const datapath::SwitchDefinition* definition = datapath::FindSwitch(member.key);
      if (definition == nullptr) {
        std::vector<std::string> known;
        for (const datapath::SwitchDefinition& each : datapath::SwitchVocabulary())
          known.emplace_back(each.name);
        diagnostics_.Error(member.key_where(), value->path(),
                           fmt::format("unknown switch '{}'", member.key),
                           document::SpellingHint(member.key, known));
      } else if (!datapath::IsSwitchValue(member.key, member.value.text())) {
        diagnostics_.Error(
            member.value,
            fmt::format("found {}, expected {}", member.value.Describe(),
                        document::OrList({definition->values.begin(), definition->values.end()})));
      } else {
        sources_.switches[member.key] = std::string(member.value.text());
      }
    }
  }

  ObjectReader reader_;
  const Catalog& catalog_;
  FileLoader& files_;
  Diagnostics& diagnostics_;
  cni::CniSources sources_;
  bool file_errors_ = false;  // a file of the CNI could not be read or parsed
};

/// Gives each pool its subnets, adding those that only a flag names while the VNet is our own
/// guess.
void AssignSubnets(ConfigurationSpec& spec, ClusterSpec& cluster, const ClusterDefaults& defaults,
                   Diagnostics& diagnostics) {
  const bool needs_pod_subnet = spec.cni.ipam.kind == ipam::IpamKind::kPodSubnetDynamic ||
                                spec.cni.ipam.kind == ipam::IpamKind::kPodSubnetStatic;
  const bool guessed = cluster.vnet.where.line == 0;
  const auto names = [&] {
    std::vector<std::string> all;
    for (const SubnetSpec& subnet : cluster.vnet.subnets) all.push_back(subnet.name);
    return all;
  };
  const auto check = [&](std::string& name, const document::SourceLocation& where,
                         net::Cidr guess) {
    if (cluster.vnet.Find(name) != nullptr || !cluster.vnet.complete) return;
    if (guessed) {
      cluster.vnet.subnets.push_back({name, guess, where});
      return;
    }
    diagnostics.Error(where, "", fmt::format("cluster.vnet has no subnet '{}'", name),
                      document::SpellingHint(name, names()));
    name = cluster.vnet.subnets.empty() ? name : cluster.vnet.subnets[0].name;
  };
  for (NodePoolSpec& pool : spec.node_pools) {
    if (pool.node_subnet.empty()) {
      pool.node_subnet = cluster.vnet.Find("nodes") != nullptr || cluster.vnet.subnets.empty()
                             ? "nodes"
                             : cluster.vnet.subnets[0].name;
    }
    check(pool.node_subnet, pool.where, defaults.node_subnet_prefix);
    if (!needs_pod_subnet) {
      pool.pod_subnet.clear();
      continue;
    }
    if (pool.pod_subnet.empty()) {
      // One pool's flag speaks for the cluster: AKS wants all pools in one mode.
      pool.pod_subnet = spec.az.default_pool.pod_subnet ? *spec.az.default_pool.pod_subnet : "pods";
    }
    const cni::Setting<std::string>& flag = spec.az.default_pool.pod_subnet;
    check(pool.pod_subnet, flag ? flag.where : pool.where, defaults.pod_subnet_prefix);
  }
}

/// The least is IPv4's; the most is what Azure's MANA interfaces take, and some.
Bytes ReadMtu(std::string_view key, Bytes absent, ObjectReader& reader, Diagnostics& diagnostics) {
  constexpr Bytes kLeast{576};
  constexpr Bytes kMost{9216};
  const std::optional<Bytes> mtu = reader.Size(key);
  if (!mtu) return absent;
  if (*mtu >= kLeast && *mtu <= kMost) return *mtu;
  diagnostics.Error(*reader.Get(key), fmt::format("an MTU of {} B, expected {} to {} B",
                                                  mtu->count(), kLeast.count(), kMost.count()));
  return absent;
}

}  // namespace

ClusterSpec ReadCluster(const Value* value, const Catalog& catalog, const ClusterDefaults& defaults,
                        Diagnostics& diagnostics) {
  ClusterSpec cluster;
  cluster.kubernetes = defaults.kubernetes_version;
  cluster.latency = "azure-zonal";
  cluster.vnet.prefix = defaults.vnet_prefix;
  cluster.service_cidrs = {catalog.limits.default_service_cidr()};
  cluster.dns_service_ip = catalog.limits.default_dns_service_ip();
  if (value == nullptr) return cluster;
  cluster.where = value->where();
  ObjectReader reader(*value, diagnostics, UnknownKeys::kError);
  if (const auto version = reader.String("kubernetes")) cluster.kubernetes = *version;
  if (const auto latency = reader.String("latency")) {
    cluster.latency = *latency;
    cluster.latency_where = reader.Get("latency")->where();
  }
  cluster.device_mtu = ReadMtu("device_mtu", net::kDefaultMtu, reader, diagnostics);
  if (const auto loss = reader.Percentage("packet_loss")) {
    const Value& written = *reader.Get("packet_loss");
    if (*loss < 1) {
      cluster.packet_loss = *loss;
    } else {
      diagnostics.Error(written,
                        fmt::format("found {}, expected less than 100%", written.Describe()));
    }
  }
  cluster.network_mtu = ReadMtu("network_mtu", Bytes(0), reader, diagnostics);
  if (const Value* vnet = reader.Map("vnet")) ReadVnet(*vnet, cluster.vnet, diagnostics);
  bool own_service_cidr = false;
  if (const Value* cidr = reader.Get("service_cidr")) {
    cluster.service_cidr_where = cidr->where();
    const std::vector<net::Cidr> cidrs = ReadCidrs(*cidr, diagnostics);
    if (!cidrs.empty()) {
      cluster.service_cidrs = cidrs;
      own_service_cidr = true;
    }
  }
  if (const Value* ip = reader.Get("dns_service_ip")) {
    const auto address = net::IpAddress::Parse(ip->text());
    if (!address) {
      diagnostics.Error(
          *ip, fmt::format("found {}, expected an address such as 10.0.0.10", ip->Describe()));
    } else {
      cluster.dns_service_ip = *address;
    }
  } else if (own_service_cidr && cluster.service_cidrs[0].Size() > 10) {
    // AKS's own choice: the tenth address of the range.
    cluster.dns_service_ip = cluster.service_cidrs[0].At(10);
  }
  if (const Value* pools = reader.Sequence("node_pools")) {
    std::set<std::string> names;
    for (std::size_t i = 0; i < pools->items().size(); ++i) {
      NodePoolSpec pool =
          ReadPool(pools->items()[i], i, pools->items().size(), catalog, defaults, diagnostics);
      if (!pool.pool.name.empty() && !names.insert(pool.pool.name).second) {
        diagnostics.Error(pools->items()[i],
                          fmt::format("a second node pool '{}'", pool.pool.name));
      }
      cluster.node_pools.push_back(std::move(pool));
    }
  }
  reader.Finish();
  return cluster;
}

std::vector<ConfigurationSpec> ReadConfigurations(const Value& value, ClusterSpec& cluster,
                                                  const Catalog& catalog,
                                                  const ClusterDefaults& defaults,
                                                  FileLoader& files, Diagnostics& diagnostics) {
  std::vector<ConfigurationSpec> specs;
  if (!value.is_sequence() || value.items().empty()) {
    diagnostics.Error(
        value,
        fmt::format("found {}, expected a sequence of configurations",
                    value.is_sequence() ? "nothing" : value.Describe()),
        "for instance - {name: overlay, az: --network-plugin azure --network-plugin-mode overlay}");
    return specs;
  }
  std::set<std::string> names;
  for (const Value& item : value.items()) {
    ConfigurationSpec spec = ConfigurationReader(item, catalog, files, diagnostics).Read();
    if (!spec.name.empty() && !names.insert(spec.name).second) {
      diagnostics.Error(item, fmt::format("a second configuration '{}'", spec.name),
                        "give each its own name");
    }
    const cni::AzSettings& az = spec.az;
    if (cluster.vnet.where.line == 0 && !az.subnets.empty()) {
      if (az.vnet_prefix) cluster.vnet.prefix = *az.vnet_prefix;
      cluster.vnet.where = az.subnets[0].where;
      for (const cni::AzSubnet& subnet : az.subnets) {
        cluster.vnet.subnets.push_back({subnet.name, subnet.prefix, subnet.where});
      }
    }
    if (spec.cni.profile.empty()) {
      // Its name still counts; checking the rest would only bring messages that follow from this.
      spec.complete = false;
      specs.push_back(std::move(spec));
      continue;
    }
    spec.node_pools = PoolsOf(cluster, az, spec.name, catalog, defaults, diagnostics);
    for (NodePoolSpec& pool : spec.node_pools) {
      if (!pool.pool.max_pods) pool.pool.max_pods = spec.cni.default_max_pods;
    }
    spec.service_cidrs = az.service_cidrs ? *az.service_cidrs : cluster.service_cidrs;
    spec.dns_service_ip = az.dns_service_ip ? *az.dns_service_ip : cluster.dns_service_ip;
    if (az.service_cidrs && !az.dns_service_ip &&
        spec.service_cidrs[0] != cluster.service_cidrs[0] && spec.service_cidrs[0].Size() > 10) {
      spec.dns_service_ip = spec.service_cidrs[0].At(10);
    }
    spec.kubernetes = az.kubernetes_version ? *az.kubernetes_version : cluster.kubernetes;
    AssignSubnets(spec, cluster, defaults, diagnostics);
    specs.push_back(std::move(spec));
  }
  return specs;
}

namespace {

/// A range, what it is, and where it stands.
struct Range {
  std::string what;
  net::Cidr prefix;
  document::SourceLocation where;
};

void CheckOverlap(const Range& a, const Range& b, Diagnostics& diagnostics) {
  if (!a.prefix.Overlaps(b.prefix)) return;
  const Range& later = b.where.line != 0 ? b : a;
  const Range& other = &later == &b ? a : b;
  diagnostics.Error(later.where, "",
                    fmt::format("{} {} overlaps {} {}", later.what, later.prefix.ToString(),
                                other.what, other.prefix.ToString()));
}

/// AKS refuses some ranges wherever they are used.
void CheckRefused(const Range& range, const azure::Limits& limits, Diagnostics& diagnostics) {
  for (const net::Cidr& refused : limits.refused_ranges()) {
    if (!range.prefix.Overlaps(refused)) continue;
    diagnostics.Error(range.where, "",
                      fmt::format("{} {} meets {}, which AKS keeps for itself", range.what,
                                  range.prefix.ToString(), refused.ToString()));
  }
}

void CheckDns(const ConfigurationSpec& spec, const document::SourceLocation& where,
              Diagnostics& diagnostics) {
  const net::Cidr& range = spec.service_cidrs[0];
  const std::string address = spec.dns_service_ip.ToString();
  if (!range.Contains(spec.dns_service_ip)) {
    diagnostics.Error(where, "",
                      fmt::format("the DNS address {} lies outside the Service range {}", address,
                                  range.ToString()));
  } else if (range.base() == spec.dns_service_ip) {
    diagnostics.Error(
        where, "",
        fmt::format("the DNS address {} is the first of the Service range; Kubernetes keeps "
                    "that one",
                    address));
  }
}

void CheckRangesOf(const ConfigurationSpec& spec, const ClusterSpec& cluster,
                   const std::vector<Range>& subnets, const azure::Limits& limits,
                   Diagnostics& diagnostics) {
  std::vector<Range> pods;
  for (std::size_t i = 0; i < spec.cni.ipam.pod_cidrs.size(); ++i) {
    pods.push_back({"the pod range", spec.cni.ipam.pod_cidrs[i], spec.cni.pod_cidr_places[i]});
    CheckRefused(pods.back(), limits, diagnostics);
    for (const Range& subnet : subnets) CheckOverlap(subnet, pods.back(), diagnostics);
  }
  const document::SourceLocation where =
      spec.az.service_cidrs ? spec.az.service_cidrs.where : cluster.service_cidr_where;
  for (const net::Cidr& cidr : spec.service_cidrs) {
    const Range service{"the Service range", cidr, where};
    CheckRefused(service, limits, diagnostics);
    const LimitId shortest = cidr.family() == net::IpFamily::kIpv4
                                 ? LimitId::kServiceCidrShortestPrefix
                                 : LimitId::kServiceCidrShortestPrefixV6;
    if (cidr.length() < limits[shortest]) {
      diagnostics.Error(
          where, "",
          fmt::format("the Service range {} is too large for AKS, which takes /{} at most",
                      cidr.ToString(), limits[shortest]));
    }
    for (const Range& subnet : subnets) CheckOverlap(subnet, service, diagnostics);
    for (const Range& pod : pods) CheckOverlap(service, pod, diagnostics);
  }
  CheckDns(spec, spec.az.dns_service_ip ? spec.az.dns_service_ip.where : where, diagnostics);
}

void CheckRanges(const Scenario& scenario, const azure::Limits& limits, Diagnostics& diagnostics) {
  std::vector<Range> subnets;
  for (const SubnetSpec& subnet : scenario.cluster.vnet.subnets) {
    Range range{fmt::format("subnet '{}'", subnet.name), subnet.prefix, subnet.where};
    CheckRefused(range, limits, diagnostics);
    for (const Range& earlier : subnets) CheckOverlap(earlier, range, diagnostics);
    subnets.push_back(std::move(range));
  }
  for (const ConfigurationSpec& spec : scenario.configurations) {
    if (!spec.complete) continue;
    CheckRangesOf(spec, scenario.cluster, subnets, limits, diagnostics);
  }
}

void CheckPools(const ConfigurationSpec& spec, const azure::Limits& limits,
                Diagnostics& diagnostics) {
  const std::int64_t least = limits[LimitId::kPoolPodsLeast];
  for (const NodePoolSpec& each : spec.node_pools) {
    const cluster::NodePool& pool = each.pool;
    const std::int64_t pods = std::int64_t{pool.LargestCount()} * *pool.max_pods;
    if (pool.LargestCount() == 0 || pods >= least) continue;
    diagnostics.Error(
        each.where, "",
        fmt::format("node pool '{}' has room for {} pods ({} x {}), and AKS wants at least {}",
                    pool.name, pods, pool.LargestCount(), *pool.max_pods, least));
  }
}

}  // namespace

void CheckCluster(const Scenario& scenario, const Catalog& catalog, Diagnostics& diagnostics) {
  CheckRanges(scenario, catalog.limits, diagnostics);
  for (const ConfigurationSpec& spec : scenario.configurations) {
    if (spec.complete) CheckPools(spec, catalog.limits, diagnostics);
  }
  if (catalog.latency.Find(scenario.cluster.latency) == nullptr) {
    std::vector<std::string> known;
    for (const auto& profile : catalog.latency.all()) known.push_back(profile.name);
    diagnostics.Error(
        scenario.cluster.latency_where, "cluster.latency",
        fmt::format("unknown latency profile {}", document::Quote(scenario.cluster.latency)),
        document::SpellingHint(scenario.cluster.latency, known));
  }
}

}  // namespace cnisim::scenario::internal
