#include "analysis/connectivity/policy_case.h"

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/document/catalog_files.h"
#include "tests/support/source_path.h"

namespace cnisim::connectivity {
namespace {

using policy::Engine;

policy::Limits LoadLimits() {
  document::Diagnostics diagnostics;
  const auto files = document::CatalogFiles::Load(std::nullopt, diagnostics);
  policy::Limits limits = policy::Limits::Load(files, diagnostics);
  EXPECT_EQ(diagnostics.ToString(), "");
  return limits;
}

std::vector<std::string> CaseFiles() {
  std::vector<std::string> files;
  for (const auto& entry :
       std::filesystem::directory_iterator(test::SourcePath("tests/data/netpol_cases"))) {
    if (entry.path().extension() == ".yaml") files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string Describe(const CaseReport& report) {
  std::string text;
  for (const CaseMismatch& mismatch : report.mismatches) {
    text += std::string(policy::ToString(mismatch.engine)) + ", step '" + mismatch.step + "', " +
            mismatch.probe + ": " + mismatch.source + " -> " + mismatch.destination +
            ": expected " + std::string(policy::ToString(mismatch.expected)) + ", found " +
            mismatch.found_text + '\n';
  }
  return text;
}

class TruthCase : public ::testing::TestWithParam<std::string> {};

TEST_P(TruthCase, EveryAssertedPairIsRight) {
  document::Diagnostics diagnostics;
  const auto report =
      RunPolicyCase(GetParam(), LoadLimits(), std::nullopt, policy::Version{}, diagnostics);
  ASSERT_TRUE(report.has_value()) << diagnostics.ToString();
  EXPECT_FALSE(diagnostics.has_errors()) << diagnostics.ToString();
  EXPECT_FALSE(report->engines.empty());
  EXPECT_GT(report->pairs, 0U);
  EXPECT_EQ(Describe(*report), "");
}

std::string NameOfCase(const ::testing::TestParamInfo<std::string>& file) {
  std::string name = std::filesystem::path(file.param).stem().string();
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Files, TruthCase, ::testing::ValuesIn(CaseFiles()), NameOfCase);

TEST(PolicyCaseTest, ThereAreThirtyFiveCases) { EXPECT_EQ(CaseFiles().size(), 35U); }

constexpr std::string_view kSmallCase = R"(apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {containers: []}
---
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: shop, labels: {app: db}}
spec: {containers: []}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db, namespace: shop}
spec: {podSelector: {matchLabels: {app: db}}}
---
apiVersion: cnisim.test/v1
kind: PolicyCase
metadata: {name: small}
engines: [calico]
expected:
- probe: {protocol: TCP, port: 80}
  allow: {shop/web: [shop/db], shop/db: [shop/web]}
)";

TEST(PolicyCaseTest, AWrongExpectationIsAMismatchWithItsCause) {
  document::Diagnostics diagnostics;
  const auto report = RunPolicyCaseText(kSmallCase, "small.yaml", LoadLimits(), std::nullopt,
                                        policy::Version{}, diagnostics);
  ASSERT_TRUE(report.has_value()) << diagnostics.ToString();
  EXPECT_EQ(report->pairs, 2U);
  EXPECT_EQ(Describe(*report),
            "calico, step '', TCP 80: shop/web -> shop/db: expected allow, found deny: isolated by "
            "NetworkPolicy shop/db (small.yaml:15), and no ingress rule matches\n");
}

TEST(PolicyCaseTest, AnEndpointThatIsNotThereIsAnError) {
  std::string text(kSmallCase);
  text.replace(text.find("[shop/web]}"), 11, "[shop/nix]}");
  document::Diagnostics diagnostics;
  EXPECT_FALSE(RunPolicyCaseText(text, "small.yaml", LoadLimits(), std::nullopt, policy::Version{},
                                 diagnostics));
  EXPECT_THAT(diagnostics.ToString(),
              ::testing::HasSubstr("error: there is no endpoint 'shop/nix'"));
}

}  // namespace
}  // namespace cnisim::connectivity
