#include "models/cni/configure.h"

#include <algorithm>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "models/cni/calico_installation.h"
#include "models/cni/flannel_config.h"

namespace cnisim::cni {
namespace {

using document::Diagnostics;
using document::SourceLocation;

class Configurator {
 public:
  Configurator(const CniSources& sources, const azure::Limits& limits, Diagnostics& diagnostics)
      : sources_(sources), az_(sources.az), limits_(limits), diagnostics_(diagnostics) {}

  CniConfiguration Configure() {
    configuration_.where = sources_.where;
    configuration_.plugin = Plugin();
    CheckFlags();
    switch (configuration_.plugin) {
      case NetworkPlugin::kAzure:
        ConfigureAzure();
        break;
      case NetworkPlugin::kKubenet:
        ConfigureKubenet();
        break;
      case NetworkPlugin::kNone:
        ConfigureNone();
        break;
    }
    ConfigureServices();
    ConfigureOutbound();
    if (!sources_.catalog_cni.empty()) configuration_.profile = sources_.catalog_cni;
    configuration_.switches =
        datapath::Merge(std::move(configuration_.switches), sources_.switches);
    return std::move(configuration_);
  }

 private:
  bool HasOwnCni() const {
    return sources_.cilium.has_value() || sources_.calico.has_value() ||
           sources_.flannel.has_value() || !sources_.catalog_cni.empty();
  }
  bool Overlay() const { return az_.overlay && *az_.overlay; }
  bool CiliumDataplane() const {
    return az_.dataplane && *az_.dataplane == NetworkDataplane::kCilium;
  }

  void Set(std::string_view name, std::string_view value) {
    configuration_.switches[std::string(name)] = std::string(value);
  }
  void Error(const SourceLocation& where, std::string message, std::string hint = {}) {
    diagnostics_.Error(where, "", std::move(message), std::move(hint));
  }
  void Warning(const SourceLocation& where, std::string message, std::string hint = {}) {
    diagnostics_.Warning(where, "", std::move(message), std::move(hint));
  }

  NetworkPlugin Plugin() {
    if (az_.network_plugin) return *az_.network_plugin;
    if (az_.given) {
      default_overlay_ = true;
      return NetworkPlugin::kAzure;
    }
    if (HasOwnCni()) return NetworkPlugin::kNone;
    Error(sources_.where, "this configuration has no CNI",
          "add az flags (az: --network-plugin azure), or cilium:, calico: or flannel: for a "
          "cluster without a plugin");
    default_overlay_ = true;
    return NetworkPlugin::kAzure;
  }

  // Combinations that az or AKS refuses.
  void CheckFlags() {
    const NetworkPlugin plugin = configuration_.plugin;
    if (az_.overlay && plugin != NetworkPlugin::kAzure) {
      Error(az_.overlay.where, "--network-plugin-mode overlay needs --network-plugin azure");
    }
    if (CiliumDataplane() && plugin != NetworkPlugin::kAzure) {
      Error(az_.dataplane.where, "--network-dataplane cilium needs --network-plugin azure",
            plugin == NetworkPlugin::kNone ? "a Cilium of one's own needs no dataplane flag" : "");
    }
    CheckPolicyFlag();
    const Setting<std::string>& pod_subnet = az_.default_pool.pod_subnet;
    if (pod_subnet && (plugin != NetworkPlugin::kAzure || Overlay())) {
      Error(pod_subnet.where,
            "--pod-subnet-id needs --network-plugin azure without --network-plugin-mode overlay");
    }
    if (az_.default_pool.pod_ip_allocation && !pod_subnet) {
      Error(az_.default_pool.pod_ip_allocation.where,
            "--pod-ip-allocation-mode needs --pod-subnet-id");
    }
    if (az_.dual_stack && !Overlay() && !default_overlay_ && plugin == NetworkPlugin::kAzure) {
      Error(az_.dual_stack.where, "IPv4,IPv6 needs --network-plugin-mode overlay");
    }
    if (az_.pod_cidrs && plugin == NetworkPlugin::kAzure && !Overlay() && !default_overlay_) {
      Warning(az_.pod_cidrs.where,
              "--pod-cidr has no effect: pods of this mode take addresses of the VNet",
              "add --network-plugin-mode overlay, or remove --pod-cidr");
    }
  }

