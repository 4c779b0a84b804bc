/// docs/guide/adding-a-cni.md, step by step: its files are taken out of the page and used as it
/// says.

#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "analysis/explain/path_explanation.h"
#include "analysis/explain/path_finder.h"
#include "models/scenario/catalog.h"
#include "models/scenario/prepared_configuration.h"
#include "models/scenario/replication.h"
#include "models/scenario/scenario_reader.h"
#include "tests/support/scratch_folder.h"
#include "tests/support/source_path.h"

namespace cnisim::explain {
namespace {

using namespace literals;

/// The YAML blocks of the page, in order: the toy, the cost, the second toy, the scenario.
std::vector<std::string> Blocks() {
  std::ifstream in(test::SourcePath("docs/guide/adding-a-cni.md"));
  std::vector<std::string> blocks;
  std::string line;
  bool inside = false;
  while (std::getline(in, line)) {
    if (line == "```yaml") {
      blocks.emplace_back();
      inside = true;
    } else if (line == "```") {
      inside = false;
    } else if (inside) {
      blocks.back() += line + "\n";
    }
  }
  return blocks;
}

class GuideToAddingACni : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::vector<std::string> blocks = Blocks();
    ASSERT_EQ(blocks.size(), 4U);
    overlay_.Write("cni/toy-geneve.yaml", blocks[0]);
    overlay_.Write("costs/toy.yaml", blocks[1]);
    overlay_.Write("cni/toy-compressed.yaml", blocks[2]);
    catalog_.emplace(scenario::Catalog::Load(overlay_.path().string(), diagnostics_));
    scenario_ = scenario::ReadScenarioText(blocks[3], "toys.yaml", *catalog_, diagnostics_);
    ASSERT_TRUE(scenario_) << diagnostics_.ToString();
    for (const scenario::ConfigurationSpec& spec : scenario_->configurations) {
      prepared_.push_back(
          scenario::PreparedConfiguration::Prepare(*scenario_, spec, *catalog_, diagnostics_));
      ASSERT_NE(prepared_.back(), nullptr) << diagnostics_.ToString();
    }
    ASSERT_FALSE(diagnostics_.has_errors()) << diagnostics_.ToString();
  }

  /// The path between the pods of two nodes, as step 5 asks for it.
  PathExplanation ExplainIt(std::size_t configuration) {
    const auto from = FindParty(*scenario_, "api", false, diagnostics_);
    const auto to = FindParty(*scenario_, "cache", true, diagnostics_);
    for (const PathQuestion& path : FindPaths(*scenario_, *prepared_[configuration], *catalog_,
                                              *from, *to, 0, {Bytes(300), Bytes(2000)})) {
      if (path.flow.path == datapath::PathKind::kPodToPodCrossNode) return Explain(path);
    }
    ADD_FAILURE() << "no path between two nodes";
    return {};
  }

  test::ScratchFolder overlay_;
  document::Diagnostics diagnostics_;
  std::optional<scenario::Catalog> catalog_;
  std::optional<scenario::Scenario> scenario_;
  std::vector<std::unique_ptr<const scenario::PreparedConfiguration>> prepared_;
};

// Request of 300 bytes and reply of 2000, compressed once each: 2 x 400 ns and 2300 x 0.3 ns more.
TEST_F(GuideToAddingACni, TheStageOfStepThreeIsTheWholeDifference) {
  const PathComparison comparison = Compare(ExplainIt(0), ExplainIt(1));
  double compression = 0;
  for (const StageDifference& stage : comparison.exchange) {
    if (stage.stage == "toy_compression") compression = stage.difference();
  }
  EXPECT_NEAR(compression, 2 * 400 + 2300 * 0.3, 1e-6);
}

TEST_F(GuideToAddingACni, BothToysRun) {
  scenario::ReplicationOptions options;
  options.seed = 1;
  options.warm_up = 50_ms;
  options.duration = 300_ms;
  for (const auto& configuration : prepared_) {
    const scenario::ReplicationRecord record = RunReplication(*configuration, options);
    ASSERT_FALSE(record.sources.empty());
    EXPECT_GT(record.sources[0].completed, 10U) << configuration->name();
    EXPECT_EQ(record.sources[0].total_failed(), 0U) << configuration->name();
  }
}

// Step 2's promise: a wrong word is an error with its place and the nearest right one.
TEST_F(GuideToAddingACni, AWrongNameIsSaidWithItsPlace) {
  std::string wrong = Blocks()[2];
  wrong.replace(wrong.find("toy_compression"), 15, "toy_compresion");
  wrong.replace(wrong.find("toy-compressed"), 14, "toy-mistaken");
  overlay_.Write("cni/toy-mistaken.yaml", wrong);
  document::Diagnostics diagnostics;
  const auto files = document::CatalogFiles::Load(overlay_.path().string(), diagnostics);
  EXPECT_FALSE(
      datapath::CniProfile::Load(files, "toy-mistaken", catalog_->costs, diagnostics).has_value());
  EXPECT_NE(diagnostics.ToString().find("did you mean 'toy_compression'?"), std::string::npos)
      << diagnostics.ToString();
}

}  // namespace
}  // namespace cnisim::explain
