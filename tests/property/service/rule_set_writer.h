#pragma once

/// @file
/// A kube-proxy that writes every line: it knows Services with addresses and endpoints on nodes and
/// emits iptables-save text rule by rule, in the way of the real one's sync loop.  It shares no
/// arithmetic with models/service.

#include <map>
#include <string>
#include <vector>

namespace cnisim::service {

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
  /// Makes a whole line ("-A chain ...") the last one.
  void MoveToEnd(const std::string& line);
  std::string Text() const;
  /// Rules of one chain without "-A chain ", in order.
  std::vector<std::string> RulesIn(const std::string& chain) const;
  std::size_t RulesOf(const std::string& chain) const;
  std::size_t RulesOfPrefix(const std::string& prefix) const;

 private:
  std::vector<std::string> chains_;
  std::vector<std::string> rules_;
  std::map<std::string, std::size_t> rules_of_;
};

class ProxyWriter {
 public:
  explicit ProxyWriter(const TestProxy& proxy) : proxy_(proxy) { WriteBase(); }

  void Write(const TestService& service);

  TableWriter nat;
  TableWriter filter;

 private:
  void WriteBase();
  void WriteExternal(const TestService& service, const std::string& ext, const std::string& svc,
                     const std::string& policy_chain, bool ok);
  void WriteFirewall(const TestService& service, const std::string& fw, const std::string& ext);
  void WriteEndpointRules(const TestService& service, const std::string& chain,
                          const std::vector<TestEndpoint>& endpoints);
  void WriteEndpoint(const TestService& service, const std::string& address);

  TestProxy proxy_;
};

}  // namespace cnisim::service
