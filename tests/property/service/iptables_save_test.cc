/// The formulas against a proxy that writes every line.  The writer below knows Services with
/// addresses and endpoints on nodes and emits iptables-save text rule by rule, in the way of
/// kube-proxy's sync loop; it shares no arithmetic with models/service.

#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "models/service/iptables_tables.h"
#include "sim/base/random.h"

namespace cnisim::service {
namespace {

struct TestEndpoint {
  std::string address;
  bool on_this_node = false;
};

struct TestService {
  std::string name;
  std::string cluster_ip;
  std::vector<TestEndpoint> endpoints;
  std::vector<std::string> external_ips;
  std::vector<std::string> load_balancer_ips;
  std::vector<std::string> source_ranges;
  bool node_in_source_ranges = false;
  int node_port = 0;
  int health_check_node_port = 0;
  bool affinity = false;
  bool internal_local = false;
  bool external_local = false;
};

struct TestProxy {
  bool detector = false;
  bool masquerade_all = false;
  bool localhost_node_ports = true;
};

/// One table as iptables-save prints it, without built-in chains and frame lines.
class TableWriter {
 public:
  void Chain(const std::string& name) { chains_.push_back(":" + name + " - [0:0]"); }
  void Rule(const std::string& chain, const std::string& rest) {
    rules_.push_back("-A " + chain + " " + rest);
    ++rules_of_[chain];
  }
  std::string Text() const {
    std::ostringstream out;
    for (const std::string& line : chains_) out << line << '\n';
    for (const std::string& line : rules_) out << line << '\n';
    return out.str();
  }
  std::size_t RulesOf(const std::string& chain) const {
    const auto found = rules_of_.find(chain);
    return found == rules_of_.end() ? 0 : found->second;
  }
  std::size_t RulesOfPrefix(const std::string& prefix) const {
    std::size_t sum = 0;
    for (const auto& [chain, count] : rules_of_) {
      if (chain.rfind(prefix, 0) == 0) sum += count;
    }
    return sum;
  }

 private:
  std::vector<std::string> chains_;
  std::vector<std::string> rules_;
  std::map<std::string, std::size_t> rules_of_;
};

class ProxyWriter {
 public:
  explicit ProxyWriter(const TestProxy& proxy) : proxy_(proxy) { WriteBase(); }

  void Write(const TestService& service) {
    std::vector<TestEndpoint> cluster = service.endpoints;
    std::vector<TestEndpoint> local;
    for (const TestEndpoint& e : cluster) {
      if (e.on_this_node) local.push_back(e);
    }
    const bool accessible = service.node_port != 0 || !service.external_ips.empty() ||
                            !service.load_balancer_ips.empty();
    const bool uses_cluster = !service.internal_local || accessible;
    const bool uses_local = service.internal_local || (service.external_local && accessible);
    const std::string svc = "KUBE-SVC-" + service.name;
    const std::string svl = "KUBE-SVL-" + service.name;
    const std::string ext = "KUBE-EXT-" + service.name;
    const std::string fw = "KUBE-FW-" + service.name;
    const bool has_endpoints = !cluster.empty();
    const bool svc_chain = has_endpoints && uses_cluster;
    const bool svl_chain = !local.empty() && uses_local;
    const std::string internal_chain = service.internal_local ? svl : svc;
    const bool internal_ok = service.internal_local ? !local.empty() : has_endpoints;
    const bool external_ok = service.external_local ? !local.empty() : has_endpoints;
    const std::string external_chain = service.external_local ? svl : svc;
    const bool ext_chain = has_endpoints && accessible;
    const bool fw_chain =
        has_endpoints && !service.load_balancer_ips.empty() && !service.source_ranges.empty();
    if (svc_chain) nat.Chain(svc);
    if (svl_chain) nat.Chain(svl);
    if (ext_chain) nat.Chain(ext);
    if (fw_chain) nat.Chain(fw);

    if (internal_ok) {
      nat.Rule("KUBE-SERVICES", "-d " + service.cluster_ip + " -j " + internal_chain);
    } else {
      filter.Rule("KUBE-SERVICES",
                  "-d " + service.cluster_ip + (has_endpoints ? " -j DROP" : " -j REJECT"));
    }
    const std::string refuse = has_endpoints ? " -j DROP" : " -j REJECT";
    for (const std::string& ip : service.external_ips) {
      if (has_endpoints) nat.Rule("KUBE-SERVICES", "-d " + ip + " -j " + ext);
      if (!external_ok) filter.Rule("KUBE-EXTERNAL-SERVICES", "-d " + ip + refuse);
    }
    for (const std::string& ip : service.load_balancer_ips) {
      if (has_endpoints) nat.Rule("KUBE-SERVICES", "-d " + ip + " -j " + (fw_chain ? fw : ext));
      if (fw_chain) filter.Rule("KUBE-PROXY-FIREWALL", "-d " + ip + " -j DROP");
      if (!external_ok) filter.Rule("KUBE-EXTERNAL-SERVICES", "-d " + ip + refuse);
    }
    if (service.node_port != 0) {
      const std::string port = "-p tcp --dport " + std::to_string(service.node_port);
      if (has_endpoints) nat.Rule("KUBE-NODEPORTS", port + " -j " + ext);
      if (!external_ok) filter.Rule("KUBE-EXTERNAL-SERVICES", port + refuse);
    }
    if (service.health_check_node_port != 0) {
      filter.Rule("KUBE-NODEPORTS", "-j ACCEPT");
    }
    if (internal_ok && (proxy_.masquerade_all || proxy_.detector)) {
      nat.Rule(internal_chain, proxy_.masquerade_all ? "-j KUBE-MARK-MASQ"
                                                     : "! -s 10.244.0.0/16 -j KUBE-MARK-MASQ");
    }
    if (ext_chain) WriteExternal(service, ext, svc, external_chain, external_ok);
    if (fw_chain) WriteFirewall(service, fw, ext);
    if (svc_chain) WriteEndpointRules(service, svc, cluster);
    if (svl_chain) WriteEndpointRules(service, svl, local);
    std::set<std::string> reachable;
    if (uses_cluster) {
      for (const TestEndpoint& e : cluster) reachable.insert(e.address);
    }
    for (const TestEndpoint& e : local) reachable.insert(e.address);
    for (const std::string& address : reachable) WriteEndpoint(service, address);
  }