  void CheckPolicyFlag() {
    if (!az_.network_policy || *az_.network_policy == NetworkPolicy::kNone) return;
    const NetworkPolicy policy = *az_.network_policy;
    const SourceLocation& where = az_.network_policy.where;
    if (configuration_.plugin == NetworkPlugin::kNone) {
      Error(where, "--network-policy is not accepted with --network-plugin none",
            "the CNI enforces policies, or nobody");
    } else if (configuration_.plugin == NetworkPlugin::kKubenet &&
               policy != NetworkPolicy::kCalico) {
      Error(where, "kubenet works with --network-policy calico or none only");
    } else if (CiliumDataplane() && policy != NetworkPolicy::kCilium) {
      Error(where, "--network-dataplane cilium enforces policies itself",
            "write --network-policy cilium, or leave it out");
    } else if (!CiliumDataplane() && policy == NetworkPolicy::kCilium) {
      Error(where, "--network-policy cilium needs --network-dataplane cilium");
    }
  }

  void ConfigureAzure() {
    const bool overlay = Overlay() || default_overlay_;
    const bool cilium = CiliumDataplane();
    const Setting<std::string>& pod_subnet = az_.default_pool.pod_subnet;
    const Setting<PodIpAllocation>& allocation = az_.default_pool.pod_ip_allocation;
    std::string mode;
    if (overlay) {
      mode = "overlay";
      UsePodCidrs(ipam::IpamKind::kOverlay);
      configuration_.default_max_pods = MaxPods(azure::LimitId::kDefaultMaxPodsOverlay);
    } else if (pod_subnet) {
      const bool fixed = allocation && *allocation == PodIpAllocation::kStaticBlock;
      mode = fixed ? "pod-subnet-static" : "pod-subnet-dynamic";
      configuration_.ipam.kind =
          fixed ? ipam::IpamKind::kPodSubnetStatic : ipam::IpamKind::kPodSubnetDynamic;
      configuration_.default_max_pods = MaxPods(azure::LimitId::kDefaultMaxPodsPodSubnet);
    } else {
      mode = "node-subnet";
      configuration_.ipam.kind = ipam::IpamKind::kNodeSubnet;
      configuration_.default_max_pods = MaxPods(azure::LimitId::kDefaultMaxPodsNodeSubnet);
    }
    configuration_.profile = (cilium ? "cilium-" : "azure-") + mode;
    SetAzurePolicyEngine(cilium);
    if (cilium) {
      // AKS takes kube-proxy away; the profile has the Service engine.
      configuration_.replaces_kube_proxy = true;
      configuration_.removes_kube_proxy = true;
    } else {
      configuration_.needs_kube_proxy = true;
    }
    if (sources_.cilium) {
      Error(sources_.cilium->where,
            "Cilium is installed with its own chart, and this cluster has Azure CNI",
            cilium ? "AKS manages Cilium here and takes no values; for a Cilium of one's own write "
                     "az: --network-plugin none"
                   : "write az: --network-plugin none");
    }
    if (sources_.flannel) {
      Error(sources_.flannel->where,
            "Flannel needs a cluster without a plugin, and this one has Azure CNI",
            "write az: --network-plugin none");
    }
    if (sources_.calico) {
      ReadCalicoInstallation(sources_.calico->objects, sources_.calico->where, configuration_,
                             diagnostics_);
    }
  }

