/// The fit recovers coefficients from measurements that a known model made.

#include "analysis/validation/fit.h"

#include <cmath>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analysis/validation/kernel_rows.h"
#include "analysis/validation/score.h"
#include "models/document/catalog_files.h"
#include "models/scenario/catalog.h"

namespace cnisim::validation {
namespace {

class FitTest : public ::testing::Test {
 protected:
  static constexpr const char* kHeader =
      "experiment,topology,routed_hops,bridge_hops,bridge_ip_passages,vxlan_pairs,dataplane,"
      "services,endpoints,position,policy,policy_size,traffic,scheduling,request_bytes,"
      "response_bytes,note,median_ns,low_ns,high_ns,run_ratio\n";

  // Chains of 0 to 8 hops and some bridges, as `truth` would measure them.
  std::vector<Measurement> Made(const datapath::CostModel& truth) {
    std::string text = kHeader;
    for (const int hops : {1, 2, 4, 8}) {
      text += "paths,chain," + std::to_string(hops) +
              ",0,0,0,none,0,0,,,0,udp_rr,solo,64,64,,1,1,1,1\n";
    }
    for (const int bridges : {1, 4}) {
      text += "paths,br,0," + std::to_string(bridges) +
              ",0,0,none,0,0,,,0,udp_rr,solo,64,64,,1,1,1,1\n";
    }
    text += "composed,both,2,2,0,0,none,0,0,,,0,udp_rr,solo,64,64,,1,1,1,1\n";
    std::vector<Measurement> rows = ReadMeasurements(text, "made.csv", lab_, diagnostics_);
    for (Measurement& row : rows) {
      row.value = cnisim::validation::Read(*row.experiment,
                                           Estimate(*row.experiment, truth, catalog_.workload));
    }
    return rows;
  }

  document::Diagnostics diagnostics_;
  scenario::Catalog catalog_ = scenario::Catalog::Load(std::nullopt, diagnostics_);
  datapath::CostModel sources_ = catalog_.costs.ForHardware("");
  Lab lab_{catalog_.files, sources_, diagnostics_};
};

const FittedStage* Find(const FittedClass& fitted, const std::string& id) {
  for (const FittedStage& stage : fitted.stages) {
    if (stage.id == id) return &stage;
  }
  return nullptr;
}

TEST_F(FitTest, RecoversSlopesAndPredictsWhatItHasNotSeen) {
  datapath::CostModel truth = sources_;
  truth.SetValue("routed_hop", 900, 0);
  truth.SetValue("bridge_hop", 1300, 0);
  const std::vector<Measurement> rows = Made(truth);
  const FittedClass fitted = Fit(kLabHardware, rows, sources_, catalog_.workload);
  EXPECT_TRUE(fitted.converged);
  EXPECT_EQ(fitted.rows, 6);  // not the composition
  ASSERT_NE(Find(fitted, "routed_hop"), nullptr);
  EXPECT_NEAR(Find(fitted, "routed_hop")->fixed_ns, 900, 15);
  EXPECT_NEAR(Find(fitted, "bridge_hop")->fixed_ns, 1300, 40);
  EXPECT_LT(Find(fitted, "routed_hop")->error_ns, 100);
  EXPECT_THAT(Find(fitted, "routed_hop")->informed_by, ::testing::ElementsAre("kernel/paths"));
  const HardwareCosts costs{{std::string(kLabHardware), WithFit(sources_, fitted)}};
  const Score score = Judge(rows, Figures(rows, costs, catalog_.workload, Method::kSimulate));
  EXPECT_EQ(score.composed.rows, 1);
  EXPECT_LT(score.composed.worst, 0.02);
}

TEST_F(FitTest, StaysInsideTheRangesAndSaysSo) {
  datapath::CostModel truth = sources_;
  truth.SetValue("routed_hop", 5000, 0);  // its sources say at most 1600
  const FittedClass fitted = Fit(kLabHardware, Made(truth), sources_, catalog_.workload);
  ASSERT_NE(Find(fitted, "routed_hop"), nullptr);
  EXPECT_DOUBLE_EQ(Find(fitted, "routed_hop")->fixed_ns, 1600);
  EXPECT_TRUE(Find(fitted, "routed_hop")->at_bound);
}

TEST_F(FitTest, NamesWhatNothingInforms) {
  const FittedClass fitted = Fit(kLabHardware, Made(sources_), sources_, catalog_.workload);
  EXPECT_EQ(Find(fitted, "vxlan_encap"), nullptr);
  EXPECT_THAT(fitted.uninformed, ::testing::Contains("vxlan_encap"));
  EXPECT_THAT(fitted.uninformed, ::testing::Not(::testing::Contains("routed_hop")));
}

TEST_F(FitTest, ItsFileIsAHardwareClassOfTheCatalog) {
  const FittedClass fitted = Fit(kLabHardware, Made(sources_), sources_, catalog_.workload);
  FittedClass server = fitted;
  server.name = "server";
  const std::string yaml = FitYaml({fitted, server}, {"made.csv"});
  std::vector<document::CatalogFile> files;
  for (const document::CatalogFile& file : catalog_.files.files()) {
    if (file.path != "hardware/fitted.yaml") files.push_back(file);
  }
  files.push_back({"hardware/fitted.yaml", yaml, "fitted.yaml", false});
  const auto catalog = document::CatalogFiles::FromFiles(files);
  const datapath::CostModel costs = datapath::CostModel::Load(catalog, diagnostics_);
  EXPECT_FALSE(diagnostics_.has_errors()) << diagnostics_.ToString();
  ASSERT_EQ(costs.hardware().size(), 2U);
  const double fixed = Find(fitted, "routed_hop")->fixed_ns;
  EXPECT_NEAR(costs.At("routed_hop").fixed_ns, fixed, 0.001 * fixed);
  EXPECT_EQ(costs.At("routed_hop").informed_by, 4);
  EXPECT_EQ(costs.ForHardware("").At("routed_hop").fixed_ns, sources_.At("routed_hop").fixed_ns);
}

}  // namespace
}  // namespace cnisim::validation
