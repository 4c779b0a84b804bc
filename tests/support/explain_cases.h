#pragma once

/// @file
/// Every path of every CNI and dataplane by name: what `explain` has a golden text of, and what the
/// sums of `explain` are held against the simulation for.

#include <ostream>
#include <string>
#include <vector>

#include "models/datapath/flow_class.h"
#include "models/datapath/switches.h"

namespace cnisim::test {

struct ExplainCase {
  std::string name;  ///< "calico-ebpf-load-balancer"
  std::string profile;
  datapath::Switches switches;  ///< on top of the profile's
  datapath::FlowClass flow;
};

/// Test lists show the name instead of the bytes.
void PrintTo(const ExplainCase& explained, std::ostream* out);

/// The paths that have a golden text: each CNI by each way that its packets go, the switches that
/// change a path, proxies, policies and the ways out of the VNet.
std::vector<ExplainCase> NamedPaths();

/// All of them and every dataplane by every way.
std::vector<ExplainCase> AllPaths();

}  // namespace cnisim::test
