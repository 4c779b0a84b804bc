#include "analysis/validation/published_rows.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "models/service/iptables_tables.h"

namespace cnisim::validation {
namespace {

using datapath::Count;
using datapath::FlowClass;
using datapath::PathKind;
using datapath::ServiceAccess;
using datapath::Switches;
using datapath::TransportProtocol;

bool Has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// `word` is one of those that `;` joins in `list`.
bool ListHas(std::string_view list, std::string_view word) {
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(';'), list.size());
    if (list.substr(0, end) == word) return true;
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return false;
}

Kind KindOf(std::string_view word) {
  if (word == "latency") return Kind::kLatency;
  if (word == "rate") return Kind::kRate;
  if (word == "throughput") return Kind::kThroughput;
  if (word == "cpu") return Kind::kCpu;
  if (word == "structure_count") return Kind::kCount;
  return Kind::kOther;
}

// From a unit of the file to the figure's own: ns, per second, bit/s, share or cores.
double UnitFactor(std::string_view unit) {
  const std::array<std::pair<std::string_view, double>, 10> kUnits{{{"Gbit/s", 1e9},
                                                                    {"Mbit/s", 1e6},
                                                                    {"Mpps", 1e6},
                                                                    {"kpps", 1e3},
                                                                    {"ns", 1},
                                                                    {"us", 1e3},
                                                                    {"ms", 1e6},
                                                                    {"s", 1e9},
                                                                    {"seconds", 1e9},
                                                                    {"percent", 0.01}}};
  for (const auto& [word, factor] : kUnits) {
    if (unit == word || unit.starts_with(std::string(word) + " ")) return factor;
  }
  return 1;
}

// The CNI of the catalog that a row's path is, and what of it is switched.
struct Configuration {
  std::string profile;
  Switches switches;
  std::string reason;  ///< not empty: the catalog has no such path
};

class ConfigurationReader {
 public:
  explicit ConfigurationReader(const Row& row) : row_(row) {}

  Configuration Read() {
    ReadCni();
    if (!found_.reason.empty() || found_.profile == "host-network") return found_;
    ReadDataplane();
    ReadServices();
    ReadTunnel();
    ReadRest();
    return found_;
  }

 private:
  void Set(std::string_view name, std::string_view value) {
    if (datapath::IsSwitchValue(name, value)) {
      found_.switches[std::string(name)] = std::string(value);
    } else if (found_.reason.empty()) {
      found_.reason = fmt::format("the model has no {} '{}'", name, value);
    }
  }

  void ReadCni() {
    const std::string& cni = row_["cni_id"];
    const std::string& dataplane = row_["dataplane_id"];
    if (dataplane == "host") {
      found_.profile = "host-network";
      if (Tuned("no-conntrack")) {
        // Without hooks, as under a dataplane that goes around them.
        Set("dataplane", "ebpf");
        Set("host_routing", "ebpf");
      }
      return;
    }
    static const std::map<std::string, std::string, std::less<>> kProfiles{
        {"azure-cni", "azure-node-subnet"},
        {"azure-cni-overlay", "azure-overlay"},
        {"azure-cni-cilium", "cilium-overlay"},
        {"kubenet", "kubenet"},
        {"cilium", "byocni-cilium"},
        {"calico", "byocni-calico"},
        {"canal", "byocni-calico"},
        {"flannel", "byocni-flannel"},
        {"aws-vpc-cni", "azure-node-subnet"},
        {"gke", "azure-node-subnet"},
        {"other", "azure-node-subnet"}};
    const auto found = kProfiles.find(cni);
    if (found == kProfiles.end()) {
      found_.reason = "no cluster network: a piece of the kernel alone";
      return;
    }
    found_.profile = found->second;
    if (dataplane == "other" && row_["l7_id"].empty()) {
      found_.reason = "a data path that the product does not name";
    }
    if (cni == "canal") Set("tunnel_notrack", "false");
  }

  void ReadDataplane() {
    const std::string& dataplane = row_["dataplane_id"];
    if (dataplane == "iptables" || dataplane == "nftables") {
      Set("dataplane", dataplane);
      Set("host_routing", "legacy");
    } else if (dataplane == "ebpf") {
      Set("dataplane", "ebpf");
      Set("host_routing", "ebpf");
      Set("masquerade", "ebpf");
    } else if (dataplane == "ebpf-legacy-host") {
      Set("dataplane", "ebpf");
      Set("host_routing", "legacy");
    } else if (dataplane == "bridge") {
      Set("dataplane", "iptables");
      Set("pod_link", "bridge");
    }
  }

