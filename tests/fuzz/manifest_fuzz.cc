// Whatever the manifests hold, reading and placing them ends, and the cluster is sound.

#include <string_view>
#include <vector>

#include "models/cluster/cluster.h"
#include "models/cluster/manifest_set.h"
#include "models/cluster/objects.h"
#include "sim/base/check.h"
#include "tests/fuzz/fuzz_target.h"

namespace {

using cnisim::cluster::Cluster;

void CheckCluster(const Cluster& cluster) {
  std::size_t placed = 0;
  for (const auto& node : cluster.nodes()) placed += node.pods.size();
  CNISIM_CHECK(placed == cluster.pods().size(), "every pod is on one node");
  for (const auto& service : cluster.services()) {
    CNISIM_CHECK(service.endpoints.size() == service.service.ports.size(),
                 "every port has its list of endpoints");
    for (const auto& endpoints : service.endpoints) {
      for (const auto& endpoint : endpoints) {
        CNISIM_CHECK(endpoint.port != 0, "an endpoint has a port");
        CNISIM_CHECK(endpoint.pod.valid() != endpoint.address.has_value(),
                     "an endpoint is a pod or an address");
      }
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  cnisim::document::Diagnostics diagnostics;
  cnisim::cluster::ManifestSet manifests;
  manifests.AddText(text, "input", diagnostics);
  const cnisim::cluster::Objects objects = cnisim::cluster::ReadObjects(manifests, diagnostics);
  cnisim::cluster::NodePool pool;
  pool.name = "apps";
  pool.count = 5;
  pool.max_pods = 30;
  pool.zones = {1, 2, 3};
  CheckCluster(cnisim::cluster::BuildCluster({pool}, objects, {}, diagnostics));
  CheckCluster(cnisim::cluster::BuildCluster({}, objects, {}, diagnostics));
  diagnostics.ToString();
  return 0;
}
