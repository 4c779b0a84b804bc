#include "models/ipam/ipam_configuration.h"

namespace cnisim::ipam {

std::string_view ToString(IpamKind kind) {
  switch (kind) {
    case IpamKind::kNodeSubnet:
      return "node subnet";
    case IpamKind::kPodSubnetDynamic:
      return "pod subnet, dynamic";
    case IpamKind::kPodSubnetStatic:
      return "pod subnet, static blocks";
    case IpamKind::kOverlay:
      return "overlay";
    case IpamKind::kKubenet:
      return "kubenet";
    case IpamKind::kClusterPool:
      return "Cilium cluster pool";
    case IpamKind::kCalicoBlocks:
      return "Calico blocks";
    case IpamKind::kFlannel:
      return "Flannel subnets";
  }
  return "";
}

}  // namespace cnisim::ipam
