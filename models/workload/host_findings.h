#pragma once

/// @file
/// What the hosts of one rank found, in the form in which ranks put it together: integers are
/// summed up, what is not an integer stays apart by host, so that sums do not depend on ranks.

#include <array>
#include <cstdint>
#include <vector>

#include "models/workload/host_process.h"
#include "models/workload/traffic_record.h"
#include "sim/base/units.h"

namespace cnisim::engine {
class Ranks;
}  // namespace cnisim::engine

namespace cnisim::workload {

struct NodeFindings {
  NodeCpu cpu;
  std::array<double, kResourceKinds> busy{};  // [ResourceKind]: shares, of the busiest part
  std::array<WaitTally, kResourceKinds> tallies{};
  PortTable::Use ports;  ///< to servers outside
  SourcePorts::Use source_ports;
};

struct Findings {
  std::vector<FlowRecord> flows;  // [edge], without names
  std::array<std::uint64_t, kDropReasons> drops{};
  SimTime request_time;
  std::vector<NodeFindings> nodes;                     // [node]
  NodeFindings outside;                                ///< the NAT gateway's ports
  std::vector<std::vector<HostProcess::PodUse>> pods;  // [host]
};

/// @param hosts  [host]
/// @param owned  [host]: is it run here?
Findings Collect(const Model& model, const std::vector<HostProcess*>& hosts,
                 const std::vector<bool>& owned, SimTime from, SimTime until);

/// All that the ranks found, on each of them.
Findings Share(const Findings& mine, const std::vector<bool>& owned, engine::Ranks& ranks);

}  // namespace cnisim::workload
