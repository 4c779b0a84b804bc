#pragma once

/// @file
/// A pod's spec, as pods and the templates of workloads have it.

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "models/cluster/labels.h"
#include "models/cluster/objects.h"
#include "models/document/diagnostics.h"
#include "models/document/value.h"
#include "sim/base/units.h"

namespace cnisim::cluster::internal {

/// A value of the environment that looks like a Service's address; which Services there are is
/// known only later.
struct EdgeCandidate {
  std::size_t workload = 0;  ///< index into Objects::workloads
  std::string variable;
  std::string host;
  std::uint16_t port = 0;
  SourceLocation where;
};

struct PodSpec {
  std::vector<ContainerPort> ports;
  bool host_network = false;
  Labels node_selector;
  std::string node_name;
  std::int64_t cpu_request_millicores = 0;
  std::int64_t cpu_limit_millicores = 0;  ///< of the first container
  Bytes memory_request;
  Bytes memory_limit;
  PodDns dns;
  std::vector<EdgeCandidate> edges;
};

/// "shop/settings" -> its data.  Looked at only for addresses that an environment takes from them.
using ConfigMaps = std::map<std::string, const document::Value*>;

PodSpec ReadPodSpec(const document::Value& value, const std::string& ns,
                    const ConfigMaps& config_maps, document::Diagnostics& diagnostics);

}  // namespace cnisim::cluster::internal