  void ReadServices() {
    const std::string& engine = row_["service_engine"];
    if (engine == "ebpf-xdp") {
      Set("service_engine", "ebpf-socket");
      Set("xdp", "true");
    } else if (!engine.empty() && engine != "unknown") {
      Set("service_engine", engine);
    }
    if (row_["cni_id"] == "cilium") {
      Set("kube_proxy_beside", Tuned("with-kube-proxy") ? "true" : "false");
    }
  }

  void ReadTunnel() {
    const std::string& encapsulation = row_["encap_id"];
    if (encapsulation == "none" || encapsulation == "unknown") {
      Set("encapsulation", "none");
    } else if (encapsulation == "other") {
      found_.reason = "an encapsulation that the product does not name";
    } else if (!encapsulation.empty()) {
      Set("encapsulation", encapsulation);
    }
    const std::string& encryption = row_["encryption_id"];
    if (encryption == "wireguard" || encryption == "ipsec") Set("encryption", encryption);
    if (Tuned("no-tunnel-gro")) Set("tunnel_offload", "false");
  }

  void ReadRest() {
    const std::string& policy = row_["policy_engine"];
    if (policy == "none" || policy == "calico" || policy == "cilium" || policy == "azure-npm") {
      Set("policy_engine", policy);
    }
    if (row_["hubble"] == "yes") Set("hubble", "true");
    if (row_["hubble"] == "no") Set("hubble", "false");
    if (Tuned("netkit")) Set("pod_link", "netkit");
    if (Tuned("dsr")) Set("lb_mode", "dsr");
    const std::string& proxy = row_["l7_id"];
    if (proxy == "istio-sidecar") Set("mesh", "istio");
    if (proxy == "linkerd-sidecar") Set("mesh", "linkerd");
    if (proxy == "cilium-envoy" || proxy == "istio-ambient" || proxy == "other") {
      found_.reason = "a proxy of this kind has no path of its own: " + proxy;
    }
  }

  bool Tuned(std::string_view key) const { return ListHas(row_["tuning"], key); }

  const Row& row_;
  Configuration found_;
};

// ---- Pieces of the kernel --------------------------------------------------------------------

// Stages of one packet on the machine under test, from the driver on; empty: not known.
std::string PacketPath(const Row& row) {
  const std::string& variant = row["variant"];
  const std::string& dataplane = row["dataplane_id"];
  const auto has = [&](std::string_view word) { return ListHas(variant, word); };
  if (has("raw-prerouting")) return "[nic_rx_driver]";
  if (has("filter-input")) return "[nic_rx_driver, receive_route_input]";
  if (has("conntrack-filter")) {
    return "[nic_rx_driver, receive_route_input, conntrack_established, netfilter_hook]";
  }
  if (has("firewalld")) {
    return "[nic_rx_driver, receive_route_input, conntrack_established, netfilter_hook, "
           "firewalld_walk]";
  }
  if (has("xdp-drop")) return "[xdp_drop]";
  if (has("xdp-pass")) return "[xdp_pass_through]";
  const std::string table = has("full-bgp-table") ? ", full_table_lookup" : "";
  if (row["path"] == "kernel_micro" && dataplane == "kernel") {
    return "[nic_rx_driver, receive_route_input, forward_and_transmit" + table + "]";
  }
  if (row["path"] == "kernel_micro" && dataplane == "ebpf") return "[xdp_forward" + table + "]";
  if (row["path"] == "nodeport" && row["service_engine"] == "ebpf-xdp") return "[ebpf_xdp_lb]";
  if (row["path"] == "nodeport" && dataplane == "kernel" &&
      row["service_engine"] == "kube-proxy-ipvs") {
    return "[nic_rx_driver, receive_route_input, ipvs_lookup_and_forward, forward_and_transmit]";
  }
  return "";
}

std::string PacketProfile(const std::string& steps) {
  return "name: packets\nsummary: packets on the machine under test\n"
         "paths:\n  external_to_pod:\n    request:\n      server: " +
         steps + "\n";
}

// A NodePort packet on its entry node, on its way to a backend elsewhere.
std::string EntryProfile(const Switches& switches) {
  std::string words;
  for (const auto& [name, value] : switches) {
    words += fmt::format("{}{}: \"{}\"", words.empty() ? "" : ", ", name, value);
  }
  return "name: entry\nsummary: an entry node that forwards\nswitches: {" + words +
         "}\npaths:\n  external_to_pod:\n    request:\n      server:\n"
         "        - nic_rx_driver\n        - {use: entry_forward}\n";
}

// A new connection's first packet from the pod's veth to its endpoint: no sockets.
std::string FirstPacketProfile(const Switches& switches) {
  std::string words;
  for (const auto& [name, value] : switches) {
    words += fmt::format("{}{}: \"{}\"", words.empty() ? "" : ", ", name, value);
  }
  return "name: first-packet\nsummary: a node's kernel, from the pod's veth on\nswitches: {" +
         words +
         "}\npaths:\n  pod_to_pod_same_node:\n    request:\n      client:\n"
         "        - {use: host_stack}\n        - {use: service_lookup}\n"
         "        - {use: new_connection}\n";
}

// ---- Loads and figures -----------------------------------------------------------------------

class ExperimentBuilder {
 public:
  ExperimentBuilder(const Row& row, Lab& lab) : row_(row), lab_(lab) {}

