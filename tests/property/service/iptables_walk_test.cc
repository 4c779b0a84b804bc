/// The walk of a first packet against an interpreter that takes a packet through written rules and
/// counts every rule it looks at, over every place that the Service may have in KUBE-SERVICES and
/// every endpoint that the draw may give.

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "models/service/iptables_tables.h"
#include "tests/property/service/rule_set_writer.h"

namespace cnisim::service {
namespace {

struct TestPacket {
  std::string source;
  std::string destination;
  int port = 0;
  bool from_cluster = false;  // its source is in the cluster's CIDR
  bool to_node = false;       // its destination is an address of this node
  std::size_t draw = 0;       // which endpoint the random rules give
};

/// Takes one packet through the nat table.
class Interpreter {
 public:
  Interpreter(const TableWriter& nat, const TestPacket& packet) : nat_(nat), packet_(packet) {
    Walk("KUBE-SERVICES");
    Walk("KUBE-POSTROUTING");
  }

  std::size_t looked_at() const { return looked_at_; }
  bool translated() const { return translated_; }
  bool marked() const { return marked_; }

 private:
  static bool Has(const std::string& rule, const std::string& words) {
    return (" " + rule + " ").find(" " + words + " ") != std::string::npos;
  }

  bool Matches(const std::string& rule, std::size_t& random_rules) {
    const auto value = [&](const std::string& option) -> std::string {
      const std::size_t at = (" " + rule).find(" " + option + " ");
      if (at == std::string::npos) return "";
      const std::size_t begin = at + option.size() + 1;
      return rule.substr(begin, rule.find(' ', begin) - begin);
    };
    if (Has(rule, "-m mark ! --mark 0x4000/0x4000")) return !marked_;
    if (Has(rule, "-m addrtype --dst-type LOCAL")) return packet_.to_node;
    if (Has(rule, "-m addrtype --src-type LOCAL")) return false;
    if (Has(rule, "-m recent --rcheck")) return false;  // a client that was not here before
    if (Has(rule, "-m statistic")) return random_rules++ == packet_.draw;
    if (!value("-d").empty() && value("-d") != packet_.destination) return false;
    if (Has(rule, "! -s")) return !packet_.from_cluster;
    if (value("-s") == "10.244.0.0/16") return packet_.from_cluster;
    if (!value("-s").empty() && value("-s") != packet_.source) return false;
    if (!value("--dport").empty() && value("--dport") != std::to_string(packet_.port)) return false;
    return true;
  }

  /// True if the packet's fate is decided.
  bool Walk(const std::string& chain) {
    std::size_t random_rules = 0;
    for (const std::string& rule : nat_.RulesIn(chain)) {
      ++looked_at_;
      if (!Matches(rule, random_rules)) continue;
      const std::size_t jump = rule.find("-j ");
      if (jump == std::string::npos) continue;
      const std::string target = rule.substr(jump + 3, rule.find(' ', jump + 3) - jump - 3);
      if (target == "DNAT") {
        translated_ = true;
        return true;
      }
      if (target == "RETURN") return false;
      if (target == "MASQUERADE") return true;
      if (target == "MARK") {
        marked_ = chain == "KUBE-MARK-MASQ" || marked_;
        continue;
      }
      if (Walk(target)) return true;
    }
    return false;
  }

