#include "analysis/export/history.h"

#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <unistd.h>

#include "tests/support/example_results.h"

namespace cnisim::exporting {
namespace {

class HistoryTest : public testing::Test {
 protected:
  HistoryTest()
      : path_(testing::TempDir() + "history_" + std::to_string(getpid()) + "_" +
              testing::UnitTest::GetInstance()->current_test_info()->name() + ".db") {
    std::filesystem::remove(path_);
  }
  ~HistoryTest() override { std::filesystem::remove(path_); }

  /// The first value of the first row.
  std::string Ask(const std::string& sql) const {
    sqlite3* database = nullptr;
    EXPECT_EQ(sqlite3_open(path_.c_str(), &database), SQLITE_OK);
    std::string answer;
    sqlite3_stmt* statement = nullptr;
    EXPECT_EQ(sqlite3_prepare_v2(database, sql.c_str(), -1, &statement, nullptr), SQLITE_OK)
        << sqlite3_errmsg(database);
    if (sqlite3_step(statement) == SQLITE_ROW) {
      const unsigned char* text = sqlite3_column_text(statement, 0);
      for (; text != nullptr && *text != 0; ++text) answer += static_cast<char>(*text);
    }
    sqlite3_finalize(statement);
    sqlite3_close(database);
    return answer;
  }

  std::string path_;
};

TEST_F(HistoryTest, RemembersEveryRun) {
  const auto document = testing_support::ExampleResults();
  EXPECT_EQ(AddToHistory(path_, document, "2024-05-01T12:00:00Z"), std::nullopt);
  EXPECT_EQ(AddToHistory(path_, document, "2024-05-02T12:00:00Z"), std::nullopt);
  EXPECT_EQ(Ask("pragma integrity_check"), "ok");
  EXPECT_EQ(Ask("select count(*) from run"), "2");
  EXPECT_EQ(Ask("select count(*) from configuration"), "8");
  EXPECT_EQ(Ask("select value from metric natural join configuration where run = 2 and "
                "configuration = 'byocni-flannel' and metric = 'latency.p99'"),
            "14200000.0");
  EXPECT_EQ(Ask("select count from event where kind = 'drop' and run = 1"), "24");
}

TEST_F(HistoryTest, PointsOfASweepAreConfigurationsWithAPoint) {
  EXPECT_EQ(AddToHistory(path_, testing_support::ExampleSweep(), "now"), std::nullopt);
  EXPECT_EQ(Ask("select count(*) from configuration"), "12");  // 4, and 2 at each of 4 points
  EXPECT_EQ(Ask("select count(*) from sweep_point"), "8");
  EXPECT_EQ(Ask("select value from metric natural join configuration natural join sweep_point "
                "where configuration = 'azure-node-subnet' and point = 'rate=400/s' and "
                "metric = 'latency.p99'"),
            "30000000.0");
  // Without a point: the scenario as it stands.
  EXPECT_EQ(Ask("select value from metric natural join configuration natural left join sweep_point "
                "where configuration = 'azure-node-subnet' and point is null and "
                "metric = 'latency.p99'"),
            "9810000.0");
}

TEST_F(HistoryTest, WritersWaitForEachOther) {
  std::vector<std::thread> writers;
  for (int i = 0; i < 4; ++i) {
    writers.emplace_back([&] {
      EXPECT_EQ(AddToHistory(path_, testing_support::ExampleResults(), "now"), std::nullopt);
    });
  }
  for (std::thread& writer : writers) writer.join();
  EXPECT_EQ(Ask("select count(*) from run"), "4");
}

TEST_F(HistoryTest, SaysWhyItFailed) {
  EXPECT_EQ(AddToHistory("no/such/folder/runs.db", testing_support::ExampleResults(), "now"),
            "cannot add to history no/such/folder/runs.db: unable to open database file");
}

}  // namespace
}  // namespace cnisim::exporting