  /// The experiment and how its figure reads in the row's unit; or the reason why there is none.
  void Build(Measurement& measurement) {
    if (row_["kind"] == "structure_count") {
      BuildCount(measurement);
      return;
    }
    experiment_.hardware = std::string(kServerHardware);
    ReadMachine();
    const std::string& traffic = row_["traffic"];
    if (traffic == "packet_forward" || traffic == "packet_drop" ||
        Has(row_["metric"], "xdp_pass")) {
      BuildPackets(measurement);
    } else {
      BuildCluster(measurement);
    }
    if (measurement.reason.empty()) measurement.experiment = std::move(experiment_);
  }

 private:
  void BuildCount(Measurement& measurement) {
    if (row_["metric"] != "rules_per_service") {
      measurement.reason = "a structure that the model does not count";
      return;
    }
    // The rules that one more Service with two endpoints adds to kube-proxy's tables.
    service::ServicePortShape port;
    port.endpoints = 2;
    service::ProxyOptions options;
    options.local_detector = true;  // --cluster-cidr
    measurement.counted = static_cast<double>(service::CountPort(port, options).rules());
  }

  void ReadMachine() {
    experiment_.machine.cores = static_cast<std::uint32_t>(std::max(row_.Number("cores", 16), 1.0));
    experiment_.machine.link =
        BitsPerSecond(static_cast<std::int64_t>(row_.Number("link_gbps", 100) * 1e9));
    if (row_["cpu"].starts_with("Standard_")) experiment_.machine.wire = "azure_fabric_one_way";
  }

  void SetProfile(Lab::Profile profile, Measurement& measurement) {
    experiment_.profile = std::move(profile);
    if (experiment_.profile == nullptr) measurement.reason = "its path could not be built";
  }

  void BuildPackets(Measurement& measurement) {
    const std::string steps = PacketPath(row_);
    if (!steps.empty()) {
      SetProfile(lab_.Made(PacketProfile(steps), row_.where()), measurement);
    } else if (row_["path"] == "nodeport") {
      const Configuration configuration = ConfigurationReader(row_).Read();
      measurement.reason = configuration.reason;
      if (measurement.reason.empty()) {
        SetProfile(lab_.Made(EntryProfile(configuration.switches), row_.where()), measurement);
      }
    } else {
      measurement.reason = "a packet path that the model does not have";
    }
    FlowClass flow;
    flow.path = PathKind::kExternalToPod;
    flow.protocol = TransportProtocol::kUdp;
    flow.service = row_["path"] == "nodeport" ? ServiceAccess::kNodePort : ServiceAccess::kNone;
    experiment_.flows = {flow};
    experiment_.machine.cores = ListHas(row_["variant"], "cores-used-1")   ? 1U
                                : ListHas(row_["variant"], "cores-used-6") ? 6U
                                                                           : 2U;
    // Flows of many, so that they spread over all cores.
    experiment_.connections = 1024;
    const double offered = Offered();
    experiment_.load = offered > 0 ? Load::kOpenLoop : Load::kFlood;
    experiment_.rate = offered;
    experiment_.observable = Observable::kPackets;
    if (Has(row_["metric"], "cpu_idle")) experiment_.observable = Observable::kServerIdle;
    if (row_["unit"] == "ns") experiment_.observable = Observable::kServerCpuPerWork;
    measurement.scale = 1 / UnitFactor(row_["unit"]);
  }

