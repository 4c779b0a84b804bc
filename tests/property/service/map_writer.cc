#include "tests/property/service/map_writer.h"

#include <algorithm>
#include <map>

namespace cnisim::service {
namespace {

std::vector<TestEndpoint> Local(const TestService& service) {
  std::vector<TestEndpoint> local;
  std::copy_if(service.endpoints.begin(), service.endpoints.end(), std::back_inserter(local),
               [](const TestEndpoint& e) { return e.on_this_node; });
  return local;
}

std::string Backend(const TestService& service, const TestEndpoint& e) {
  return e.address + ":8080/" + service.name;
}

/// Addresses by which clients outside reach the Service, NodePorts apart.
std::vector<std::string> OutsideIps(const TestService& service) {
  std::vector<std::string> ips = service.external_ips;
  ips.insert(ips.end(), service.load_balancer_ips.begin(), service.load_balancer_ips.end());
  return ips;
}

bool Accessible(const TestService& service) {
  return service.node_port != 0 || !OutsideIps(service).empty();
}

/// "10.0.0.1:S7": every Service has a port of its own.
std::string Key(const std::string& ip, const TestService& service) {
  return ip + ":" + service.name;
}

class NftablesWriter {
 public:
  explicit NftablesWriter(const TestProxy& proxy) : proxy_(proxy) {}

  void Write(const TestService& service) {
    const auto local = Local(service);
    const bool any = !service.endpoints.empty();
    const bool inside = service.internal_local ? !local.empty() : any;
    const bool outside = service.external_local ? !local.empty() : any;
    const std::string cluster = "service-" + service.name;
    const std::string node_only = "local-" + service.name;
    const std::string external = "external-" + service.name;
    Element(inside ? "service-ips" : "no-endpoint-services", Key(service.cluster_ip, service));
    for (const std::string& ip : OutsideIps(service)) {
      if (any) Element("service-ips", Key(ip, service));
      if (!outside) Element("no-endpoint-services", Key(ip, service));
    }
    if (service.node_port != 0) {
      const std::string key = std::to_string(service.node_port);
      if (any) Element("service-nodeports", key);
      if (!outside) Element("no-endpoint-nodeports", key);
    }
    if (!any) return;
    if (!service.load_balancer_ips.empty() && !service.source_ranges.empty()) {
      const std::string firewall = "firewall-" + service.name;
      for (const std::string& ip : service.load_balancer_ips) {
        Element("firewall-ips", Key(ip, service));
      }
      std::string set;
      for (const std::string& range : service.source_ranges) set += range + ", ";
      Chain(firewall);
      Rule(firewall, "ip saddr != { " + set + "} drop");
    }
    if (inside && (proxy_.masquerade_all || proxy_.detector)) {
      Rule(service.internal_local ? node_only : cluster, "ip daddr cluster-ip jump mark");
    }
    if (Accessible(service)) {
      Chain(external);
      if (!service.external_local) {
        Rule(external, "jump mark-for-masquerade");
      } else {
        if (proxy_.detector) Rule(external, "ip saddr pods goto " + cluster);
        Rule(external, "fib saddr type local jump mark-for-masquerade");
        Rule(external, "fib saddr type local goto " + cluster);
      }
      if (outside) Rule(external, "goto " + (service.external_local ? node_only : cluster));
    }
    std::set<std::string> reached;
    if (!service.internal_local || Accessible(service)) {
      Draw(service, cluster, service.endpoints, reached);
    }
    if (!local.empty() &&
        (service.internal_local || (service.external_local && Accessible(service)))) {
      Draw(service, node_only, local, reached);
    }
    for (const std::string& endpoint : reached) {
      const std::string chain = "endpoint-" + endpoint;
      Chain(chain);
      Rule(chain, "ip saddr self jump mark-for-masquerade");
      if (service.affinity) Rule(chain, "update @affinity-" + endpoint + " { ip saddr }");
      Rule(chain, "meta l4proto tcp dnat to " + endpoint);
    }
  }

  const Lines& lines() const { return lines_; }

 private:
  void Element(const std::string& map, const std::string& key) {
    lines_.Add("element " + map + " " + key);
  }
  void Chain(const std::string& name) { lines_.Add("chain " + name); }
  void Rule(const std::string& chain, const std::string& text) {
    lines_.Add("rule " + chain + " " + std::to_string(rules_[chain]++) + " " + text);
  }
  /// The chain that chooses an endpoint.
  void Draw(const TestService& service, const std::string& chain,
            const std::vector<TestEndpoint>& endpoints, std::set<std::string>& reached) {
    Chain(chain);
    if (service.affinity) {
      for (const TestEndpoint& e : endpoints) {
        Rule(chain, "ip saddr @affinity-" + Backend(service, e) + " goto endpoint");
      }
    }
    for (std::size_t i = 0; i < endpoints.size(); ++i) {
      lines_.Add("inline " + chain + " " + std::to_string(i));
      reached.insert(Backend(service, endpoints[i]));
    }
    Rule(chain, "numgen random mod " + std::to_string(endpoints.size()) + " vmap { ... }");
  }