  const TableWriter& nat_;
  TestPacket packet_;
  std::size_t looked_at_ = 0;
  bool translated_ = false;
  bool marked_ = false;
};

TestService Service(int index, std::size_t endpoints, std::size_t local) {
  TestService service;
  service.name = "S" + std::to_string(index);
  service.cluster_ip = "10.0.0." + std::to_string(index + 1);
  for (std::size_t i = 0; i < endpoints; ++i) {
    service.endpoints.push_back(
        {"10.244.9." + std::to_string(10 * index + static_cast<int>(i)), i < local});
  }
  return service;
}

struct WalkCase {
  std::string name;
  Address address;
  bool client_is_pod;
  bool detector;
  bool external_local;
  bool affinity;
};

class WalkOf : public ::testing::TestWithParam<WalkCase> {};

TEST_P(WalkOf, TheExpectationIsTheMeanOverPlacesAndEndpoints) {
  const WalkCase& c = GetParam();
  constexpr int kServices = 7;
  constexpr std::size_t kEndpoints = 4;
  constexpr std::size_t kLocal = 2;
  TestProxy proxy;
  proxy.detector = c.detector;
  ProxyOptions options;
  options.local_detector = c.detector;

  std::vector<TestService> services;
  std::vector<ServicePortShape> shapes;
  for (int i = 0; i < kServices; ++i) {
    TestService service = Service(i, kEndpoints, kLocal);
    service.node_port = 30000 + i;
    service.load_balancer_ips = {"20.0.0." + std::to_string(i + 1)};
    service.external_local = c.external_local;
    service.affinity = c.affinity;
    services.push_back(service);
    ServicePortShape shape;
    shape.endpoints = kEndpoints;
    shape.local_endpoints = kLocal;
    shape.load_balancer_ips = 1;
    shape.node_port = true;
    shape.external_policy_local = c.external_local;
    shape.client_ip_affinity = c.affinity;
    shapes.push_back(shape);
  }
  const IptablesCounts tables = CountTables(shapes, options);
  const IptablesWalk walk = WalkToService(shapes[0], c.address, c.client_is_pod, tables, options);

  const bool stays_local =
      c.external_local && c.address != Address::kClusterIp && !(c.client_is_pod && c.detector);
  const std::size_t choices = stays_local ? kLocal : kEndpoints;
  TestPacket packet;
  packet.source = c.client_is_pod ? "10.244.1.1" : "203.0.113.9";
  packet.from_cluster = c.client_is_pod;
  packet.port = 443;
  packet.destination = services[0].cluster_ip;
  if (c.address == Address::kLoadBalancerIp) packet.destination = "20.0.0.1";
  if (c.address == Address::kNodePort) {
    packet.destination = "10.224.0.4";
    packet.port = 30000;
    packet.to_node = true;
  }
  // A Service's rules in KUBE-SERVICES stand together in this writer, in the real proxy as well;
  // the place of each of its addresses is uniform over a full turn of the order and over both
  // orders of its own two.
  std::size_t sum = 0;
  std::size_t packets = 0;
  for (int turn = 0; turn < kServices; ++turn) {
    ProxyWriter writer(proxy);
    for (int i = 0; i < kServices; ++i)
      writer.Write(services[static_cast<std::size_t>((i + turn) % kServices)]);
    // The guard of KUBE-NODEPORTS is the chain's last rule.
    writer.nat.MoveToEnd("-A KUBE-SERVICES -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS");
    for (std::size_t draw = 0; draw < choices; ++draw) {
      packet.draw = draw;
      const Interpreter run(writer.nat, packet);
      ASSERT_TRUE(run.translated());
      ASSERT_EQ(run.marked(), walk.masqueraded);
      sum += run.looked_at();
      ++packets;
    }
  }
  double expected = static_cast<double>(sum) / static_cast<double>(packets);
  // Of a Service's two addresses the cluster IP is written first: half a rule before and after the
  // mean place.
  if (c.address == Address::kClusterIp) expected += 0.5;
  if (c.address == Address::kLoadBalancerIp) expected -= 0.5;
  EXPECT_DOUBLE_EQ(walk.total(), expected);
}

std::string TestName(const ::testing::TestParamInfo<WalkCase>& walk) { return walk.param.name; }

INSTANTIATE_TEST_SUITE_P(
    Iptables, WalkOf,
    ::testing::Values(
        WalkCase{"PodToClusterIp", Address::kClusterIp, true, true, false, false},
        WalkCase{"PodToClusterIpWithoutDetector", Address::kClusterIp, true, false, false, false},
        WalkCase{"PodToClusterIpWithAffinity", Address::kClusterIp, true, true, false, true},
        WalkCase{"HostToClusterIp", Address::kClusterIp, false, true, false, false},
        WalkCase{"OutsideToNodePort", Address::kNodePort, false, true, false, false},
        WalkCase{"OutsideToNodePortLocal", Address::kNodePort, false, true, true, false},
        WalkCase{"OutsideToLoadBalancer", Address::kLoadBalancerIp, false, false, false, false},
        WalkCase{"OutsideToLoadBalancerLocal", Address::kLoadBalancerIp, false, false, true, false},
        WalkCase{"PodToLoadBalancerLocal", Address::kLoadBalancerIp, true, true, true, false}),
    TestName);

}  // namespace
}  // namespace cnisim::service
