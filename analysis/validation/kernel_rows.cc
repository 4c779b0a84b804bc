#include "analysis/validation/kernel_rows.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace cnisim::validation {
namespace {

using datapath::Count;
using datapath::FlowClass;

// The lists of one path, in the words of a CNI profile.
class LabPath {
 public:
  void Both(std::string_view stage, double times = 1) {
    Request(stage, times);
    Reply(stage, times);
  }
  void Request(std::string_view stage, double times = 1) { Add(request_, stage, times); }
  void Reply(std::string_view stage, double times = 1) { Add(reply_, stage, times); }
  void Use(std::string_view request, std::string_view reply) {
    request_ += fmt::format("          - {{use: {}}}\n", request);
    reply_ += fmt::format("          - {{use: {}}}\n", reply);
  }

  std::string Profile(std::string_view switches) const {
    return fmt::format(
        "name: lab\nsummary: network namespaces on one machine\nswitches: {{{}}}\n"
        "paths:\n  pod_to_pod_same_node:\n    request:\n      client:\n{}"
        "    reply:\n      server:\n{}",
        switches, request_, reply_);
  }

 private:
  static void Add(std::string& list, std::string_view stage, double times) {
    if (times <= 0) return;
    list += fmt::format("          - {{stage: {}, count: one, times: {}}}\n", stage, times);
  }

  std::string request_;
  std::string reply_;
};

bool Has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

double AtPosition(std::string_view position, double services) {
  if (position == "first") return 1;
  if (position == "mid") return (services + 1) / 2;
  return services;  // the last one, or a miss that walks them all
}

// A node's netfilter hooks with connection tracking, each packet; what a new connection adds.
void ConntrackNode(LabPath& path, double nodes) {
  path.Both("netfilter_hook", nodes);
  path.Both("conntrack_established", nodes);
  path.Request("conntrack_create", nodes);
}

void NatTables(LabPath& path, double nodes) {
  path.Both("nat_hook", nodes);
  path.Request("nat_hook_first", nodes);
}

void Translation(LabPath& path) {
  path.Request("dnat_bind");
  path.Both("nat_rewrite_established");
}

// The tunnel's outer packets are the node's own: one entry and one walk more for each direction.
void OuterPackets(LabPath& path, std::string_view rule, std::string_view reply_rule, double rules) {
  path.Both("netfilter_hook");
  path.Both("conntrack_established");
  path.Both("nat_hook");
  path.Request("outer_conntrack_create");
  path.Reply("outer_conntrack_create_reply");
  path.Request("nat_hook_first");
  path.Reply("outer_nat_hook_reply");
  path.Request(rule, rules);
  path.Reply(reply_rule, rules);
}

class KernelRow {
 public:
  explicit KernelRow(const Row& row) : row_(row) {}

  /// Empty, or why the row has no experiment.
  const std::string& reason() const { return reason_; }
  const LabPath& path() const { return path_; }
  std::string switches() const {
    std::string words = "dataplane: iptables, host_routing: legacy";
    words += ", service_engine: " + engine_;
    return words;
  }

  void Build() {
    CheckScheduling();
    path_.Use("app_send", "app_send");
    Topology();
    Dataplane();
    Policy();
    path_.Use("lab_receive", "lab_receive");
    if (row_["scheduling"] == "same") path_.Both("context_switch");
  }

 private:
  void NotExpressed(std::string reason) {
    if (reason_.empty()) reason_ = std::move(reason);
  }

  void CheckScheduling() {
    const std::string& experiment = row_["experiment"];
    const std::string& traffic = row_["traffic"];
    if (traffic == "load") {
      NotExpressed("time to load rules, no packet's cost");
    } else if (experiment == "ctgrow") {
      NotExpressed("tables near their limits: the cost of a look-up does not depend on occupancy");
    } else if (experiment == "l7") {
      NotExpressed("nginx and haproxy as proxies are not modelled");
    } else if (experiment == "cold") {
      NotExpressed(
          "caches are warm in every simulation (explain prints what cold ones make of it)");
    } else if (row_["scheduling"] == "cross") {
      NotExpressed("wake-ups of another virtual CPU dominate");
    } else if (traffic == "stream") {
      NotExpressed("a stream between two virtual CPUs: their wake-ups dominate");
    } else if (experiment == "mtu") {
      NotExpressed("segmentation offload switched off in software devices");
    } else if (traffic == "udp_new" || traffic == "udp_src") {
      NotExpressed("datagrams that nobody answers");
    }
  }

  void Topology() {
    const double routed = row_.Number("routed_hops", 0);
    if (row_["topology"] != "lo") path_.Both("veth_pair");
    if (row_["dataplane"] == "tc-redirect-peer") {
      path_.Both("ebpf_tc_program");
      path_.Both("ebpf_redirect_peer");
    } else {
      if (routed > 0) path_.Both("first_routed_hop");
      path_.Both("routed_hop", routed);
    }
    path_.Both("bridge_hop", row_.Number("bridge_hops", 0));
    path_.Both("bridge_to_ip", row_.Number("bridge_ip_passages", 0));
    tunnels_ = row_.Number("vxlan_pairs", 0);
    for (const char* stage :
         {"vxlan_encap", "tunnel_outer_output", "tunnel_outer_input", "vxlan_decap"}) {
      path_.Both(stage, tunnels_);
    }
  }

