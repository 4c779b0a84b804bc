#include "models/datapath/service_programming.h"

#include <vector>

#include <gtest/gtest.h>

#include "models/document/catalog_files.h"
#include "models/document/diagnostics.h"
#include "models/service/iptables_tables.h"

namespace cnisim::datapath {
namespace {

using namespace literals;

class ServiceProgramming : public ::testing::Test {
 protected:
  double Milliseconds(std::string_view engine, std::uint32_t services, SyncKind kind) const {
    service::ServicePortShape port;
    port.endpoints = 2;
    const std::vector<service::ServicePortShape> ports(services, port);
    return SyncWork(engine, ports, std::span(ports).first(1), options_, kind, costs_).value() / 1e6;
  }

  document::Diagnostics diagnostics_;
  document::CatalogFiles files_ = document::CatalogFiles::Load(std::nullopt, diagnostics_);
  CostModel costs_ = CostModel::Load(files_, diagnostics_);
  service::ProxyOptions options_;
};

// 695992 lines took 12.77 s (kubernetes/kubernetes issue 96018). Two endpoints and m = 0: 2 + 4 * 2
// = 10 lines a Service; 69596 Services and the fixed rules are 695,993 lines.
TEST_F(ServiceProgramming, AFullSyncOfSevenHundredThousandLines) {
  EXPECT_NEAR(Milliseconds("kube-proxy-iptables", 69596, SyncKind::kFull), 12770, 130);
}

// One Service more at 10000: 10001 rules of KUBE-SERVICES and 3 of POSTROUTING at 5 us, and the
// Service's own 2 + 4 rules and 3 chains at 18.3 us.
TEST_F(ServiceProgramming, APartialSyncStillWritesKubeServices) {
  EXPECT_NEAR(Milliseconds("kube-proxy-iptables", 10000, SyncKind::kPartial),
              (10004 * 5.0 + 9 * 18.3) / 1e3, 1e-6);
}

// 141 ms to add a Service at 10000 (pull 126013); 20000 Services in 26 ms of eBPF map writes.
TEST_F(ServiceProgramming, NftablesAndEbpf) {
  EXPECT_EQ(Milliseconds("kube-proxy-nftables", 10000, SyncKind::kPartial), 141);
  EXPECT_NEAR(Milliseconds("ebpf-socket", 20000, SyncKind::kFull), 26, 1e-9);
  EXPECT_EQ(Milliseconds("none", 20000, SyncKind::kFull), 0);
}

// Changes at 0, 100 and 200 ms, a sync takes 50 ms, at least 1 s apart: the first is in force at 50
// ms, the other two with the sync that starts at 1 s.
TEST_F(ServiceProgramming, ChangesThatComeTogetherAreGathered) {
  const std::vector<SimTime> changes{0_ms, 100_ms, 200_ms};
  const std::vector<SimTime> in_force =
      EnforcementTimes(changes, 1_s, [](std::size_t) { return 50_ms; });
  EXPECT_EQ(in_force, (std::vector<SimTime>{50_ms, 1050_ms, 1050_ms}));
}

// A sync of 3 s: what arrives meanwhile waits for its end, not for the period.
TEST_F(ServiceProgramming, ALongSyncHoldsUpTheNext) {
  const std::vector<SimTime> changes{0_s, 1_s, 5_s};
  const std::vector<SimTime> in_force =
      EnforcementTimes(changes, 1_s, [](std::size_t) { return 3_s; });
  EXPECT_EQ(in_force, (std::vector<SimTime>{3_s, 6_s, 9_s}));
}

TEST_F(ServiceProgramming, OnlyKubeProxyWaitsBetweenSyncs) {
  EXPECT_EQ(MinSyncPeriod("kube-proxy-iptables", costs_), 1_s);
  EXPECT_EQ(MinSyncPeriod("ebpf-tc", costs_), 0_s);
}

}  // namespace
}  // namespace cnisim::datapath
