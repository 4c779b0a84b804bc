#include "models/cni/az_reader.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "models/cni/shell_words.h"
#include "models/document/spelling.h"

namespace cnisim::cni {
namespace {

using azure::LimitId;
using document::Diagnostics;
using document::SourceLocation;

/// One flag of a command with its values.
struct Flag {
  std::string name;  ///< "--pod-cidr"
  SourceLocation where;
  std::vector<ShellWord> values;
};

struct ShortFlag {
  std::string_view letter, name;
};
constexpr ShortFlag kShortFlags[] = {
    {"-c", "--node-count"},   {"-g", "--resource-group"}, {"-k", "--kubernetes-version"},
    {"-l", "--location"},     {"-m", "--max-pods"},       {"-n", "--name"},
    {"-s", "--node-vm-size"}, {"-z", "--zones"},          {"-o", "--output"},
    {"-y", "--yes"},
};

// Flags that say nothing about a network, its size or its addresses.
constexpr std::string_view kIrrelevantFlags[] = {
    "--admin-username",
    "--aad-admin-group-object-ids",
    "--aad-tenant-id",
    "--aks-custom-headers",
    "--assign-identity",
    "--assign-kubelet-identity",
    "--attach-acr",
    "--auto-upgrade-channel",
    "--client-secret",
    "--cluster-name",
    "--debug",
    "--disable-local-accounts",
    "--dns-name-prefix",
    "--enable-aad",
    "--enable-apiserver-vnet-integration",  // its subnet says it
    "--enable-azure-rbac",
    "--enable-managed-identity",
    "--enable-oidc-issuer",
    "--enable-rbac",
    "--enable-secret-rotation",
    "--enable-workload-identity",
    "--generate-ssh-keys",
    "--labels",
    "--location",
    "--no-ssh-key",
    "--no-wait",
    "--node-os-upgrade-channel",
    "--node-osdisk-size",
    "--node-osdisk-type",
    "--node-resource-group",
    "--node-taints",
    "--nodepool-labels",
    "--nodepool-tags",
    "--nodepool-taints",
    "--only-show-errors",
    "--os-sku",
    "--output",
    "--query",
    "--resource-group",
    "--service-principal",
    "--ssh-key-value",
    "--subscription",
    "--tags",
    "--tier",
    "--verbose",
    "--vm-set-type",
    "--windows-admin-password",
    "--windows-admin-username",
    "--workspace-resource-id",
    "--yes",
};

// Real flags that would change a result, or might, but that no model reads yet.
constexpr std::string_view kNotModelledFlags[] = {
    "--api-server-authorized-ip-ranges",
    "--cluster-autoscaler-profile",
    "--disable-public-fqdn",
    "--drain-timeout",
    "--enable-acns",
    "--enable-addons",
    "--enable-encryption-at-host",
    "--enable-node-public-ip",
    "--enable-static-egress-gateway",
    "--enable-windows-gmsa",
    "--fqdn-subdomain",
    "--kubelet-config",
    "--linux-os-config",
    "--load-balancer-backend-pool-type",
    "--load-balancer-idle-timeout",
    "--load-balancer-managed-outbound-ipv6-count",
    "--load-balancer-outbound-ip-prefixes",
    "--load-balancer-outbound-ips",
    "--load-balancer-sku",
    "--node-provisioning-mode",
    "--node-soak-duration",
    "--priority",
    "--private-dns-zone",
    "--acns-advanced-networkpolicies",
    "--acns-datapath-acceleration-mode",
    "--acns-transit-encryption-type",
    "--spot-max-price",
    "--snapshot-id",
};

enum class Command : std::uint8_t { kAksCreate, kNodepoolAdd, kVnetCreate, kSubnetCreate };

template <std::size_t N>
bool Contains(const std::string_view (&list)[N], std::string_view word) {
  return std::find(std::begin(list), std::end(list), word) != std::end(list);
}

class Reader {
 public:
  Reader(AzSettings& settings, const azure::Limits& limits, Diagnostics& diagnostics, bool yaml)
      : settings_(settings), limits_(limits), diagnostics_(diagnostics), yaml_(yaml) {}