  TableWriter nat;
  TableWriter filter;

 private:
  void WriteBase() {
    for (const char* chain :
         {"KUBE-SERVICES", "KUBE-NODEPORTS", "KUBE-POSTROUTING", "KUBE-MARK-MASQ"}) {
      nat.Chain(chain);
    }
    nat.Rule("PREROUTING", "-j KUBE-SERVICES");
    nat.Rule("OUTPUT", "-j KUBE-SERVICES");
    nat.Rule("POSTROUTING", "-j KUBE-POSTROUTING");
    nat.Rule("KUBE-MARK-MASQ", "-j MARK --or-mark 0x4000");
    nat.Rule("KUBE-POSTROUTING", "-m mark ! --mark 0x4000/0x4000 -j RETURN");
    nat.Rule("KUBE-POSTROUTING", "-j MARK --xor-mark 0x4000");
    nat.Rule("KUBE-POSTROUTING", "-j MASQUERADE --random-fully");
    nat.Rule("KUBE-SERVICES", "-m addrtype --dst-type LOCAL -j KUBE-NODEPORTS");
    for (const char* chain : {"KUBE-SERVICES", "KUBE-EXTERNAL-SERVICES", "KUBE-FORWARD",
                              "KUBE-NODEPORTS", "KUBE-PROXY-FIREWALL"}) {
      filter.Chain(chain);
    }
    filter.Rule("INPUT", "-m conntrack --ctstate NEW -j KUBE-EXTERNAL-SERVICES");
    filter.Rule("FORWARD", "-m conntrack --ctstate NEW -j KUBE-EXTERNAL-SERVICES");
    filter.Rule("INPUT", "-j KUBE-NODEPORTS");
    filter.Rule("FORWARD", "-m conntrack --ctstate NEW -j KUBE-SERVICES");
    filter.Rule("OUTPUT", "-m conntrack --ctstate NEW -j KUBE-SERVICES");
    filter.Rule("FORWARD", "-j KUBE-FORWARD");
    for (const char* chain : {"INPUT", "FORWARD", "OUTPUT"}) {
      filter.Rule(chain, "-m conntrack --ctstate NEW -j KUBE-PROXY-FIREWALL");
    }
    filter.Rule("KUBE-FORWARD", "-m conntrack --ctstate INVALID -j DROP");
    filter.Rule("KUBE-FORWARD", "-m mark --mark 0x4000/0x4000 -j ACCEPT");
    filter.Rule("KUBE-FORWARD", "-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT");
    if (proxy_.localhost_node_ports) {
      filter.Chain("KUBE-FIREWALL");
      filter.Rule("INPUT", "-j KUBE-FIREWALL");
      filter.Rule("OUTPUT", "-j KUBE-FIREWALL");
      filter.Rule("KUBE-FIREWALL", "! -s 127.0.0.0/8 -d 127.0.0.0/8 -j DROP");
    }
  }

