/// Every published and measured value, the pages that `cnisim validate` wrote about them, and the
/// costs that `cnisim fit` found in them: none may be stale.

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "analysis/report/validation_report.h"
#include "analysis/validation/fit.h"
#include "analysis/validation/score.h"
#include "models/document/catalog_files.h"
#include "models/scenario/catalog.h"
#include "tests/support/source_path.h"

namespace cnisim::validation {
namespace {

std::string FileText(const std::string& path) {
  std::ifstream in(test::SourcePath(path));
  EXPECT_TRUE(in) << path;
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

class ValidationWhole : public ::testing::Test {
 protected:
  Score JudgeAll() const {
    return Judge(set_.measurements,
                 Figures(set_.measurements, CatalogCosts(set_.measurements, catalog_.costs),
                         catalog_.workload, Method::kSimulate));
  }

  document::Diagnostics diagnostics_;
  scenario::Catalog catalog_ = scenario::Catalog::Load(std::nullopt, diagnostics_);
  Lab lab_{catalog_.files, catalog_.costs, diagnostics_};
  MeasurementSet set_ = LoadMeasurements({}, lab_, diagnostics_);
};

TEST_F(ValidationWhole, IsWithinTheErrorsThatTheDocumentationPromises) {
  const Score score = JudgeAll();
  EXPECT_GE(score.in_scope_scored, 0.9 * score.in_scope);
  EXPECT_LE(score.median_of_publications, 0.15);
  EXPECT_LE(score.median_of_publications_cpu, 0.25);
  EXPECT_GE(score.pairs.share(), 0.85);
  EXPECT_LE(score.composed.mean, 0.04);
  EXPECT_LE(score.composed.worst, 0.12);
  EXPECT_EQ(report::ValidationErrorsYaml(score), FileText("models/catalog/validation/errors.yaml"));
}

TEST_F(ValidationWhole, ThePageShowsTheStateOfTheModel) {
  Score score = JudgeAll();
  score.leave_one_out = LeaveOneOut(set_.measurements, catalog_.costs, catalog_.workload);
  EXPECT_LE(score.leave_one_out_median(), 0.25);
  EXPECT_EQ(report::ValidationMarkdown(score), FileText("docs/models/validation-results.md"));
}

TEST_F(ValidationWhole, TheShippedCostsAreWhatTheFitFinds) {
  std::vector<document::CatalogFile> sources;
  for (const document::CatalogFile& file : catalog_.files.files()) {
    if (!file.path.starts_with("hardware/")) sources.push_back(file);
  }
  const auto files = document::CatalogFiles::FromFiles(sources);
  const datapath::CostModel costs = datapath::CostModel::Load(files, diagnostics_);
  EXPECT_EQ(FitYaml(FitAll(set_.measurements, costs, catalog_.workload), set_.files),
            FileText("models/catalog/hardware/fitted.yaml"));
}

}  // namespace
}  // namespace cnisim::validation
