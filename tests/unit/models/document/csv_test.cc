#include "models/document/csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cnisim::document {
namespace {

TEST(CsvTest, ReadsQuotesAndLinesInsideThem) {
  Diagnostics diagnostics;
  const CsvTable table =
      CsvTable::Parse("a,b\r\n1,\"x, \"\"y\"\"\"\n\n\"two\nlines\",\n3,z", "t.csv", diagnostics);
  EXPECT_EQ(diagnostics.ToString(), "");
  EXPECT_THAT(table.columns(), testing::ElementsAre("a", "b"));
  ASSERT_EQ(table.rows().size(), 3u);
  EXPECT_THAT(table.rows()[0].cells, testing::ElementsAre("1", "x, \"y\""));
  EXPECT_THAT(table.rows()[1].cells, testing::ElementsAre("two\nlines", ""));
  EXPECT_EQ(table.Where(table.rows()[1]).ToString(), "t.csv:4:1");
  EXPECT_THAT(table.rows()[2].cells, testing::ElementsAre("3", "z"));
  EXPECT_EQ(table.Where(table.rows()[2]).ToString(), "t.csv:6:1");
  EXPECT_EQ(table.ColumnIndex("b"), 1);
  EXPECT_EQ(table.ColumnIndex("c"), -1);
}

TEST(CsvTest, MistakesSayWhere) {
  Diagnostics diagnostics;
  CsvTable::Parse("a,b\n1\n2,\"open\n", "t.csv", diagnostics);
  CsvTable::Parse("\n", "empty.csv", diagnostics);
  std::vector<std::string> messages;
  for (const Diagnostic& diagnostic : diagnostics.list()) {
    messages.push_back(diagnostic.where.ToString() + ": " + diagnostic.message);
  }
  EXPECT_THAT(messages, testing::ElementsAre("t.csv:2:1: the row has 1 cells, the header has 2",
                                             "t.csv:3:1: a quote is opened and not closed",
                                             "empty.csv: the table has no header line"));
}

}  // namespace
}  // namespace cnisim::document