  void Dataplane() {
    const std::string& dataplane = row_["dataplane"];
    if (dataplane.empty() || dataplane == "none" || dataplane == "tc-redirect-peer") return;
    const double nodes = row_.Number("routed_hops", 0);
    const double size = row_.Number("policy_size", 0);
    if (dataplane == "filter1") {
      path_.Both("netfilter_hook", nodes);
    } else if (dataplane == "ct") {
      ConntrackNode(path_, nodes);
    } else if (dataplane == "nat") {
      ConntrackNode(path_, nodes);
      NatTables(path_, nodes);
    } else if (dataplane == "dnat") {
      ConntrackNode(path_, 1);
      NatTables(path_, 1);
      Translation(path_);
    } else if (dataplane == "masq") {
      ConntrackNode(path_, 1);
      NatTables(path_, 1);
      path_.Request("nat_bind_and_port_pick");
      path_.Both("masquerade_rewrite");
    } else if (dataplane == "rules-legacy" || dataplane == "rules-nft") {
      path_.Both("netfilter_hook");
      path_.Both(dataplane == "rules-legacy" ? "filter_rule_each" : "filter_rule_each_nft", size);
    } else if (dataplane == "jumps" || dataplane == "jumpret") {
      path_.Both("netfilter_hook");
      path_.Both(dataplane == "jumps" ? "filter_nested_jump" : "filter_jump_each", size);
    } else if (dataplane == "statrules" || dataplane == "markrules") {
      path_.Both("netfilter_hook");
      path_.Both(dataplane == "statrules" ? "filter_random_each" : "iptables_forward_rule", size);
    } else if (dataplane.starts_with("iptables-")) {
      Iptables(dataplane == "iptables-nft");
    } else if (dataplane == "nftables") {
      Nftables();
    } else if (dataplane.starts_with("tc") || dataplane.starts_with("ebpf")) {
      Programs(dataplane);
    } else {
      NotExpressed("unknown dataplane " + dataplane);
    }
  }

  void Iptables(bool nft) {
    ConntrackNode(path_, 1);
    path_.Both("iptables_forward_rule", 3);
    NatTables(path_, 1);
    const double services = row_.Number("services", 0);
    const std::string_view walk = nft ? "iptables_rule_walk_nft" : "iptables_rule_walk";
    const std::string_view walk_back = nft ? "outer_rule_walk_reply_nft" : "outer_rule_walk_reply";
    path_.Request(walk, AtPosition(row_["position"], services));
    if (row_["position"] != "miss") {
      path_.Request("iptables_chain_rule", 4);
      path_.Request("iptables_svc_chain_walk", (row_.Number("endpoints", 1) + 1) / 2);
      path_.Request("iptables_fixed_service_overhead");
      Translation(path_);
    }
    if (tunnels_ > 0) OuterPackets(path_, walk, walk_back, services);
  }

  void Nftables() {
    ConntrackNode(path_, 1);
    NatTables(path_, 1);
    path_.Request("nftables_service_vmap");
    if (row_["position"] != "miss") {
      path_.Request("nftables_endpoint_vmap");
      Translation(path_);
    }
    if (tunnels_ > 0) OuterPackets(path_, "nftables_service_vmap", "outer_vmap_reply", 1);
  }

  void Programs(const std::string& dataplane) {
    if (dataplane == "ebpf-socket") {
      engine_ = "ebpf-socket";
      path_.Request("ebpf_socket_lb_connect");
      return;
    }
    path_.Request("ebpf_tc_program");
    if (dataplane == "ebpf-tc") {
      path_.Reply("ebpf_tc_program");
      path_.Both("ebpf_conntrack");
      path_.Request("ebpf_conntrack_create");
      path_.Request("ebpf_tc_lb_first");
      path_.Both("ebpf_tc_lb_per_packet");
    } else if (dataplane.starts_with("tc-lookup")) {
      path_.Request("ebpf_hash_lookup", std::stod(dataplane.substr(9)));
    } else if (dataplane == "tc-nop+toct") {
      path_.Reply("ebpf_tc_program");
    } else if (dataplane == "tc-ct") {
      path_.Reply("ebpf_tc_program");
      path_.Both("ebpf_conntrack");
      path_.Request("ebpf_conntrack_create");
    } else if (dataplane == "tc") {
      path_.Reply("ebpf_tc_program");
    }
  }

