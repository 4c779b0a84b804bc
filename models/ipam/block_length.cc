#include "models/ipam/allocators.h"
#include "sim/base/check.h"

namespace cnisim::ipam {

int BlockLength(const IpamConfiguration& configuration, net::IpFamily family,
                const azure::Limits& limits) {
  using azure::LimitId;
  const bool v4 = family == net::IpFamily::kIpv4;
  const int set = v4 ? configuration.block_length : configuration.block_length_v6;
  if (set != 0) return set;
  const auto of = [&](LimitId id, LimitId id_v6) {
    return static_cast<int>(limits[v4 ? id : id_v6]);
  };
  switch (configuration.kind) {
    case IpamKind::kOverlay:
      return of(LimitId::kOverlayBlockLength, LimitId::kOverlayBlockLengthV6);
    case IpamKind::kKubenet:
      return of(LimitId::kKubenetBlockLength, LimitId::kKubenetBlockLengthV6);
    case IpamKind::kClusterPool:
      return of(LimitId::kClusterPoolBlockLength, LimitId::kClusterPoolBlockLengthV6);
    case IpamKind::kCalicoBlocks:
      return of(LimitId::kCalicoBlockLength, LimitId::kCalicoBlockLengthV6);
    case IpamKind::kFlannel:
      return of(LimitId::kFlannelBlockLength, LimitId::kFlannelBlockLengthV6);
    case IpamKind::kPodSubnetStatic:
      return static_cast<int>(limits[LimitId::kStaticBlockLength]);
    case IpamKind::kNodeSubnet:
    case IpamKind::kPodSubnetDynamic:
      break;
  }
  CNISIM_CHECK(false, "the mode hands out blocks");
  return 0;
}

}  // namespace cnisim::ipam
