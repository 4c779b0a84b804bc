#pragma once

/// @file
/// Adds look-ups to a traffic model: who asks for which names, whom, and who answers.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "models/cluster/cluster.h"
#include "models/document/diagnostics.h"
#include "models/scenario/flow_classifier.h"
#include "models/scenario/scenario.h"
#include "models/scenario/traffic_builder.h"
#include "models/workload/model.h"

namespace cnisim::scenario {

class DnsBuilder {
 public:
  /// @param netfilter  translates the addresses of Services
  /// @param traffic    has built the call graph's edges, and none of the sources'
  DnsBuilder(const Scenario& scenario, const DnsSpec& dns, bool netfilter,
             const cluster::Cluster& cluster, const FlowClassifier& classifier,
             TrafficBuilder& traffic, workload::Model& model, document::Diagnostics& diagnostics)
      : scenario_(scenario),
        dns_(dns),
        netfilter_(netfilter),
        cluster_(cluster),
        classifier_(classifier),
        traffic_(traffic),
        model_(model),
        diagnostics_(diagnostics) {}

  /// DNS servers, and the edges of queries from all who look names up.
  void AddServers();
  /// Gives the edges of calls and traffic their look-ups.  After AddServers() and all edges.
  void AddLookups();

 private:
  struct Client {
    const Party* from;
    const Party* to;
    const std::optional<std::string>* written;
    const SourceLocation* where;
  };
  // Clients that look a name up, with the number of their edge among calls and then traffic.
  std::vector<std::pair<std::size_t, Client>> Clients() const;
  const cluster::PodDns& DnsOf(const Party& from) const;
  std::string NameOf(const Client& client) const;
  bool AddCoreDns();
  void AddLocalDns();
  void AddQueries(const Party& from);
  void AddEdge(workload::EdgeModel edge);
  std::uint32_t LookupOf(const Client& client);
  std::uint32_t IndexOf(const std::string& name, bool exists);

  const Scenario& scenario_;
  const DnsSpec& dns_;
  bool netfilter_;
  const cluster::Cluster& cluster_;
  const FlowClassifier& classifier_;
  TrafficBuilder& traffic_;
  workload::Model& model_;
  document::Diagnostics& diagnostics_;
  ResolvedTarget coredns_;  // by UDP
  std::uint32_t coredns_application_ = workload::kNone;
  std::vector<workload::Backend> local_;                                  // [node]
  std::map<std::pair<std::string, std::string>, std::uint32_t> queries_;  // workload -> edge
  std::map<std::string, std::uint32_t> names_;
  std::map<std::pair<std::uint32_t, std::vector<std::uint32_t>>, std::uint32_t> lookups_;
};

}  // namespace cnisim::scenario