  void SetAzurePolicyEngine(bool cilium) {
    policy::Engine engine = cilium ? policy::Engine::kCilium : policy::Engine::kNone;
    if (!cilium && az_.network_policy) {
      if (*az_.network_policy == NetworkPolicy::kAzure) engine = policy::Engine::kAzureNpm;
      if (*az_.network_policy == NetworkPolicy::kCalico) engine = policy::Engine::kCalico;
    }
    SetPolicyEngine(engine);
  }

  void SetPolicyEngine(policy::Engine engine) {
    configuration_.policy_engine = engine;
    switch (engine) {
      case policy::Engine::kNone:
        Set("policy_engine", "none");
        break;
      case policy::Engine::kAzureNpm:
        Set("policy_engine", "azure-npm");
        break;
      case policy::Engine::kCalico:
        Set("policy_engine", "calico");
        break;
      case policy::Engine::kCilium:
        Set("policy_engine", "cilium");
        break;
    }
  }

  /// A line without the flag gets AKS's default, a load balancer.
  void ConfigureOutbound() {
    switch (az_.outbound_type ? *az_.outbound_type : OutboundType::kLoadBalancer) {
      case OutboundType::kLoadBalancer:
        Set("outbound_type", "load-balancer");
        break;
      case OutboundType::kManagedNatGateway:
      case OutboundType::kUserAssignedNatGateway:
        Set("outbound_type", "nat-gateway");
        break;
      case OutboundType::kUserDefinedRouting:
        Set("outbound_type", "firewall");
        break;
      case OutboundType::kNone:
      case OutboundType::kBlock:
        Set("outbound_type", "none");
        break;
    }
  }

  void ConfigureKubenet() {
    configuration_.profile = "kubenet";
    UsePodCidrs(ipam::IpamKind::kKubenet);
    configuration_.default_max_pods = MaxPods(azure::LimitId::kDefaultMaxPodsKubenet);
    configuration_.needs_kube_proxy = true;
    SetPolicyEngine(az_.network_policy && *az_.network_policy == NetworkPolicy::kCalico
                        ? policy::Engine::kCalico
                        : policy::Engine::kNone);
    const std::int64_t day = limits_[azure::LimitId::kKubenetRetires];
    Warning(az_.network_plugin.where,
            fmt::format("AKS retires kubenet on {:04}-{:02}-{:02}", day / 10'000, day / 100 % 100,
                        day % 100),
            "move to --network-plugin azure --network-plugin-mode overlay");
    if (HasOwnCni() && sources_.catalog_cni.empty()) {
      Error(sources_.where,
            "a CNI of one's own needs a cluster without a plugin, and this one has kubenet",
            "write az: --network-plugin none");
    }
  }

  void ConfigureNone() {
    configuration_.default_max_pods = MaxPods(azure::LimitId::kDefaultMaxPodsByocni);
    const int given = (sources_.cilium ? 1 : 0) + (sources_.calico ? 1 : 0) +
                      (sources_.flannel ? 1 : 0) + (sources_.catalog_cni.empty() ? 0 : 1);
    if (given == 0) {
      Error(az_.network_plugin.where,
            "this configuration has no CNI: with --network-plugin none pods get no network",
            "add cilium:, calico:, flannel: or catalog_cni:");
      return;
    }
    if (given > 1) {
      Error(sources_.where, "this configuration has more than one CNI",
            "write a configuration for each");
      return;
    }
    if (sources_.cilium) ReadCiliumRelease(*sources_.cilium, configuration_, diagnostics_);
    if (sources_.calico) {
      ReadCalicoInstallation(sources_.calico->objects, sources_.calico->where, configuration_,
                             diagnostics_);
    }
    if (sources_.flannel) {
      ReadFlannelConfig(sources_.flannel->objects, sources_.flannel->where, configuration_,
                        diagnostics_);
    }
    if (!sources_.catalog_cni.empty()) {
      UsePodCidrs(ipam::IpamKind::kClusterPool);
      configuration_.needs_kube_proxy = true;
    }
    CheckPodCidr();
  }