  // Packets, requests or bits a second; 0 = as fast as it goes.
  double Offered() const {
    const std::string& offered = row_["offered"];
    const std::size_t space = offered.find(' ');
    if (space == std::string::npos) return 0;
    return std::atof(offered.c_str()) * UnitFactor(std::string_view(offered).substr(space + 1));
  }

  void BuildCluster(Measurement& measurement) {
    const Configuration configuration = ConfigurationReader(row_).Read();
    measurement.reason = configuration.reason;
    if (!measurement.reason.empty()) return;
    const bool first_packet = row_["metric"] == "first_packet_latency";
    SetProfile(first_packet ? lab_.Made(FirstPacketProfile(configuration.switches), row_.where())
                            : lab_.Cni(configuration.profile),
               measurement);
    if (!measurement.reason.empty()) return;
    experiment_.switches = configuration.switches;
    FlowClass flow;
    SetPath(flow, measurement);
    SetTraffic(flow, measurement);
    if (!measurement.reason.empty()) return;
    if (first_packet) {
      flow.path = PathKind::kPodToPodSameNode;
      flow.protocol = TransportProtocol::kUdp;  // one packet, and no handshake
    }
    SetObservable(measurement);
    SetStructures(flow);
  }

  void SetPath(FlowClass& flow, Measurement& measurement) {
    const std::string& path = row_["path"];
    const bool same = row_["placement"] == "same_node";
    if (path == "host_host") {
      flow.path = PathKind::kHostToHostCrossNode;
    } else if (path == "pod_pod" || path == "pod_clusterip" || path == "mesh") {
      flow.path = same ? PathKind::kPodToPodSameNode : PathKind::kPodToPodCrossNode;
    } else if (path == "pod_node") {
      flow.path = PathKind::kPodToHostCrossNode;
    } else if (path == "node_clusterip") {
      flow.path = PathKind::kHostToPodCrossNode;
    } else {
      measurement.reason = "a path that is measured from outside the cluster: " + path;
    }
    if (Has(path, "clusterip")) flow.service = ServiceAccess::kClusterIp;
    const double mtu = row_.Number("mtu", 1500);
    flow.device_mtu = Bytes(static_cast<std::int64_t>(mtu));
  }

  void SetTraffic(FlowClass& flow, Measurement& measurement) {
    const std::string& traffic = row_["traffic"];
    experiment_.connections = static_cast<std::uint32_t>(std::max(row_.Number("streams", 1), 1.0));
    const auto message = static_cast<std::int64_t>(std::max(row_.Number("msg_bytes", 1), 1.0));
    experiment_.request = Bytes(message);
    experiment_.response = Bytes(message);
    if (traffic == "tcp_rr" || traffic == "sockperf" || traffic == "other") {
      experiment_.load = Load::kRequestResponse;
    } else if (traffic == "udp_rr") {
      flow.protocol = TransportProtocol::kUdp;
    } else if (traffic == "tcp_crr") {
      experiment_.load = Load::kConnectRequestResponse;
    } else if (traffic == "tcp_stream" || traffic == "udp_stream") {
      experiment_.load = Load::kStream;
      if (traffic == "udp_stream") {
        flow.protocol = TransportProtocol::kUdp;
        // A datagram fills the packet that a pod's route carries.
        constexpr std::int64_t kHeaders = 28;
        experiment_.request = Bytes(flow.device_mtu.count() - kHeaders - 60);
      }
    } else if (traffic == "http" || traffic == "redis") {
      SetHttp(traffic == "redis");
    } else {
      measurement.reason = "a load that the model does not have: " + traffic;
    }
  }

