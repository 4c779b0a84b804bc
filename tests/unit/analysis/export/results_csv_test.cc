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

}  // namespace
}  // namespace cnisim::exporting
