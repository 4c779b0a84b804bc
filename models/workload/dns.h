#pragma once

/// @file
/// Names, the servers that know them, and what a client asks before it connects.

#include <cstdint>
#include <string>
#include <vector>

#include "models/workload/latency_profile.h"
#include "sim/base/units.h"

namespace cnisim::workload {

/// A name that somebody asks for, in full: "payments.example.com.svc.cluster.local".
struct DnsName {
  std::string name;
  bool exists = false;
  bool in_cluster = false;  ///< below the cluster's own domain: CoreDNS knows all of it
};

/// What one look-up asks: the names in their order, until one exists.
struct LookupModel {
  std::uint32_t edge = 0;            // of the queries, in Model::edges
  std::vector<std::uint32_t> names;  // in DnsModel::names; at least one
};

/// What the pods of an application do with a question.
struct DnsServerModel {
  SimTime found_ttl;          ///< how long an answer that names an address is kept; 0: not at all
  SimTime missing_ttl;        ///< the same for "there is no such name"
  bool knows_cluster = true;  ///< answers names in the cluster from memory
  Nanoseconds forward_time;   ///< CPU time to ask somebody else and to read his answer
  /// There and back to the resolver outside, if the application has no call for that.
  FabricDelay upstream;
};

struct DnsModel {
  std::vector<DnsName> names;
  std::vector<DnsServerModel> servers;
  std::vector<LookupModel> lookups;
  std::uint32_t attempts = 2;  ///< of each query; its edge says how long one waits
  std::uint32_t types = 2;     ///< A and AAAA, or 1: only A
  double race = 0;     ///< chance that a socket's second first datagram is lost in netfilter
  SimTime client_ttl;  ///< how long a client remembers what it looked up; 0: not at all
};

/// A question: a name and the type of record, A or AAAA.
constexpr std::uint32_t DnsQuestion(std::uint32_t name, std::uint32_t type) {
  return name << 1 | type;
}
constexpr std::uint32_t NameOf(std::uint32_t question) { return question >> 1; }

}  // namespace cnisim::workload