  void Policy() {
    const std::string& policy = row_["policy"];
    if (policy.empty()) return;
    const double size = row_.Number("policy_size", 0);
    const bool with_service = row_.Number("services", 0) > 0;
    if (policy.starts_with("ebpf")) {
      path_.Both("policy_ebpf_lookup");
      return;
    }
    const bool nft = Has(policy, "-nft");
    // Rules of legacy tables beside those of nf_tables: a second list of hooks.
    if (row_["dataplane"] == "nftables") path_.Both("netfilter_hook");
    const bool stateless = Has(policy, "stateless");
    const bool sets = policy.starts_with("ipset");
    const double rules =
        sets ? (policy.size() > 5 && std::isdigit(policy[5]) != 0 ? std::stod(policy.substr(5)) : 1)
             : size;
    if (!with_service && !stateless) ConntrackNode(path_, 1);
    if (!with_service && stateless) path_.Both("netfilter_hook");
    if (!stateless) {
      path_.Both(nft ? "policy_nftables_established" : "policy_iptables_established");
      path_.Request(sets  ? "policy_ipset_test"
                    : nft ? "policy_rule_nft"
                          : "policy_iptables_rule",
                    rules);
    } else {
      path_.Both(sets  ? "filter_ipset_each"
                 : nft ? "policy_rule_each_nft"
                       : "policy_rule_each",
                 rules);
    }
  }

  const Row& row_;
  LabPath path_;
  double tunnels_ = 0;
  std::string engine_ = "none";
  std::string reason_;
};

std::optional<Experiment> MakeExperiment(const Row& row, const KernelRow& built, Lab& lab) {
  Experiment experiment;
  experiment.profile = lab.Made(built.path().Profile(built.switches()), row.where());
  if (experiment.profile == nullptr) return std::nullopt;
  FlowClass flow;
  flow.path = datapath::PathKind::kPodToPodSameNode;
  flow.protocol = row["traffic"].starts_with("udp") ? datapath::TransportProtocol::kUdp
                                                    : datapath::TransportProtocol::kTcp;
  if (row["dataplane"] == "ebpf-socket") flow.service = datapath::ServiceAccess::kClusterIp;
  experiment.flows = {flow};
  experiment.machine.cores = 1;  // one thread owns both ends
  experiment.load =
      row["traffic"].ends_with("crr") ? Load::kConnectRequestResponse : Load::kRequestResponse;
  experiment.request = Bytes(static_cast<std::int64_t>(row.Number("request_bytes", 64)));
  experiment.response = Bytes(static_cast<std::int64_t>(row.Number("response_bytes", 64)));
  experiment.hardware = std::string(kLabHardware);
  experiment.observable = Observable::kPeriod;
  return experiment;
}

std::string Join(const Row& row, std::initializer_list<std::string_view> columns) {
  std::string text;
  for (const std::string_view column : columns) {
    const std::string& cell = row[column];
    if (cell.empty() || cell == "0" || cell == "none") continue;
    if (!text.empty()) text += '/';
    text += cell;
  }
  return text;
}

}  // namespace

std::vector<std::string> KernelColumns() {
  return {"experiment",     "topology",    "routed_hops", "bridge_hops", "bridge_ip_passages",
          "vxlan_pairs",    "dataplane",   "services",    "endpoints",   "position",
          "policy",         "policy_size", "traffic",     "scheduling",  "request_bytes",
          "response_bytes", "note",        "median_ns",   "low_ns",      "high_ns",
          "run_ratio"};
}

Measurement ReadKernelRow(const Row& row, Lab& lab, document::Diagnostics& diagnostics) {
  Measurement measurement;
  measurement.id = fmt::format("kernel-{:03}", row.line() - 1);
  measurement.publication = "kernel/" + row["experiment"];
  measurement.metric = row["traffic"];
  measurement.configuration =
      Join(row, {"topology", "dataplane", "services", "endpoints", "position", "policy",
                 "policy_size", "request_bytes", "scheduling", "note"});
  measurement.stat = "median";
  measurement.kind = Kind::kLatency;
  measurement.value = row.Number("median_ns", 0);
  measurement.unit = "ns";
  measurement.composed = row["experiment"] == "composed";
  measurement.absolute = true;
  measurement.where = row.where();
  measurement.group = measurement.publication + "|" + measurement.metric + "|" + row["scheduling"] +
                      "|" + row["request_bytes"] + "|" + row["response_bytes"];
  measurement.repeats = measurement.group + "|" + measurement.configuration;
  if (measurement.value > 0) {
    measurement.repeat_spread =
        std::max((row.Number("high_ns", 0) - row.Number("low_ns", 0)) / measurement.value,
                 std::abs(row.Number("run_ratio", 1) - 1));
  }
  KernelRow built(row);
  built.Build();
  if (!built.reason().empty()) {
    measurement.row_class =
        row["traffic"] == "load" ? RowClass::kInformative : RowClass::kNotExpressed;
    measurement.reason = built.reason();
    return measurement;
  }
  if (!(measurement.value > 0)) {
    diagnostics.Error(row.where(), "median_ns",
                      "expected a number of nanoseconds above 0, found '" + row["median_ns"] + "'");
    return measurement;
  }
  measurement.row_class = RowClass::kScored;
  measurement.experiment = MakeExperiment(row, built, lab);
  return measurement;
}

}  // namespace cnisim::validation