  void WriteExternal(const TestService& service, const std::string& ext, const std::string& svc,
                     const std::string& policy_chain, bool ok) {
    if (service.external_local) {
      if (proxy_.detector) nat.Rule(ext, "-s 10.244.0.0/16 -j " + svc);
      nat.Rule(ext, "-m addrtype --src-type LOCAL -j KUBE-MARK-MASQ");
      nat.Rule(ext, "-m addrtype --src-type LOCAL -j " + svc);
    } else {
      nat.Rule(ext, "-j KUBE-MARK-MASQ");
    }
    if (ok) nat.Rule(ext, "-j " + policy_chain);
  }

  void WriteFirewall(const TestService& service, const std::string& fw, const std::string& ext) {
    for (const std::string& range : service.source_ranges) {
      nat.Rule(fw, "-s " + range + " -j " + ext);
    }
    if (service.node_in_source_ranges) {
      for (const std::string& ip : service.load_balancer_ips) {
        nat.Rule(fw, "-s " + ip + " -j " + ext);
      }
    }
    nat.Rule(fw, "-m comment --comment \"other traffic is dropped by KUBE-PROXY-FIREWALL\"");
  }

  void WriteEndpointRules(const TestService& service, const std::string& chain,
                          const std::vector<TestEndpoint>& endpoints) {
    if (service.affinity) {
      for (const TestEndpoint& e : endpoints) {
        nat.Rule(chain, "-m recent --rcheck --seconds 10800 -j " + Sep(service, e.address));
      }
    }
    for (std::size_t i = 0; i < endpoints.size(); ++i) {
      std::ostringstream rest;
      if (i + 1 < endpoints.size()) {
        rest << "-m statistic --mode random --probability "
             << 1.0 / static_cast<double>(endpoints.size() - i) << ' ';
      }
      rest << "-j " << Sep(service, endpoints[i].address);
      nat.Rule(chain, rest.str());
    }
  }

  void WriteEndpoint(const TestService& service, const std::string& address) {
    const std::string chain = Sep(service, address);
    nat.Chain(chain);
    nat.Rule(chain, "-s " + address + " -j KUBE-MARK-MASQ");
    nat.Rule(chain, (service.affinity ? "-m recent --set " : "") + std::string("-j DNAT --to ") +
                        address + ":8080");
  }

  static std::string Sep(const TestService& service, const std::string& address) {
    return "KUBE-SEP-" + service.name + "-" + address;
  }