  void ReadCommand(Command command, const SourceLocation& where, std::span<const Flag> flags);

 private:
  struct Rule {
    std::string_view flag;
    void (Reader::*apply)(const Flag&);
  };
  static std::span<const Rule> RulesOf(Command command);

  /// As the user wrote it: `--pod-cidr`, or the YAML key `pod_cidr`.
  std::string Written(std::string_view flag) const {
    if (!yaml_) return std::string(flag);
    std::string key(flag.substr(2));
    std::replace(key.begin(), key.end(), '-', '_');
    return key;
  }

  void Unknown(const Flag& flag, std::span<const Rule> rules);

  /// The single value of `flag`, or nullptr after an error.
  const ShellWord* One(const Flag& flag) {
    if (flag.values.empty()) {
      Error(flag.where, fmt::format("{} needs a value", Written(flag.name)));
      return nullptr;
    }
    if (flag.values.size() > 1) {
      Error(flag.values[1].where, fmt::format("{} takes one value, found also '{}'",
                                              Written(flag.name), flag.values[1].text));
      return nullptr;
    }
    return Resolved(flag, flag.values[0]) ? flag.values.data() : nullptr;
  }

  bool Resolved(const Flag& flag, const ShellWord& word) {
    if (word.unresolved.empty()) return true;
    diagnostics_.Error(
        word.where, Written(flag.name),
        fmt::format("the value of {} in {} is not known here", word.unresolved, Written(flag.name)),
        "write the value itself, or set the variable earlier in the same file");
    return false;
  }

  /// Values of a flag that takes several: `1 2 3` or `1,2,3`.
  std::vector<ShellWord> Many(const Flag& flag) {
    std::vector<ShellWord> all;
    if (flag.values.empty()) Error(flag.where, fmt::format("{} needs a value", Written(flag.name)));
    for (const ShellWord& word : flag.values) {
      if (!Resolved(flag, word)) continue;
      std::size_t begin = 0;
      while (begin <= word.text.size()) {
        const std::size_t comma = std::min(word.text.find(',', begin), word.text.size());
        ShellWord part = word;
        part.text = word.text.substr(begin, comma - begin);
        part.where.column += static_cast<int>(begin);
        const std::size_t first = part.text.find_first_not_of(' ');
        part.text.erase(0, std::min(first, part.text.size()));
        if (!part.text.empty()) all.push_back(std::move(part));
        begin = comma + 1;
      }
    }
    return all;
  }

  void Error(const SourceLocation& where, std::string message, std::string hint = "") {
    diagnostics_.Error(where, "", std::move(message), std::move(hint));
  }

  void Integer(const Flag& flag, std::int64_t min, std::int64_t max, Setting<int>& setting) {
    const ShellWord* word = One(flag);
    if (word == nullptr) return;
    int value = 0;
    const char* end = word->text.data() + word->text.size();
    const auto [stop, error] = std::from_chars(word->text.data(), end, value);
    if (error != std::errc() || stop != end || value < min || value > max) {
      Error(word->where, fmt::format("{} is '{}', expected a whole number from {} to {}",
                                     Written(flag.name), word->text, min, max));
      return;
    }
    setting = {value, word->where};
  }

  template <class T, std::size_t N>
  void Choice(const Flag& flag, const std::pair<std::string_view, T> (&choices)[N],
              Setting<T>& setting) {
    const ShellWord* word = One(flag);
    if (word == nullptr) return;
    std::vector<std::string> names;
    for (const auto& [name, value] : choices) {
      if (name == word->text) {
        setting = {value, word->where};
        return;
      }
      names.emplace_back(name);
    }
    Error(word->where, fmt::format("{} is '{}', expected one of: {}", Written(flag.name),
                                   word->text, fmt::join(names, ", ")));
  }

