/// A CNI of one's own is one catalog file: docs/guide/adding-a-cni.md, step by step.

#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "models/datapath/compiler.h"
#include "models/document/catalog_files.h"
#include "models/document/diagnostics.h"
#include "tests/support/scratch_folder.h"
#include "tests/support/source_path.h"

namespace cnisim::datapath {
namespace {

/// The file of the guide: between the marks of its first YAML block.
std::string FileOfTheGuide() {
  std::ifstream in(test::SourcePath("docs/guide/adding-a-cni.md"));
  std::string line;
  std::string text;
  bool inside = false;
  while (std::getline(in, line)) {
    if (line == "```yaml" && text.empty()) {
      inside = true;
    } else if (line == "```") {
      inside = false;
    } else if (inside) {
      text += line + "\n";
    }
  }
  return text;
}

class ToyCni : public ::testing::Test {
 protected:
  void SetUp() override {
    overlay_.Write("cni/toy-geneve.yaml", FileOfTheGuide());
    files_.emplace(document::CatalogFiles::Load(overlay_.path().string(), diagnostics_));
    costs_ = CostModel::Load(*files_, diagnostics_);
    profile_ = CniProfile::Load(*files_, "toy-geneve", costs_, diagnostics_);
  }

  test::ScratchFolder overlay_;
  document::Diagnostics diagnostics_;
  std::optional<document::CatalogFiles> files_;
  CostModel costs_;
  std::optional<CniProfile> profile_;
};

TEST_F(ToyCni, OneFileGivesEveryPath) {
  ASSERT_TRUE(profile_) << diagnostics_.ToString();
  for (std::size_t i = 0; i < kPathKinds; ++i) {
    FlowClass flow;
    flow.path = static_cast<PathKind>(i);
    ASSERT_NE(profile_->Find(flow.path), nullptr) << Name(flow.path);
    EXPECT_GT(Compile(*profile_, {}, flow, costs_)[MessageKind::kRequest].Demand(Bytes(1)).value(),
              0);
  }
}

// It encapsulates in Geneve: pods of two nodes have 50 bytes less, and pay its stages.
TEST_F(ToyCni, ItsSwitchesChooseItsStages) {
  ASSERT_TRUE(profile_) << diagnostics_.ToString();
  EXPECT_EQ(MtuOf(*profile_, {}, Bytes(1500)).pod.count(), 1450);
  // What the user's file says holds.
  EXPECT_EQ(MtuOf(*profile_, {}, Bytes(1500), Bytes(1400)).pod.count(), 1400);
  EXPECT_EQ(MtuOf(*profile_, {}, Bytes(1500), Bytes(1400)).route.count(), 1400);
  // Also where it does not fit: then the node cuts what it sends.
  EXPECT_EQ(MtuOf(*profile_, {}, Bytes(1500), Bytes(1480)).route.count(), 1480);
  const TracedFlow traced = Trace(*profile_, {}, FlowClass{}, costs_);
  bool geneve = false;
  for (const TracedStage& stage : traced.messages[0].stages) {
    geneve = geneve || stage.cost->id == "geneve_encap";
  }
  EXPECT_TRUE(geneve);
}

// It replaces one path of the set by its own list.
TEST_F(ToyCni, ItsOwnPathReplacesTheSets) {
  ASSERT_TRUE(profile_) << diagnostics_.ToString();
  FlowClass flow;
  flow.path = PathKind::kPodToPodSameNode;
  const TracedFlow traced = Trace(*profile_, {}, flow, costs_);
  const auto& reply = traced.messages[static_cast<std::size_t>(MessageKind::kReply)];
  std::string stages;
  for (const TracedStage& stage : reply.stages) stages += stage.cost->id + " ";
  EXPECT_EQ(
      stages,
      "tcp_send copy_tx ebpf_tc_program ebpf_redirect_peer tcp_receive task_wakeup socket_read "
      "copy_rx ");
}

}  // namespace
}  // namespace cnisim::datapath