  void SetHttp(bool redis) {
    // Tests of a Service's address open a connection for each request, or they would not see it.
    const bool connects =
        ListHas(row_["variant"], "new-connection") || (!redis && row_["path"] == "pod_clusterip");
    experiment_.load = connects ? Load::kConnectRequestResponse : Load::kRequestResponse;
    const double offered = Offered();
    if (offered > 0) {
      experiment_.load = Load::kOpenLoop;
      experiment_.rate = offered;
    }
    experiment_.response = Bytes(1024);
    experiment_.serves = !redis;
    if (redis) {
      // redis-benchmark: fifty clients of one server thread.
      experiment_.connections = 50;
      experiment_.one_thread = true;
      experiment_.request = Bytes(Has(row_["metric"], "set") ? 1000 : 50);
      experiment_.response = Bytes(Has(row_["metric"], "set") ? 10 : 1000);
    }
  }

  void SetObservable(Measurement& measurement) {
    const std::string& metric = row_["metric"];
    const std::string& stat = row_["stat"];
    const double cores = experiment_.machine.cores;
    const double offered = Offered();
    measurement.scale = 1 / UnitFactor(row_["unit"]);
    if (row_["kind"] == "cpu") {
      const bool server = Has(metric, "server");
      if (Has(metric, "proxy")) {
        experiment_.observable = Observable::kServerProxyCpu;
      } else if (offered > 0) {
        experiment_.observable =
            server ? Observable::kServerCpuPerWork : Observable::kClientCpuPerWork;
        const double work = experiment_.load == Load::kStream ? offered / 8 : offered;
        measurement.scale *= work * 1e-9 / cores;
      } else if (Has(row_["unit"], "cpu seconds") || Has(row_["unit"], "host_total")) {
        experiment_.observable = server ? Observable::kServerTasks : Observable::kClientTasks;
      } else {
        experiment_.observable = server ? Observable::kServerCpu : Observable::kClientCpu;
        measurement.scale /= cores;
      }
      return;
    }
    if (row_["kind"] == "latency") {
      SetLatency(stat);
      return;
    }
    experiment_.observable =
        row_["kind"] == "throughput" ? Observable::kThroughput : Observable::kTransactions;
    if (Has(metric, "per_flow")) measurement.scale /= experiment_.connections;
  }

  void SetLatency(const std::string& stat) {
    experiment_.observable = Observable::kLatency;
    if (stat.size() == 3 && stat[0] == 'p' && std::isdigit(stat[1]) != 0) {
      experiment_.observable = Observable::kLatencyQuantile;
      experiment_.quantile = std::stod(stat.substr(1)) / 100;
    } else if (stat == "max" || stat == "min") {
      experiment_.observable = Observable::kLatencyQuantile;
      experiment_.quantile = stat == "max" ? 1 : 0;
    }
  }

  // What a connection walks: this cluster's Services, each as likely as any other.
  void SetStructures(const FlowClass& flow) {
    const double services = std::max(row_.Number("n_services", 10), 0.0);
    const std::string engine(datapath::SwitchValue(
        datapath::Merge(experiment_.profile->switches(), experiment_.switches), "service_engine"));
    constexpr int kPlaces = 51;
    const bool spread = services > 100 && row_["kind"] == "latency" &&
                        flow.service != ServiceAccess::kNone && engine == "kube-proxy-iptables";
    for (int i = 0; i < (spread ? kPlaces : 1); ++i) {
      FlowClass one = flow;
      const double place = spread ? (i + 0.5) / kPlaces : 0.5;
      one.counts.Set(Count::kServiceRulesAll, services);
      if (flow.service != ServiceAccess::kNone) {
        one.counts.Set(Count::kServiceRulesBeforeMatch, 1 + services * place);
        one.counts.Set(Count::kServiceChainRules, 4);
        one.counts.Set(Count::kServiceRandomRules, 1);
      }
      experiment_.flows.push_back(one);
    }
  }