  void Text(const Flag& flag, Setting<std::string>& setting) {
    if (const ShellWord* word = One(flag)) setting = {word->text, word->where};
  }

  /// `/subscriptions/.../subnets/nodes`, or just `nodes`.
  void SubnetName(const Flag& flag, Setting<std::string>& setting) {
    if (flag.values.size() == 1 && !flag.values[0].unresolved.empty()) {
      diagnostics_.Warning(
          flag.values[0].where, "",
          fmt::format(
              "the subnet behind {} is not known here; the pool's subnet in cluster.vnet is used",
              flag.values[0].unresolved),
          "");
      return;
    }
    LastPart(flag, setting);
  }

  /// Of a resource id, or the name that stands there alone.
  void LastPart(const Flag& flag, Setting<std::string>& setting) {
    const ShellWord* word = One(flag);
    if (word == nullptr) return;
    const std::size_t slash = word->text.rfind('/');
    setting = {slash == std::string::npos ? word->text : word->text.substr(slash + 1), word->where};
  }

  std::optional<net::Cidr> CidrOf(const Flag& flag, const ShellWord& word) {
    std::optional<net::Cidr> cidr = net::Cidr::Parse(word.text);
    if (!cidr) {
      Error(word.where, fmt::format("{} is '{}', expected an address range such as 10.244.0.0/16",
                                    Written(flag.name), word.text));
    }
    return cidr;
  }

  void Cidrs(const Flag& flag, Setting<std::vector<net::Cidr>>& setting) {
    std::vector<net::Cidr> cidrs;
    for (const ShellWord& word : Many(flag)) {
      if (const auto cidr = CidrOf(flag, word)) cidrs.push_back(*cidr);
    }
    if (!cidrs.empty()) setting = {std::move(cidrs), flag.values[0].where};
  }

  /// A switch without a value; `true` and `false` are accepted after it, as az does.
  void Switch(const Flag& flag, bool& setting) {
    if (flag.values.empty()) {
      setting = true;
      return;
    }
    const ShellWord* word = One(flag);
    if (word == nullptr) return;
    if (word->text != "true" && word->text != "false") {
      Error(word->where, fmt::format("{} is '{}', expected true, false or no value",
                                     Written(flag.name), word->text));
      return;
    }
    setting = word->text == "true";
  }

