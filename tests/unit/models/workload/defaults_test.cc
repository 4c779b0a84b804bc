#include "models/workload/defaults.h"

#include <gtest/gtest.h>

namespace cnisim::workload {
namespace {

using namespace literals;

TEST(DefaultsTest, TheCatalogGivesEveryOne) {
  document::Diagnostics diagnostics;
  const document::CatalogFiles files = document::CatalogFiles::Load(std::nullopt, diagnostics);
  const Defaults defaults = Defaults::Load(files, diagnostics);
  EXPECT_FALSE(diagnostics.has_errors());
  EXPECT_EQ(defaults.service_time, 500_us);
  EXPECT_EQ(defaults.syn_timeout, 1_s);
  EXPECT_EQ(defaults.receive_window, 3_MiB);
  EXPECT_EQ(defaults.softirq_backlog, 1000U);
  EXPECT_DOUBLE_EQ(defaults.conntrack_per_mib, 64);
}

TEST(DefaultsTest, NamesWhatIsMissingAndWhatIsUnknown) {
  document::Diagnostics diagnostics;
  const document::CatalogFiles files = document::CatalogFiles::FromFiles(
      {{"workload/defaults.yaml", "values: [{id: syn_timeot, value: 1s}]\n", "d.yaml", false}});
  Defaults::Load(files, diagnostics);
  ASSERT_EQ(diagnostics.list().size(), 1U + 53U);
  EXPECT_EQ(diagnostics.list()[0].message,
            "no default is named 'syn_timeot', or it stands here twice");
  EXPECT_EQ(diagnostics.list()[0].hint, "did you mean 'syn_timeout'?");
  EXPECT_EQ(diagnostics.list()[1].message, "the catalog gives no default for 'conntrack_closed'");
}

}  // namespace
}  // namespace cnisim::workload