  TestProxy proxy_;
  Lines lines_;
  std::map<std::string, int> rules_;
};

void WriteVirtualServer(const TestService& service, const std::string& address, bool local_only,
                        Lines& lines) {
  lines.Add("virtual " + address);
  for (const TestEndpoint& e : service.endpoints) {
    if (!local_only || e.on_this_node) lines.Add("real " + address + " " + Backend(service, e));
  }
}

class CiliumWriter {
 public:
  CiliumWriter(std::vector<std::string> node_addresses, bool maglev)
      : node_addresses_(std::move(node_addresses)), maglev_(maglev) {}

  void Write(const TestService& service) {
    const auto local = Local(service);
    const auto& inside = service.internal_local ? local : service.endpoints;
    Frontend(service, Key(service.cluster_ip, service), "internal", inside);
    std::vector<std::string> outside;
    for (const std::string& ip : OutsideIps(service)) outside.push_back(Key(ip, service));
    if (service.node_port != 0) {
      const std::string port = ":" + std::to_string(service.node_port);
      for (const std::string& ip : node_addresses_) outside.push_back(ip + port);
      outside.push_back("0.0.0.0" + port);
    }
    for (const std::string& address : outside) {
      Frontend(service, address, "all", service.endpoints);
      if (service.external_local) Frontend(service, address, "node", local);
      if (maglev_ && !service.endpoints.empty()) lines_.Add("maglev " + address);
    }
    for (const TestEndpoint& e : service.endpoints) lines_.Add("backend " + Backend(service, e));
    for (const std::string& ip : service.load_balancer_ips) {
      for (const std::string& range : service.source_ranges) {
        lines_.Add("range " + Key(ip, service) + " " + range);
      }
    }
  }

  const Lines& lines() const { return lines_; }

 private:
  void Frontend(const TestService& service, const std::string& address, const std::string& scope,
                const std::vector<TestEndpoint>& endpoints) {
    const std::string name = address + " " + scope + " " + service.name;
    lines_.Add("frontend " + name);
    lines_.Add("slot " + name + " 0");
    for (std::size_t i = 0; i < endpoints.size(); ++i) {
      lines_.Add("slot " + name + " " + std::to_string(i + 1));
    }
  }

  std::vector<std::string> node_addresses_;
  bool maglev_;
  Lines lines_;
};

}  // namespace

std::size_t Lines::Beginning(const std::string& prefix) const {
  return static_cast<std::size_t>(std::count_if(
      lines_.begin(), lines_.end(),
      [&](const std::string& line) { return line.compare(0, prefix.size(), prefix) == 0; }));
}

Lines WriteNftables(const std::vector<TestService>& services, const TestProxy& proxy) {
  NftablesWriter writer(proxy);
  for (const TestService& service : services) writer.Write(service);
  return writer.lines();
}

Lines WriteIpvs(const std::vector<TestService>& services,
                const std::vector<std::string>& node_addresses) {
  Lines lines;
  for (const TestService& service : services) {
    const std::string cluster = Key(service.cluster_ip, service);
    WriteVirtualServer(service, cluster, service.internal_local, lines);
    lines.Add("address " + cluster);
    lines.Add("KUBE-CLUSTER-IP " + cluster);
    for (const TestEndpoint& e : Local(service)) {
      lines.Add("KUBE-LOOP-BACK " + Backend(service, e) + "," + e.address);
    }
    for (const std::string& ip : service.external_ips) {
      const std::string key = Key(ip, service);
      WriteVirtualServer(service, key, service.external_local, lines);
      lines.Add("address " + key);
      lines.Add((service.external_local ? "KUBE-EXTERNAL-IP-LOCAL " : "KUBE-EXTERNAL-IP ") + key);
    }
    for (const std::string& ip : service.load_balancer_ips) {
      const std::string key = Key(ip, service);
      WriteVirtualServer(service, key, service.external_local, lines);
      lines.Add("address " + key);
      lines.Add("KUBE-LOAD-BALANCER " + key);
      if (service.external_local) lines.Add("KUBE-LOAD-BALANCER-LOCAL " + key);
      if (service.source_ranges.empty()) continue;
      lines.Add("KUBE-LOAD-BALANCER-FW " + key);
      for (const std::string& range : service.source_ranges) {
        lines.Add("KUBE-LOAD-BALANCER-SOURCE-CIDR " + key + "," + range);
      }
      if (service.node_in_source_ranges) {
        lines.Add("KUBE-LOAD-BALANCER-SOURCE-IP " + key + "," + ip);
      }
    }
    if (service.node_port == 0) continue;
    const std::string port = std::to_string(service.node_port);
    lines.Add("KUBE-NODE-PORT-TCP " + port);
    if (service.external_local) lines.Add("KUBE-NODE-PORT-LOCAL-TCP " + port);
    for (const std::string& ip : node_addresses) {
      const std::string key = ip + ":" + port;
      WriteVirtualServer(service, key, service.external_local, lines);
    }
  }
  return lines;
}

Lines WriteCiliumLb(const std::vector<TestService>& services,
                    const std::vector<std::string>& node_addresses, bool maglev) {
  CiliumWriter writer(node_addresses, maglev);
  for (const TestService& service : services) writer.Write(service);
  return writer.lines();
}

}  // namespace cnisim::service