  // What each flag does.
  void NetworkPluginFlag(const Flag& flag) {
    static constexpr std::pair<std::string_view, NetworkPlugin> kChoices[] = {
        {"azure", NetworkPlugin::kAzure},
        {"kubenet", NetworkPlugin::kKubenet},
        {"none", NetworkPlugin::kNone}};
    Choice(flag, kChoices, settings_.network_plugin);
  }
  void PluginMode(const Flag& flag) {
    static constexpr std::pair<std::string_view, bool> kChoices[] = {{"overlay", true}};
    Setting<bool> overlay;
    Choice(flag, kChoices, overlay);
    if (overlay) settings_.overlay = {true, overlay.where};
  }
  void Dataplane(const Flag& flag) {
    static constexpr std::pair<std::string_view, NetworkDataplane> kChoices[] = {
        {"azure", NetworkDataplane::kAzure}, {"cilium", NetworkDataplane::kCilium}};
    Choice(flag, kChoices, settings_.dataplane);
  }
  void EbpfDataplane(const Flag& flag) {
    bool on = false;
    Switch(flag, on);
    if (!on) return;
    settings_.dataplane = {NetworkDataplane::kCilium, flag.where};
    diagnostics_.Warning(flag.where, "",
                         fmt::format("{} is the old spelling of {} cilium", Written(flag.name),
                                     Written("--network-dataplane")),
                         "");
  }
  void Policy(const Flag& flag) {
    static constexpr std::pair<std::string_view, NetworkPolicy> kChoices[] = {
        {"azure", NetworkPolicy::kAzure},
        {"calico", NetworkPolicy::kCalico},
        {"cilium", NetworkPolicy::kCilium},
        {"none", NetworkPolicy::kNone}};
    Choice(flag, kChoices, settings_.network_policy);
  }
  void PodCidrs(const Flag& flag) { Cidrs(flag, settings_.pod_cidrs); }
  void ServiceCidrs(const Flag& flag) { Cidrs(flag, settings_.service_cidrs); }
  void DnsServiceIp(const Flag& flag) {
    const ShellWord* word = One(flag);
    if (word == nullptr) return;
    const std::optional<net::IpAddress> address = net::IpAddress::Parse(word->text);
    if (!address) {
      Error(word->where, fmt::format("{} is '{}', expected an address such as 10.0.0.10",
                                     Written(flag.name), word->text));
      return;
    }
    settings_.dns_service_ip = {*address, word->where};
  }
  void IpFamilies(const Flag& flag) {
    bool v4 = false;
    bool v6 = false;
    for (const ShellWord& word : Many(flag)) {
      std::string lower = word.text;
      std::transform(lower.begin(), lower.end(), lower.begin(),
                     [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
      if (lower != "ipv4" && lower != "ipv6") {
        Error(word.where, fmt::format("{} has '{}', expected IPv4 or IPv4,IPv6", Written(flag.name),
                                      word.text));
        return;
      }
      (lower == "ipv4" ? v4 : v6) = true;
    }
    if (v6 && !v4) {
      Error(flag.where,
            fmt::format("{} has IPv6 alone, expected IPv4 or IPv4,IPv6", Written(flag.name)));
    }
    if (v4 && v6) settings_.dual_stack = {true, flag.where};
  }
  void Outbound(const Flag& flag) {
    static constexpr std::pair<std::string_view, OutboundType> kChoices[] = {
        {"loadBalancer", OutboundType::kLoadBalancer},
        {"managedNATGateway", OutboundType::kManagedNatGateway},
        {"userAssignedNATGateway", OutboundType::kUserAssignedNatGateway},
        {"userDefinedRouting", OutboundType::kUserDefinedRouting},
        {"none", OutboundType::kNone},
        {"block", OutboundType::kBlock}};
    Choice(flag, kChoices, settings_.outbound_type);
  }
  void OutboundPorts(const Flag& flag) {
    Integer(flag, 0, limits_[LimitId::kLbPortsPerIp], settings_.lb_outbound_ports);
    if (settings_.lb_outbound_ports &&
        *settings_.lb_outbound_ports % limits_[LimitId::kLbPortMultiple] != 0) {
      Error(settings_.lb_outbound_ports.where,
            fmt::format("{} is {}, expected a multiple of {}", Written(flag.name),
                        *settings_.lb_outbound_ports, limits_[LimitId::kLbPortMultiple]));
      settings_.lb_outbound_ports = {};
    }
  }
  void NotModelled(const Flag& flag) {
    diagnostics_.Warning(flag.where, "",
                         fmt::format("{} is read, not modelled", Written(flag.name)), "");
  }
  void OutboundIps(const Flag& flag) {
    Integer(flag, 1, limits_[LimitId::kLbOutboundIps], settings_.lb_outbound_ip_count);
  }
  void NatIps(const Flag& flag) {
    Integer(flag, 1, limits_[LimitId::kNatIps], settings_.nat_gateway_ip_count);
  }
  void NatIdle(const Flag& flag) {
    Integer(flag, limits_[LimitId::kNatIdleLeast], limits_[LimitId::kNatIdleMost],
            settings_.nat_gateway_idle_minutes);
  }
  void KubeProxyConfig(const Flag& flag) { Text(flag, settings_.kube_proxy_config); }
  void KubernetesVersion(const Flag& flag) { Text(flag, settings_.kubernetes_version); }
  void PrivateCluster(const Flag& flag) { Switch(flag, settings_.private_cluster); }
  void ApiServerSubnet(const Flag& flag) { SubnetName(flag, settings_.apiserver_subnet); }

  // Pools.
  void PoolName(const Flag& flag) {
    if (const ShellWord* word = One(flag)) pool_->name = word->text;
  }
  void VmSize(const Flag& flag) { Text(flag, pool_->vm_size); }
  void NodeCount(const Flag& flag) {
    Integer(flag, 0, limits_[LimitId::kPoolNodes], pool_->node_count);
  }
  void MinCount(const Flag& flag) {
    Integer(flag, 0, limits_[LimitId::kPoolNodes], pool_->min_count);
  }
  void MaxCount(const Flag& flag) {
    Integer(flag, 1, limits_[LimitId::kPoolNodes], pool_->max_count);
  }
  void Autoscaler(const Flag& flag) { Switch(flag, pool_->autoscaler); }
  void MaxPods(const Flag& flag) {
    Integer(flag, limits_[LimitId::kNodeMaxPodsLeast], limits_[LimitId::kNodeMaxPodsMost],
            pool_->max_pods);
  }
  void Zones(const Flag& flag) {
    std::vector<int> zones;
    for (const ShellWord& word : Many(flag)) {
      if (word.text.size() != 1 || word.text[0] < '1' || word.text[0] > '3') {
        Error(word.where,
              fmt::format("{} has '{}', expected 1, 2 or 3", Written(flag.name), word.text));
        continue;
      }
      zones.push_back(word.text[0] - '0');
    }
    if (!zones.empty()) pool_->zones = {std::move(zones), flag.values[0].where};
  }
  // Pools with the same variable are in the same group, whatever its value is.
  void ProximityGroup(const Flag& flag) {
    if (flag.values.size() == 1 && !flag.values[0].unresolved.empty()) {
      pool_->proximity_placement_group = {flag.values[0].unresolved, flag.values[0].where};
    } else {
      LastPart(flag, pool_->proximity_placement_group);
    }
  }
  void MaxSurge(const Flag& flag) { Text(flag, pool_->max_surge); }
  void Mode(const Flag& flag) {
    const ShellWord* word = One(flag);
    if (word == nullptr) return;
    if (word->text != "System" && word->text != "User") {
      Error(word->where,
            fmt::format("{} is '{}', expected System or User", Written(flag.name), word->text));
      return;
    }
    pool_->mode = {word->text, word->where};
  }
  void NodeSubnet(const Flag& flag) { SubnetName(flag, pool_->vnet_subnet); }
  void PodSubnet(const Flag& flag) { SubnetName(flag, pool_->pod_subnet); }
  void PodIpAllocationMode(const Flag& flag) {
    static constexpr std::pair<std::string_view, PodIpAllocation> kChoices[] = {
        {"DynamicIndividual", PodIpAllocation::kDynamicIndividual},
        {"StaticBlock", PodIpAllocation::kStaticBlock}};
    Choice(flag, kChoices, pool_->pod_ip_allocation);
  }
  void OsType(const Flag& flag) {
    const ShellWord* word = One(flag);
    if (word != nullptr && word->text != "Linux") {
      Error(word->where,
            fmt::format("{} {}: only Linux nodes are modelled", Written(flag.name), word->text));
    }
  }

  // VNet commands.
  void AddressPrefixes(const Flag& flag) {
    for (const ShellWord& word : Many(flag)) {
      const auto cidr = CidrOf(flag, word);
      if (!cidr) continue;
      if (command_ == Command::kSubnetCreate) {
        subnet_.prefix = *cidr;
        subnet_.where = word.where;
        has_prefix_ = true;
      } else if (!settings_.vnet_prefix) {
        settings_.vnet_prefix = {*cidr, word.where};
      }
    }
  }
  void SubnetNameFlag(const Flag& flag) {
    if (const ShellWord* word = One(flag)) subnet_.name = word->text;
  }
  void SubnetPrefix(const Flag& flag) {
    for (const ShellWord& word : Many(flag)) {
      if (const auto cidr = CidrOf(flag, word)) {
        subnet_.prefix = *cidr;
        subnet_.where = word.where;
        has_prefix_ = true;
      }
    }
  }

  AzSettings& settings_;
  const azure::Limits& limits_;
  Diagnostics& diagnostics_;
  bool yaml_;
  Command command_ = Command::kAksCreate;
  AzNodePool* pool_ = nullptr;
  AzSubnet subnet_;
  bool has_prefix_ = false;
};

std::span<const Reader::Rule> Reader::RulesOf(Command command) {
  static constexpr Rule kAksCreate[] = {
      {"--apiserver-subnet-id", &Reader::ApiServerSubnet},
      {"--dns-service-ip", &Reader::DnsServiceIp},
      {"--enable-cluster-autoscaler", &Reader::Autoscaler},
      {"--enable-ebpf-dataplane", &Reader::EbpfDataplane},
      {"--enable-private-cluster", &Reader::PrivateCluster},
      {"--ip-families", &Reader::IpFamilies},
      {"--kube-proxy-config", &Reader::KubeProxyConfig},
      {"--kubernetes-version", &Reader::KubernetesVersion},
      {"--load-balancer-managed-outbound-ip-count", &Reader::OutboundIps},
      {"--load-balancer-outbound-ports", &Reader::OutboundPorts},
      {"--max-count", &Reader::MaxCount},
      {"--max-pods", &Reader::MaxPods},
      {"--max-surge", &Reader::MaxSurge},
      {"--min-count", &Reader::MinCount},
      {"--nat-gateway-idle-timeout", &Reader::NatIdle},
      {"--nat-gateway-managed-outbound-ip-count", &Reader::NatIps},
      {"--network-dataplane", &Reader::Dataplane},
      {"--network-plugin", &Reader::NetworkPluginFlag},
      {"--network-plugin-mode", &Reader::PluginMode},
      {"--network-policy", &Reader::Policy},
      {"--node-count", &Reader::NodeCount},
      {"--node-vm-size", &Reader::VmSize},
      {"--nodepool-name", &Reader::PoolName},
      {"--os-type", &Reader::OsType},
      {"--outbound-type", &Reader::Outbound},
      {"--pod-cidr", &Reader::PodCidrs},
      {"--pod-cidrs", &Reader::PodCidrs},
      {"--pod-ip-allocation-mode", &Reader::PodIpAllocationMode},
      {"--pod-subnet-id", &Reader::PodSubnet},
      {"--ppg", &Reader::ProximityGroup},
      {"--service-cidr", &Reader::ServiceCidrs},
      {"--service-cidrs", &Reader::ServiceCidrs},
      {"--vnet-subnet-id", &Reader::NodeSubnet},
      {"--zones", &Reader::Zones},
  };
  static constexpr Rule kNodepoolAdd[] = {
      {"--enable-cluster-autoscaler", &Reader::Autoscaler},
      {"--kubernetes-version", &Reader::KubernetesVersion},
      {"--max-count", &Reader::MaxCount},
      {"--max-pods", &Reader::MaxPods},
      {"--max-surge", &Reader::MaxSurge},
      {"--min-count", &Reader::MinCount},
      {"--mode", &Reader::Mode},
      {"--name", &Reader::PoolName},
      {"--node-count", &Reader::NodeCount},
      {"--node-vm-size", &Reader::VmSize},
      {"--nodepool-name", &Reader::PoolName},
      {"--os-type", &Reader::OsType},
      {"--pod-ip-allocation-mode", &Reader::PodIpAllocationMode},
      {"--pod-subnet-id", &Reader::PodSubnet},
      {"--ppg", &Reader::ProximityGroup},
      {"--vnet-subnet-id", &Reader::NodeSubnet},
      {"--zones", &Reader::Zones},
  };
  static constexpr Rule kVnetCreate[] = {
      {"--address-prefix", &Reader::AddressPrefixes},
      {"--address-prefixes", &Reader::AddressPrefixes},
      {"--subnet-name", &Reader::SubnetNameFlag},
      {"--subnet-prefix", &Reader::SubnetPrefix},
      {"--subnet-prefixes", &Reader::SubnetPrefix},
  };
  static constexpr Rule kSubnetCreate[] = {
      {"--address-prefix", &Reader::AddressPrefixes},
      {"--address-prefixes", &Reader::AddressPrefixes},
      {"--name", &Reader::SubnetNameFlag},
  };
  switch (command) {
    case Command::kAksCreate:
      return kAksCreate;
    case Command::kNodepoolAdd:
      return kNodepoolAdd;
    case Command::kVnetCreate:
      return kVnetCreate;
    case Command::kSubnetCreate:
      return kSubnetCreate;
  }
  return {};
}

void Reader::Unknown(const Flag& flag, std::span<const Rule> rules) {
  // Flags of the VNet commands beyond the prefixes are Azure's business.
  if (command_ == Command::kVnetCreate || command_ == Command::kSubnetCreate) return;
  if (!yaml_) {
    if (Contains(kIrrelevantFlags, flag.name)) return;
    // The name of the cluster; `nodepool add` has a rule for its own --name.
    if (flag.name == "--name") return;
    if (Contains(kNotModelledFlags, flag.name)) {
      NotModelled(flag);
      return;
    }
  }
  std::vector<std::string> names;
  for (const Rule& rule : rules) names.push_back(Written(rule.flag));
  const std::string written = yaml_ ? Written(flag.name) : flag.name;
  const std::vector<std::string> near = document::NearSpellings(written, names);
  if (yaml_) {
    Error(flag.where, fmt::format("unknown key '{}' in az", written),
          (near.empty() ? std::string() : fmt::format("did you mean '{}'? ", near[0])) +
              fmt::format("known: {}", fmt::join(names, ", ")));
  } else if (!near.empty()) {
    Error(flag.where, fmt::format("unknown flag '{}'", written),
          fmt::format("did you mean '{}'?", near[0]));
  } else {
    diagnostics_.Warning(flag.where, "", fmt::format("{} is read, not modelled", flag.name), "");
  }
}

void Reader::ReadCommand(Command command, const SourceLocation& where,
                         std::span<const Flag> flags) {
  command_ = command;
  subnet_ = {};
  has_prefix_ = false;
  switch (command) {
    case Command::kAksCreate:
      settings_.given = true;
      settings_.where = where;
      settings_.default_pool.where = where;
      pool_ = &settings_.default_pool;
      break;
    case Command::kNodepoolAdd:
      settings_.added_pools.emplace_back();
      pool_ = &settings_.added_pools.back();
      pool_->where = where;
      break;
    default:
      break;
  }
  const std::span<const Rule> rules = RulesOf(command);
  for (const Flag& flag : flags) {
    const auto rule = std::find_if(rules.begin(), rules.end(),
                                   [&](const Rule& r) { return r.flag == flag.name; });
    if (rule == rules.end()) {
      Unknown(flag, rules);
    } else {
      (this->*rule->apply)(flag);
    }
  }
  if (pool_ != nullptr && pool_->autoscaler && (!pool_->min_count || !pool_->max_count)) {
    Error(pool_->where, fmt::format("{} needs {} and {}", Written("--enable-cluster-autoscaler"),
                                    Written("--min-count"), Written("--max-count")));
  }
  if (command == Command::kNodepoolAdd && pool_->name.empty()) {
    Error(where, "az aks nodepool add has no --name");
  }
  if (!subnet_.name.empty() && has_prefix_) settings_.subnets.push_back(subnet_);
  pool_ = nullptr;
}

std::optional<Command> CommandOf(const ShellCommand& words, std::size_t& first_flag) {
  const auto is = [&](std::initializer_list<std::string_view> expected) {
    if (words.size() < expected.size()) return false;
    std::size_t i = 0;
    for (const std::string_view word : expected) {
      if (words[i++].text != word) return false;
    }
    first_flag = expected.size();
    return true;
  };
  if (is({"az", "aks", "create"})) return Command::kAksCreate;
  if (is({"az", "aks", "nodepool", "add"})) return Command::kNodepoolAdd;
  if (is({"az", "network", "vnet", "create"})) return Command::kVnetCreate;
  if (is({"az", "network", "vnet", "subnet", "create"})) return Command::kSubnetCreate;
  first_flag = 0;
  if (!words[0].quoted && words[0].text.starts_with("--")) return Command::kAksCreate;
  return std::nullopt;
}

std::vector<Flag> FlagsOf(std::span<const ShellWord> words, Diagnostics& diagnostics) {
  std::vector<Flag> flags;
  for (const ShellWord& word : words) {
    const bool is_long = !word.quoted && word.text.starts_with("--");
    const auto* const short_flag =
        std::find_if(std::begin(kShortFlags), std::end(kShortFlags),
                     [&](const ShortFlag& f) { return !word.quoted && f.letter == word.text; });
    const std::size_t equals = word.text.find('=');
    if (is_long || (word.quoted && word.text.starts_with("--") && equals != std::string::npos)) {
      flags.push_back({word.text.substr(0, equals), word.where, {}});
      if (equals != std::string::npos) {
        ShellWord value = word;
        value.text = word.text.substr(equals + 1);
        value.where.column += static_cast<int>(equals) + 1;
        flags.back().values.push_back(std::move(value));
      }
    } else if (short_flag != std::end(kShortFlags)) {
      flags.push_back({std::string(short_flag->name), word.where, {}});
    } else if (flags.empty()) {
      diagnostics.Error(word.where, "", fmt::format("'{}' belongs to no flag", word.text), "");
    } else {
      flags.back().values.push_back(word);
    }
  }
  return flags;
}

}  // namespace

bool IsAzCommandLine(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\n");
  if (first == std::string_view::npos) return false;
  text.remove_prefix(first);
  return text.starts_with("--") || text.starts_with("az ");
}

AzSettings ReadAzText(std::string_view text, const SourceLocation& start, bool one_place,
                      const azure::Limits& limits, Diagnostics& diagnostics) {
  AzSettings settings;
  settings.where = start;
  Reader reader(settings, limits, diagnostics, /*yaml=*/false);
  for (const ShellCommand& words : SplitCommands(text, start, one_place)) {
    std::size_t first_flag = 0;
    const std::optional<Command> command = CommandOf(words, first_flag);
    if (!command) continue;
    const std::vector<Flag> flags = FlagsOf(std::span(words).subspan(first_flag), diagnostics);
    if (*command == Command::kAksCreate && settings.given) {
      diagnostics.Error(words[0].where, "", "a second cluster in one script",
                        "write a configuration for each");
      continue;
    }
    reader.ReadCommand(*command, words[0].where, flags);
  }
  if (!settings.given) {
    diagnostics.Error(
        start, "", "no 'az aks create' here",
        "expected flags such as --network-plugin azure, or a whole az aks create line");
  }
  return settings;
}

AzSettings ReadAzMap(const document::Value& map, const azure::Limits& limits,
                     Diagnostics& diagnostics) {
  AzSettings settings;
  std::vector<Flag> flags;
  for (const document::Member& member : map.members()) {
    Flag flag;
    flag.name = "--" + member.key;
    std::replace(flag.name.begin(), flag.name.end(), '_', '-');
    flag.where = member.key_where();
    const document::Value& value = member.value;
    const auto add = [&](const document::Value& scalar) {
      ShellWord word;
      word.text = scalar.text();
      word.where = scalar.where();
      flag.values.push_back(std::move(word));
    };
    if (value.kind() == document::Kind::kSequence) {
      for (const document::Value& item : value.items()) add(item);
    } else if (value.kind() == document::Kind::kScalar) {
      add(value);
    }
    flags.push_back(std::move(flag));
  }
  Reader reader(settings, limits, diagnostics, /*yaml=*/true);
  reader.ReadCommand(Command::kAksCreate, map.where(), flags);
  return settings;
}

}  // namespace cnisim::cni
