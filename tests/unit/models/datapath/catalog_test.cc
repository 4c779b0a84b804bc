/// The shipped catalog loads without a word, and every stage says where its number comes from.

#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/datapath/cni_profile.h"
#include "models/datapath/compiler.h"
#include "models/datapath/cost_model.h"
#include "models/document/catalog_files.h"
#include "models/document/diagnostics.h"

namespace cnisim::datapath {
namespace {

class Catalog : public ::testing::Test {
 protected:
  document::Diagnostics diagnostics_;
  document::CatalogFiles files_ = document::CatalogFiles::Load(std::nullopt, diagnostics_);
  CostModel costs_ = CostModel::Load(files_, diagnostics_);
};

TEST_F(Catalog, LoadsWithoutADiagnostic) {
  for (const std::string& name : CniProfile::Names(files_)) {
    EXPECT_TRUE(CniProfile::Load(files_, name, costs_, diagnostics_)) << name;
  }
  EXPECT_EQ(diagnostics_.ToString(), "");
}

TEST_F(Catalog, HasTheProfilesOfEveryMode) {
  EXPECT_THAT(CniProfile::Names(files_),
              ::testing::ElementsAre(
                  "azure-node-subnet", "azure-overlay", "azure-pod-subnet-dynamic",
                  "azure-pod-subnet-static", "byocni-calico", "byocni-cilium", "byocni-flannel",
                  "cilium-node-subnet", "cilium-overlay", "cilium-pod-subnet-dynamic",
                  "cilium-pod-subnet-static", "host-network", "kubenet"));
}

TEST_F(Catalog, EveryProfileCompilesEveryPath) {
  for (const std::string& name : CniProfile::Names(files_)) {
    const auto profile = CniProfile::Load(files_, name, costs_, diagnostics_);
    ASSERT_TRUE(profile);
    for (std::size_t i = 0; i < kPathKinds; ++i) {
      FlowClass flow;
      flow.path = static_cast<PathKind>(i);
      ASSERT_NE(profile->Find(flow.path), nullptr) << name << " " << Name(flow.path);
      const CompiledFlow compiled = Compile(*profile, {}, flow, costs_);
      EXPECT_GT(compiled[MessageKind::kRequest].Demand(Bytes(100)).value(), 0);
    }
  }
}

TEST_F(Catalog, EveryCostHasASourceOrIsAssumedAndSaysWhy) {
  ASSERT_FALSE(costs_.all().empty());
  for (const StageCost& cost : costs_.all()) {
    EXPECT_NE(cost.does, "") << cost.id;
    if (cost.status == CostStatus::kAssumed) {
      EXPECT_NE(cost.why, "") << cost.id;
    } else {
      EXPECT_NE(cost.source.title, "") << cost.id;
      EXPECT_NE(cost.source.where, "") << cost.id;
    }
  }
}

// A cost that no path uses would be a number that changes nothing.
TEST_F(Catalog, EveryCostIsPaidOnSomePath) {
  std::set<std::string> used;
  for (const std::string& name : CniProfile::Names(files_)) {
    const auto profile = CniProfile::Load(files_, name, costs_, diagnostics_);
    ASSERT_TRUE(profile);
    for (std::size_t i = 0; i < kPathKinds; ++i) {
      const PathDefinition* path = profile->Find(static_cast<PathKind>(i));
      for (const DirectionSteps* direction : {&path->request, &path->reply}) {
        for (const auto& side : direction->sides) {
          for (const PathStep& step : side) used.insert(step.stage);
        }
      }
    }
  }
  for (const StageCost& cost : costs_.all()) {
    const bool elsewhere = cost.paid == Paid::kControlPlane || cost.paid_by == Resource::kFabric ||
                           cost.file == "costs/lab.yaml";
    EXPECT_TRUE(elsewhere || used.count(cost.id) == 1) << cost.id;
  }
}

}  // namespace
}  // namespace cnisim::datapath
