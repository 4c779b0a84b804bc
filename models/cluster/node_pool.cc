#include "models/cluster/node_pool.h"

#include <cmath>

namespace cnisim::cluster {

int MaxSurge::NodesFor(int pool_nodes) const {
  if (nodes) return *nodes;
  return static_cast<int>(std::ceil(share * pool_nodes));
}

}  // namespace cnisim::cluster