  TestProxy proxy_;
};

TestService RandomService(RandomStream& random, int index) {
  TestService service;
  service.name = "S" + std::to_string(index);
  service.cluster_ip = "10.0." + std::to_string(index / 256) + "." + std::to_string(index % 256);
  const std::uint32_t endpoints = random.Below(4) == 0 ? 0 : random.Below(9);
  for (std::uint32_t i = 0; i < endpoints; ++i) {
    service.endpoints.push_back(
        {"10.244." + std::to_string(index % 200) + "." + std::to_string(i), random.Below(3) == 0});
  }
  const std::uint32_t kind = random.Below(4);
  if (kind >= 1) service.node_port = 30000 + index;
  if (kind >= 2) {
    for (std::uint32_t i = 0; i <= random.Below(2); ++i) {
      service.load_balancer_ips.push_back("20.0.0." + std::to_string(i));
    }
    for (std::uint32_t i = random.Below(5); i > 2; --i) {
      service.source_ranges.push_back("203.0.113." + std::to_string(i) + "/32");
    }
    service.node_in_source_ranges = !service.source_ranges.empty() && random.Below(2) == 0;
  }
  for (std::uint32_t i = random.Below(4); i > 2; --i)
    service.external_ips.push_back("198.51.100.9");
  service.affinity = random.Below(4) == 0;
  service.internal_local = random.Below(6) == 0;
  service.external_local = kind >= 1 && random.Below(3) == 0;
  if (service.external_local && kind >= 2) service.health_check_node_port = 31000 + index;
  return service;
}

ServicePortShape ShapeOf(const TestService& service) {
  ServicePortShape shape;
  shape.endpoints = static_cast<std::uint32_t>(service.endpoints.size());
  for (const TestEndpoint& e : service.endpoints) {
    if (e.on_this_node) ++shape.local_endpoints;
  }
  shape.external_ips = static_cast<std::uint32_t>(service.external_ips.size());
  shape.load_balancer_ips = static_cast<std::uint32_t>(service.load_balancer_ips.size());
  shape.source_ranges = static_cast<std::uint32_t>(service.source_ranges.size());
  shape.node_port = service.node_port != 0;
  shape.health_check_node_port = service.health_check_node_port != 0;
  shape.client_ip_affinity = service.affinity;
  shape.internal_policy_local = service.internal_local;
  shape.external_policy_local = service.external_local;
  shape.node_in_source_ranges = service.node_in_source_ranges;
  return shape;
}

std::size_t LinesThat(const std::string& text, char begin) {
  std::istringstream in(text);
  std::string line;
  std::size_t count = 0;
  while (std::getline(in, line)) {
    if (!line.empty() && line.front() == begin) ++count;
  }
  return count;
}

TEST(IptablesSave, CountsEqualTheLinesOfAWrittenRuleSet) {
  IptablesCounts all;  // over all trials: every kind of rule was met
  for (std::uint32_t trial = 0; trial < 300; ++trial) {
    RandomStream random(20240917, trial, 1);
    TestProxy proxy;
    proxy.detector = random.Below(2) == 0;
    proxy.masquerade_all = random.Below(4) == 0;
    proxy.localhost_node_ports = random.Below(2) == 0;
    ProxyOptions options;
    options.local_detector = proxy.detector;
    options.masquerade_all = proxy.masquerade_all;
    options.localhost_node_ports = proxy.localhost_node_ports;

    ProxyWriter writer(proxy);
    std::vector<ServicePortShape> ports;
    const int services = 1 + static_cast<int>(random.Below(40));
    for (int i = 0; i < services; ++i) {
      const TestService service = RandomService(random, i);
      writer.Write(service);
      ports.push_back(ShapeOf(service));
    }
    const IptablesCounts counts = CountTables(ports, options);
    all += counts;
    const std::string nat = writer.nat.Text();
    const std::string filter = writer.filter.Text();
    SCOPED_TRACE("trial " + std::to_string(trial));
    ASSERT_EQ(counts.nat_rules(), LinesThat(nat, '-'));
    ASSERT_EQ(counts.filter_rules(), LinesThat(filter, '-'));
    ASSERT_EQ(counts.nat_chains, LinesThat(nat, ':'));
    ASSERT_EQ(counts.filter_chains, LinesThat(filter, ':'));
    ASSERT_EQ(counts.lines(), LinesThat(nat, '-') + LinesThat(filter, '-') + LinesThat(nat, ':') +
                                  LinesThat(filter, ':'));
    ASSERT_EQ(counts.nat_services, writer.nat.RulesOf("KUBE-SERVICES"));
    ASSERT_EQ(counts.nat_node_ports, writer.nat.RulesOf("KUBE-NODEPORTS"));
    ASSERT_EQ(counts.nat_svc, writer.nat.RulesOfPrefix("KUBE-SVC-"));
    ASSERT_EQ(counts.nat_svl, writer.nat.RulesOfPrefix("KUBE-SVL-"));
    ASSERT_EQ(counts.nat_sep, writer.nat.RulesOfPrefix("KUBE-SEP-"));
    ASSERT_EQ(counts.nat_ext, writer.nat.RulesOfPrefix("KUBE-EXT-"));
    ASSERT_EQ(counts.nat_fw, writer.nat.RulesOfPrefix("KUBE-FW-"));
    ASSERT_EQ(counts.filter_services, writer.filter.RulesOf("KUBE-SERVICES"));
    ASSERT_EQ(counts.filter_external_services, writer.filter.RulesOf("KUBE-EXTERNAL-SERVICES"));
    ASSERT_EQ(counts.filter_proxy_firewall, writer.filter.RulesOf("KUBE-PROXY-FIREWALL"));
    ASSERT_EQ(counts.filter_node_ports, writer.filter.RulesOf("KUBE-NODEPORTS"));
  }
  EXPECT_GT(all.nat_svl, 100U);
  EXPECT_GT(all.nat_fw, 100U);
  EXPECT_GT(all.filter_services, 1000U);
  EXPECT_GT(all.filter_external_services, 100U);
  EXPECT_GT(all.filter_proxy_firewall, 100U);
}

}  // namespace
}  // namespace cnisim::service
