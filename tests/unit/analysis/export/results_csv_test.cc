#include "analysis/export/results_csv.h"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

#include "tests/support/example_results.h"

namespace cnisim::exporting {
namespace {

TEST(ResultsCsvTest, SummaryThenReplications) {
  auto document = testing_support::ExampleResults({{"kubenet", 17, 3e6, 9e6, 0.1}});
  document.scenario_name = "a \"shop\", big";
  document.configurations[0].metrics.erase(document.configurations[0].metrics.begin() + 1,
                                           document.configurations[0].metrics.end() - 1);
  document.configurations[0].metrics[0].model_low = experiment::kUndefined;
  EXPECT_EQ(ToCsv(document),
            "scenario,configuration,metric,from,to,unit,replication,value,low,high,model_low,"
            "model_high\n"
            "\"a \"\"shop\"\", big\",kubenet,latency.p50,external,frontend,ns,,3e+06,2970000,"
            "3030000,,3240000\n"
            "\"a \"\"shop\"\", big\",kubenet,latency.p50,external,frontend,ns,1,2970000,,,,\n"
            "\"a \"\"shop\"\", big\",kubenet,latency.p50,external,frontend,ns,2,3e+06,,,,\n"
            "\"a \"\"shop\"\", big\",kubenet,latency.p50,external,frontend,ns,3,3030000,,,,\n"
            "\"a \"\"shop\"\", big\",kubenet,vnet_addresses,,nodes,count,,17,17,17,,\n");
}

// The scenario as it stands has no point; the header says the same fields as without a sweep.
TEST(ResultsCsvTest, PointsOfASweepAreTheLastColumn) {
  auto document = testing_support::ExampleResults({{"kubenet", 17, 3e6, 9e6, 0.1}});
  auto& metrics = document.configurations[0].metrics;
  metrics.erase(metrics.begin(), metrics.end() - 1);
  document.sweep_parameters = {"services", "rate"};
  experiment::SweepPointResult& point = document.sweep.emplace_back();
  point.values = {"100", "500/s"};
  point.configurations = document.configurations;
  point.configurations[0].metrics[0].value = 18;
  EXPECT_EQ(
      ToCsv(document),
      "scenario,configuration,metric,from,to,unit,replication,value,low,high,model_low,"
      "model_high,point\n"
      "example,kubenet,vnet_addresses,,nodes,count,,17,17,17,,,\n"
      "example,kubenet,vnet_addresses,,nodes,count,,18,17,17,,,\"services=100, rate=500/s\"\n");
}

}  // namespace
}  // namespace cnisim::exporting