  void CheckPodCidr() {
    if (!az_.given) return;
    if (!az_.pod_cidrs) {
      Warning(az_.network_plugin.where,
              "--network-plugin none without --pod-cidr: the control plane has no route to pods, "
              "so webhooks fail",
              configuration_.ipam.pod_cidrs.empty()
                  ? "add --pod-cidr"
                  : fmt::format("add --pod-cidr {}", configuration_.ipam.pod_cidrs[0].ToString()));
      return;
    }
    for (const net::Cidr& pool : configuration_.ipam.pod_cidrs) {
      const bool covered = std::any_of(az_.pod_cidrs->begin(), az_.pod_cidrs->end(),
                                       [&](const net::Cidr& cidr) { return cidr.Contains(pool); });
      if (!covered) {
        Warning(az_.pod_cidrs.where,
                fmt::format("--pod-cidr {} does not cover the CNI's own pool {}, so the control "
                            "plane cannot reach "
                            "those pods",
                            (*az_.pod_cidrs)[0].ToString(), pool.ToString()),
                fmt::format("write --pod-cidr {}", pool.ToString()));
      }
    }
  }

  int MaxPods(azure::LimitId mode) const { return static_cast<int>(limits_[mode]); }

  void UsePodCidrs(ipam::IpamKind kind) {
    configuration_.ipam.kind = kind;
    if (az_.pod_cidrs) {
      configuration_.ipam.pod_cidrs = *az_.pod_cidrs;
      configuration_.pod_cidr_places.assign(az_.pod_cidrs->size(), az_.pod_cidrs.where);
    } else {
      configuration_.ipam.pod_cidrs = {limits_.default_pod_cidrs().front()};
      if (az_.dual_stack) configuration_.ipam.pod_cidrs = limits_.default_pod_cidrs();
      configuration_.pod_cidr_places.assign(configuration_.ipam.pod_cidrs.size(), sources_.where);
    }
  }

  void ConfigureServices() {
    const bool proxy_enabled = !sources_.kube_proxy || sources_.kube_proxy->enabled;
    const KubeProxyMode mode =
        sources_.kube_proxy ? sources_.kube_proxy->mode : KubeProxyMode::kIptables;
    if (configuration_.needs_kube_proxy) {
      if (!proxy_enabled) {
        Error(sources_.kube_proxy->where,
              "kube-proxy is off, and this CNI does not translate Services itself",
              "leave it on, or use a CNI that replaces it");
        return;
      }
      Set("service_engine", ServiceEngineOf(mode));
      if (mode == KubeProxyMode::kIpvs &&
          configuration_.policy_engine == policy::Engine::kAzureNpm) {
        Error(sources_.kube_proxy->where, "Azure NPM does not work with kube-proxy in IPVS mode",
              "use IPTABLES, or another policy engine");
      }
      return;
    }
    if (!configuration_.replaces_kube_proxy || configuration_.removes_kube_proxy || !proxy_enabled)
      return;
    Set("kube_proxy_beside", "true");
    const SourceLocation where = sources_.cilium   ? sources_.cilium->where
                                 : sources_.calico ? sources_.calico->where
                                                   : sources_.where;
    Warning(where,
            "kube-proxy keeps running beside its replacement: AKS installs it, and its rules stay "
            "on every node",
            "turn it off with --kube-proxy-config and {\"enabled\": false}");
  }

  const CniSources& sources_;
  const AzSettings& az_;
  const azure::Limits& limits_;
  Diagnostics& diagnostics_;
  CniConfiguration configuration_;
  bool default_overlay_ = false;  // no --network-plugin: AKS's own default
};

}  // namespace

CniConfiguration Configure(const CniSources& sources, const azure::Limits& limits,
                           document::Diagnostics& diagnostics) {
  return Configurator(sources, limits, diagnostics).Configure();
}

}  // namespace cnisim::cni
