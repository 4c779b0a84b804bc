#include "analysis/plan/address_vectors.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "models/document/parser.h"
#include "tests/support/source_path.h"

namespace cnisim::plan {
namespace {

class AddressVectorsTest : public testing::Test {
 protected:
  static azure::Limits LoadLimits() {
    document::Diagnostics diagnostics;
    return azure::Limits::Load(document::CatalogFiles::Load(std::nullopt, diagnostics),
                               diagnostics);
  }

  // The report on one row.
  std::string Check(const std::string& inputs, const std::string& expected) {
    const std::string text =
        "id,mode,inputs,expected\nX-1,azure_overlay,\"" + inputs + "\",\"" + expected + "\"\n";
    const std::vector<AddressVector> vectors = ReadAddressVectors(text, "v.csv", diagnostics);
    return ToText(CheckAddressVectors(vectors, limits));
  }

  azure::Limits limits = LoadLimits();
  document::Diagnostics diagnostics;
};

TEST_F(AddressVectorsTest, AllPublishedRowsAreEqual) {
  const std::string path = test::SourcePath("tests/data/address_vectors.csv");
  const auto text = document::ReadFile(path, diagnostics);
  ASSERT_TRUE(text.has_value());
  const std::vector<AddressVector> vectors = ReadAddressVectors(*text, path, diagnostics);
  EXPECT_EQ(diagnostics.ToString(), "");
  EXPECT_EQ(ToText(CheckAddressVectors(vectors, limits)), "113 of 113 rows equal\n");
}

TEST_F(AddressVectorsTest, AMismatchSaysWhatWasFound) {
  EXPECT_EQ(Check("fn=usable_ips;prefix=24", "usable=256"),
            "v.csv:2:1: X-1: usable is 251, expected 256\n0 of 1 rows equal\n");
  EXPECT_EQ(Check("fn=usable_ips;prefix=24", "free=251"),
            "v.csv:2:1: X-1: free is nothing, expected 251\n0 of 1 rows equal\n");
}

TEST_F(AddressVectorsTest, RowsThatCannotBeComputedSayWhy) {
  EXPECT_EQ(Check("fn=usable_ips", "usable=251"),
            "v.csv:2:1: X-1: input 'prefix' is missing\n0 of 1 rows equal\n");
  EXPECT_EQ(Check("fn=usable_ips;prefix=24;nodes=3", "usable=251"),
            "v.csv:2:1: X-1: input 'nodes' has no use here\n0 of 1 rows equal\n");
  EXPECT_EQ(Check("fn=surge_nodes;nodes=3;max_surge=many", "surge=1"),
            "v.csv:2:1: X-1: max_surge is 'many', expected 10% or 2\n0 of 1 rows equal\n");
}

TEST_F(AddressVectorsTest, UnknownCalculationsNameTheNearest) {
  const std::string report = Check("fn=usable_ip;prefix=24", "usable=251");
  EXPECT_EQ(report.substr(0, report.find("known:")),
            "v.csv:2:1: X-1: unknown calculation 'usable_ip'; did you mean 'usable_ips'? ");
}

TEST_F(AddressVectorsTest, BrokenRowsAreErrors) {
  ReadAddressVectors("id,mode,inputs,expected\nA,any,prefix=24,usable=251\nB,any,fn,\n", "v.csv",
                     diagnostics);
  ASSERT_EQ(diagnostics.list().size(), 2u);
  EXPECT_EQ(diagnostics.list()[0].message, "inputs name no calculation (fn=...)");
  EXPECT_EQ(diagnostics.list()[1].message,
            "inputs and expected are key=value pairs with semicolons between them");
  ReadAddressVectors("id,inputs\n", "w.csv", diagnostics);
  EXPECT_EQ(diagnostics.list()[2].message, "the table has no column 'mode'");
}

TEST_F(AddressVectorsTest, ALimitThatDisagreesShows) {
  limits.Set("cns.primary_addresses=0");
  EXPECT_EQ(Check("fn=pod_subnet_ips;nodes=1;demand_per_node=0", "pod_subnet_ips=17"),
            "v.csv:2:1: X-1: pod_subnet_ips is 16, expected 17\n0 of 1 rows equal\n");
}

TEST_F(AddressVectorsTest, FunctionsAreSorted) {
  const std::vector<std::string> names = VectorFunctions();
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
}

}  // namespace
}  // namespace cnisim::plan
