#include "tests/property/service/rule_set_writer.h"

#include <algorithm>
#include <set>
#include <sstream>

namespace cnisim::service {
namespace {

std::string Sep(const TestService& service, const std::string& address) {
  return "KUBE-SEP-" + service.name + "-" + address;
}

}  // namespace

void TableWriter::MoveToEnd(const std::string& line) {
  std::stable_partition(rules_.begin(), rules_.end(),
                        [&](const std::string& rule) { return rule != line; });
}

std::string TableWriter::Text() const {
  std::ostringstream out;
  for (const std::string& line : chains_) out << line << '\n';
  for (const std::string& line : rules_) out << line << '\n';
  return out.str();
}

std::vector<std::string> TableWriter::RulesIn(const std::string& chain) const {
  std::vector<std::string> found;
  const std::string prefix = "-A " + chain + " ";
  for (const std::string& rule : rules_) {
    if (rule.rfind(prefix, 0) == 0) found.push_back(rule.substr(prefix.size()));
  }
  return found;
}

std::size_t TableWriter::RulesOf(const std::string& chain) const {
  const auto found = rules_of_.find(chain);
  return found == rules_of_.end() ? 0 : found->second;
}

std::size_t TableWriter::RulesOfPrefix(const std::string& prefix) const {
  std::size_t sum = 0;
  for (const auto& [chain, count] : rules_of_) {
    if (chain.rfind(prefix, 0) == 0) sum += count;
  }
  return sum;
}

void ProxyWriter::Write(const TestService& service) {
  std::vector<TestEndpoint> cluster = service.endpoints;
  std::vector<TestEndpoint> local;
  for (const TestEndpoint& e : cluster) {
    if (e.on_this_node) local.push_back(e);
  }
  const bool accessible =
      service.node_port != 0 || !service.external_ips.empty() || !service.load_balancer_ips.empty();
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
    // Only what is addressed to the cluster IP; NodePort traffic passes the rule by.
    nat.Rule(internal_chain, "-d " + service.cluster_ip +
                                 (proxy_.masquerade_all ? " -j KUBE-MARK-MASQ"
                                                        : " ! -s 10.244.0.0/16 -j KUBE-MARK-MASQ"));
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

void ProxyWriter::WriteBase() {
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

void ProxyWriter::WriteExternal(const TestService& service, const std::string& ext,
                                const std::string& svc, const std::string& policy_chain, bool ok) {
  if (service.external_local) {
    if (proxy_.detector) nat.Rule(ext, "-s 10.244.0.0/16 -j " + svc);
    nat.Rule(ext, "-m addrtype --src-type LOCAL -j KUBE-MARK-MASQ");
    nat.Rule(ext, "-m addrtype --src-type LOCAL -j " + svc);
  } else {
    nat.Rule(ext, "-j KUBE-MARK-MASQ");
  }
  if (ok) nat.Rule(ext, "-j " + policy_chain);
}

void ProxyWriter::WriteFirewall(const TestService& service, const std::string& fw,
                                const std::string& ext) {
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

void ProxyWriter::WriteEndpointRules(const TestService& service, const std::string& chain,
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

void ProxyWriter::WriteEndpoint(const TestService& service, const std::string& address) {
  const std::string chain = Sep(service, address);
  nat.Chain(chain);
  nat.Rule(chain, "-s " + address + " -j KUBE-MARK-MASQ");
  nat.Rule(chain, (service.affinity ? "-m recent --set " : "") + std::string("-j DNAT --to ") +
                      address + ":8080");
}

}  // namespace cnisim::service