  const Row& row_;
  Lab& lab_;
  Experiment experiment_;
};

bool IsVersion(std::string_view token) {
  const auto digit_after = [&](std::string_view prefix) {
    return token.starts_with(prefix) && token.size() > prefix.size() &&
           std::isdigit(token[prefix.size()]) != 0;
  };
  return digit_after("ubuntu") || digit_after("istio-") || digit_after("linkerd-");
}

// The variant without words that only tell versions apart.
std::string Conditions(std::string_view variant) {
  std::string kept;
  while (!variant.empty()) {
    const std::size_t end = std::min(variant.find(';'), variant.size());
    const std::string_view token = variant.substr(0, end);
    if (!IsVersion(token)) kept += std::string(token) + ";";
    variant.remove_prefix(std::min(end + 1, variant.size()));
  }
  return kept;
}

std::string Join(const Row& row, std::initializer_list<std::string_view> columns) {
  std::string text;
  for (const std::string_view column : columns) text += row[column] + "|";
  return text;
}

// Why the file itself calls a row no figure to score, in words.
std::string WhyInformative(const Row& row) {
  const std::string& kind = row["kind"];
  if (kind == "control_plane") return "time of the control plane";
  if (kind == "memory") return "memory of an agent";
  if (kind == "loss") return "UDP loss: the sender outran the receiver";
  if (kind == "gain") return "a gain between two configurations, without their figures";
  if (kind == "other") return "no figure of a kind that the model predicts";
  if (row["cpu"].empty() && row["cores"].empty() && row["link_gbps"].empty()) {
    return "the machine is not stated";
  }
  return "its source marks it as unconfirmed or inconsistent";
}

}  // namespace

std::vector<std::string> PublishedColumns() {
  return {"id",
          "publication",
          "hardware",
          "kernel",
          "placement",
          "path",
          "n_services",
          "n_endpoints",
          "n_policies",
          "msg_bytes",
          "mtu",
          "streams",
          "metric",
          "stat",
          "unit",
          "value",
          "scope",
          "cni_id",
          "dataplane_id",
          "service_engine",
          "encap_id",
          "encryption_id",
          "l7_id",
          "hubble",
          "policy_engine",
          "tuning",
          "cpu",
          "cores",
          "link_gbps",
          "traffic",
          "offered",
          "variant",
          "kind",
          "class",
          "anchor",
          "repeat_spread",
          "config_key"};
}

Measurement ReadPublishedRow(const Row& row, Lab& lab, document::Diagnostics& diagnostics) {
  Measurement measurement;
  measurement.id = row["id"];
  measurement.publication = row["publication"];
  measurement.metric = row["metric"];
  measurement.configuration = row["config_key"];
  measurement.stat = row["stat"];
  measurement.kind = KindOf(row["kind"]);
  measurement.value = row.Number("value", -1);
  measurement.unit = row["unit"];
  measurement.where = row.where();
  measurement.anchor = {row["hardware"],  row["kernel"], row["streams"],
                        row["msg_bytes"], row["mtu"],    row["variant"]};
  const bool order_statistic = row["stat"].starts_with("p") || row["stat"] == "min" ||
                               row["stat"] == "max" || row["stat"] == "mean";
  const std::string stat = order_statistic ? row["stat"] : "";
  measurement.group = Join(row, {"publication", "hardware", "kernel", "metric", "streams",
                                 "msg_bytes", "path", "mtu", "offered"}) +
                      stat;
  measurement.repeats = measurement.group + "|" +
                        Join(row, {"placement", "n_services", "n_endpoints", "n_policies", "cni_id",
                                   "dataplane_id", "service_engine", "encap_id", "encryption_id",
                                   "l7_id", "hubble", "policy_engine", "tuning"}) +
                        Conditions(row["variant"]);
  measurement.repeat_spread = row.Number("repeat_spread", 0);
  if (row["scope"] == "out") {
    measurement.row_class = RowClass::kNotExpressed;
    measurement.reason = "a data path that the product does not name";
    return measurement;
  }
  measurement.of_cluster = row["path"] != "kernel_micro";
  if (row["class"] != "scored") {
    measurement.row_class = RowClass::kInformative;
    measurement.reason = WhyInformative(row);
    return measurement;
  }
  if (!(measurement.value > 0)) {
    diagnostics.Error(row.where(), "value",
                      "expected a number above 0, found '" + row["value"] + "'");
    return measurement;
  }
  ExperimentBuilder(row, lab).Build(measurement);
  measurement.machine_known = !row["cpu"].empty() && !row["cpu"].starts_with("Standard_");
  if (!measurement.reason.empty()) {
    measurement.row_class = RowClass::kNotExpressed;
  } else {
    measurement.row_class = row["anchor"] == "yes" ? RowClass::kAnchor : RowClass::kScored;
  }
  return measurement;
}

}  // namespace cnisim::validation
