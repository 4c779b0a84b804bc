#include "analysis/validation/score.h"

#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace cnisim::validation {
namespace {

Measurement Row(const std::string& id, double value, RowClass row_class,
                const std::string& configuration) {
  Measurement row;
  row.id = id;
  row.publication = "P";
  row.metric = "tcp_rr";
  row.kind = Kind::kRate;
  row.value = value;
  row.row_class = row_class;
  row.of_cluster = true;
  row.configuration = configuration;
  row.group = "g";
  row.repeats = "g|" + configuration;
  return row;
}

TEST(Score, AnchorsSetTheMachineAndAreNotScored) {
  const std::vector<Measurement> rows{Row("a", 100, RowClass::kAnchor, "host"),
                                      Row("b", 50, RowClass::kScored, "x"),
                                      Row("c", 80, RowClass::kScored, "y")};
  // The simulated machine is twice as fast: 200 for the anchor.
  const Score score = Judge(rows, {200, 100, 200});
  ASSERT_EQ(score.publications.size(), 1U);
  EXPECT_EQ(score.publications[0].scored, 2);
  EXPECT_DOUBLE_EQ(*score.rows[1].simulated, 50);
  EXPECT_DOUBLE_EQ(score.rows[1].error, 0);
  EXPECT_DOUBLE_EQ(*score.rows[2].simulated, 100);
  EXPECT_DOUBLE_EQ(score.rows[2].error, std::log(100.0 / 80));
  EXPECT_DOUBLE_EQ(score.publications[0].median, std::log(100.0 / 80) / 2);
}

TEST(Score, TheClosestAnchorCovers) {
  std::vector<Measurement> rows{Row("a", 100, RowClass::kAnchor, "host"),
                                Row("b", 10, RowClass::kAnchor, "host"),
                                Row("c", 5, RowClass::kScored, "x")};
  rows[1].anchor.streams = "32";
  rows[2].anchor.streams = "32";
  EXPECT_EQ(AnchorsOf(rows)[2], std::vector<std::size_t>{1});
  rows[2].anchor.streams = "8";  // neither: both are as close
  EXPECT_EQ(AnchorsOf(rows)[2], (std::vector<std::size_t>{0, 1}));
}

TEST(Score, TheFloorIsWhatRepeatsDifferBy) {
  std::vector<Measurement> rows{
      Row("a", 100, RowClass::kAnchor, "host"), Row("b", 40, RowClass::kScored, "x"),
      Row("c", 50, RowClass::kScored, "x"), Row("d", 60, RowClass::kScored, "x"),
      Row("e", 70, RowClass::kScored, "y")};
  rows[4].repeat_spread = 0.2;
  const Score score = Judge(rows, {100, 50, 50, 50, 70});
  EXPECT_DOUBLE_EQ(score.rows[1].floor, std::log(50.0 / 40));
  EXPECT_DOUBLE_EQ(score.rows[2].floor, 0);
  EXPECT_DOUBLE_EQ(score.rows[4].floor, 0.05);
}

TEST(Score, PairsCountOnlyWhereTheyMeasurablyDiffer) {
  std::vector<Measurement> rows{
      Row("a", 100, RowClass::kAnchor, "host"), Row("b", 95, RowClass::kScored, "x"),
      Row("c", 50, RowClass::kScored, "y"), Row("d", 30, RowClass::kScored, "z")};
  // host and x differ by 5 %: no pair.  y and z are simulated the wrong way round.
  const Score score = Judge(rows, {100, 90, 40, 60});
  EXPECT_EQ(score.pairs.pairs, 5);
  EXPECT_EQ(score.pairs.right, 4);
  rows[3].repeats = rows[2].repeats;  // the model cannot tell them apart
  EXPECT_EQ(Judge(rows, {100, 90, 40, 60}).pairs.pairs, 4);
}

TEST(Score, ComposedRowsAreSummedUpApart) {
  std::vector<Measurement> rows{Row("k", 100, RowClass::kScored, "x"),
                                Row("l", 200, RowClass::kScored, "y")};
  for (Measurement& row : rows) {
    row.absolute = true;
    row.composed = true;
  }
  const Score score = Judge(rows, {110, 200});
  EXPECT_EQ(score.composed.rows, 2);
  EXPECT_DOUBLE_EQ(score.composed.worst, std::log(1.1));
  EXPECT_DOUBLE_EQ(score.composed.mean, std::log(1.1) / 2);
  EXPECT_EQ(score.pairs.pairs, 0);
}

}  // namespace
}  // namespace cnisim::validation
