#include "models/document/catalog_files.h"

#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "models/document/embedded_files.h"
#include "tests/support/scratch_folder.h"

namespace cnisim::document {
namespace {

class CatalogFilesTest : public ::testing::Test {
 protected:
  void Write(const std::string& path, const std::string& text) { folder_.Write(path, text); }

  test::ScratchFolder folder_;
  const std::filesystem::path directory_ = folder_.path();
  Diagnostics diagnostics_;
};

TEST_F(CatalogFilesTest, HoldsWhatWasEmbedded) {
  const CatalogFiles catalog = CatalogFiles::Load(std::nullopt, diagnostics_);
  EXPECT_EQ(catalog.files().size(), EmbeddedCatalogFiles().size());
  const CatalogFile* file = catalog.Find("inputs/ignored_keys.yaml");
  ASSERT_NE(file, nullptr);
  EXPECT_EQ(file->origin, "catalog/inputs/ignored_keys.yaml");
  EXPECT_FALSE(file->overlaid);
  EXPECT_EQ(catalog.Find("inputs/none.yaml"), nullptr);
  EXPECT_EQ(catalog.Below("inputs/").front(), file);
}

TEST_F(CatalogFilesTest, OverlayReplacesAndAdds) {
  Write("inputs/ignored_keys.yaml", "ignored_keys: []\n");
  Write("costs/own.yaml", "a: 1\n");
  Write("costs/notes.txt", "not a catalog file\n");
  const CatalogFiles plain = CatalogFiles::Load(std::nullopt, diagnostics_);
  const CatalogFiles catalog = CatalogFiles::Load(directory_.string(), diagnostics_);
  EXPECT_EQ(catalog.files().size(), plain.files().size() + 1);
  EXPECT_EQ(catalog.Find("inputs/ignored_keys.yaml")->text, "ignored_keys: []\n");
  EXPECT_TRUE(catalog.Find("costs/own.yaml")->overlaid);
  EXPECT_EQ(catalog.Find("costs/own.yaml")->origin, (directory_ / "costs/own.yaml").string());
  EXPECT_NE(catalog.content_hash(), plain.content_hash());
  EXPECT_EQ(diagnostics_.ToString(), "");
}

TEST_F(CatalogFilesTest, HashDependsOnPathsAndTexts) {
  const auto hash = [](const std::string& path, const std::string& text) {
    return CatalogFiles::FromFiles({{path, text, "o"}, {"z", "", "o"}}).content_hash();
  };
  EXPECT_EQ(hash("a", "b"), hash("a", "b"));
  EXPECT_NE(hash("a", "b"), hash("a", "c"));
  EXPECT_NE(hash("a", "b"), hash("ab", ""));
}

TEST_F(CatalogFilesTest, MissingOverlayIsAnError) {
  CatalogFiles::Load("/nowhere", diagnostics_);
  EXPECT_EQ(diagnostics_.ToString(),
            "/nowhere: error: the catalog directory '/nowhere' does not exist\n");
}

TEST_F(CatalogFilesTest, EmptyOverlayIsAnError) {
  CatalogFiles::Load(directory_.string(), diagnostics_);
  EXPECT_EQ(diagnostics_.ToString(),
            directory_.string() +
                ": error: the catalog directory has no .yaml or .csv file below it\n"
                "  it has folders such as the catalog's: cni, costs, defaults, fabric, hardware, "
                "inputs, limits, policy, skus, validation or workload\n");
}

TEST_F(CatalogFilesTest, AFileThatNobodyWouldReadIsAnError) {
  Write("cost/own.yaml", "a: 1\n");
  Write("own.yaml", "a: 1\n");
  CatalogFiles::Load(directory_.string(), diagnostics_);
  ASSERT_EQ(diagnostics_.error_count(), 2u);
  EXPECT_EQ(diagnostics_.list()[0].message + diagnostics_.list()[1].message,
            "the catalog has no folder 'cost'the file stands in no folder of the catalog");
}

TEST_F(CatalogFilesTest, ReadsTheIgnoredKeys) {
  const IgnoredKeys keys =
      ReadIgnoredKeys(CatalogFiles::Load(std::nullopt, diagnostics_), diagnostics_);
  EXPECT_EQ(diagnostics_.ToString(), "");
  EXPECT_TRUE(keys.Matches("Deployment spec.template.spec.containers[].image"));
  EXPECT_TRUE(keys.Matches("Pod metadata.annotations"));
  EXPECT_FALSE(keys.Matches("Service spec.ipFamilies"));
}

TEST_F(CatalogFilesTest, ChecksTheIgnoredKeys) {
  const CatalogFiles catalog = CatalogFiles::FromFiles(
      {{"inputs/ignored_keys.yaml", "ignored_keys: [{keys: [a], wy: x}]\n", "own.yaml"}});
  ReadIgnoredKeys(catalog, diagnostics_);
  EXPECT_EQ(diagnostics_.ToString(),
            "own.yaml:1:28: error: unknown key 'wy' in ignored_keys[0]\n"
            "    1 | ignored_keys: [{keys: [a], wy: x}]\n"
            "      |                            ^\n"
            "  did you mean 'why'? known: keys, why\n");
}

}  // namespace
}  // namespace cnisim::document
