#include "models/document/object_reader.h"

#include <gtest/gtest.h>

#include "models/document/parser.h"

namespace cnisim::document {
namespace {

class ObjectReaderTest : public ::testing::Test {
 protected:
  const Value& Parse(std::string_view text) {
    documents_ = ParseDocuments(text, "f.yaml", diagnostics_);
    return documents_.at(0).root();
  }
  // The errors without source lines.
  std::string Errors() const {
    std::string out;
    for (const Diagnostic& diagnostic : diagnostics_.list()) {
      out += std::to_string(diagnostic.where.line) + ":" + std::to_string(diagnostic.where.column) +
             " [" + diagnostic.field + "] " + diagnostic.message;
      if (!diagnostic.hint.empty()) out += " (" + diagnostic.hint + ")";
      out += '\n';
    }
    return out;
  }

  Diagnostics diagnostics_;
  std::vector<Document> documents_;
};

TEST_F(ObjectReaderTest, ReadsEveryType) {
  ObjectReader reader(Parse("{s: 1.30, i: -3, n: 0.5, b: true, d: 10m30s, f: 0.05ns, z: 2KiB, r: "
                            "10Gbps, q: 500/s, p: 33%,"
                            " c: blue, l: [a, 1], m: {x: 1}, ignored: 1, nothing: ~}"),
                      diagnostics_, UnknownKeys::kError);
  EXPECT_EQ(reader.String("s"), "1.30");
  EXPECT_EQ(reader.Integer("i", -5, 5), -3);
  EXPECT_EQ(reader.Number("n", 0, 1), 0.5);
  EXPECT_EQ(reader.Boolean("b"), true);
  EXPECT_EQ(reader.Duration("d")->seconds(), 630);
  EXPECT_EQ(reader.FineDuration("f")->value(), 0.05);
  EXPECT_EQ(reader.Size("z")->count(), 2048);
  EXPECT_EQ(reader.Rate("r")->value(), 10'000'000'000);
  EXPECT_EQ(reader.PerSecond("q"), 500);
  EXPECT_EQ(reader.Percentage("p"), 0.33);
  enum class Colour { kRed, kBlue };
  EXPECT_EQ(reader.Choice<Colour>("c", {{"red", Colour::kRed}, {"blue", Colour::kBlue}}),
            Colour::kBlue);
  EXPECT_EQ(reader.Strings("l"), (std::vector<std::string>{"a", "1"}));
  EXPECT_NE(reader.Map("m"), nullptr);
  EXPECT_EQ(reader.Get("nothing"), nullptr);
  EXPECT_EQ(reader.String("absent"), std::nullopt);
  reader.Ignore("ignored");
  reader.Finish();
  EXPECT_EQ(Errors(), "");
}

TEST_F(ObjectReaderTest, SaysWhatWasFoundAndExpected) {
  const Value& root = Parse(
      "a:\n"
      "  s: [1]\n"
      "  i: '3'\n"
      "  big: 70000\n"
      "  n: many\n"
      "  b: yes\n"
      "  d: 10\n"
      "  z: -2KiB\n"
      "  r: 10 apples\n"
      "  q: 500\n"
      "  c: bleu\n"
      "  l: x\n"
      "  m: [1]\n");
  ObjectReader reader(*root.Find("a"), diagnostics_, UnknownKeys::kError);
  reader.String("s");
  reader.Integer("i", 0, 5);
  reader.Integer("big", 1, 65535);
  reader.Number("n", 0, 1);
  reader.Boolean("b");
  reader.Duration("d");
  reader.Size("z");
  reader.Rate("r");
  reader.PerSecond("q");
  reader.Choice<int>("c", {{"red", 0}, {"blue", 1}});
  reader.Strings("l");
  reader.Map("m");
  reader.RequireString("name");
  reader.Finish();
  EXPECT_EQ(
      Errors(),
      "2:6 [a.s] expected a string, found a sequence\n"
      "3:6 [a.i] expected an integer, found the string '3' (remove the quotes)\n"
      "4:8 [a.big] expected an integer from 1 to 65535, found '70000'\n"
      "5:6 [a.n] expected a number, found 'many'\n"
      "6:6 [a.b] expected true or false, found 'yes'\n"
      "7:6 [a.d] expected a duration, found '10' without a unit (write it as 10ns, 10us, 10ms, "
      "10s, 10m, 10h, 10d or 1h30m)\n"
      "8:6 [a.z] expected a size, found '-2KiB', which is negative (write it as 10B, 10KB, "
      "10KiB, 10MiB or 10GiB)\n"
      "9:6 [a.r] expected a data rate, found '10 apples' (write it as 10bps, 10kbps, 10Mbps or "
      "10Gbps)\n"
      "10:6 [a.q] expected a rate, found '500' without a unit (write it as 500/s, 500/m or "
      "500/h)\n"
      "11:6 [a.c] expected red or blue, found 'bleu' (did you mean 'blue'?)\n"
      "12:6 [a.l] expected a sequence, found 'x'\n"
      "13:6 [a.m] expected a map, found a sequence\n"
      "2:3 [a] missing key 'name'\n");
}

TEST_F(ObjectReaderTest, ReportsUnknownKeysWithNearSpellings) {
  const Value& root = Parse("configurations:\n  - name: x\n  - name: cilium\n    cillium: {}\n");
  ObjectReader reader(root.Find("configurations")->items()[1], diagnostics_, UnknownKeys::kError);
  reader.String("name");
  reader.Map("cilium");
  reader.Map("az");
  reader.Finish();
  EXPECT_EQ(diagnostics_.ToString(),
            "f.yaml:4:5: error: unknown key 'cillium' in configurations[1]\n"
            "    4 |     cillium: {}\n"
            "      |     ^\n"
            "  did you mean 'cilium'? known: az, cilium, name\n");
}

TEST_F(ObjectReaderTest, AMisspeltRequiredKeyIsOneMistake) {
  {
    ObjectReader reader(Parse("{nmae: x, cuont: 3}"), diagnostics_, UnknownKeys::kError);
    reader.RequireString("name");
    reader.RequireString("type");
    reader.Finish();
  }
  EXPECT_EQ(Errors(),
            "1:1 [] missing key 'type'\n"
            "1:2 [] unknown key 'nmae' (did you mean 'name'? known: name, type)\n"
            "1:11 [] unknown key 'cuont' (known: name, type)\n");
}

TEST_F(ObjectReaderTest, AKeyThatOnlyLooksLikeTheMissingOneDoesNotStandForIt) {
  {
    ObjectReader reader(Parse("{ports: x}"), diagnostics_, UnknownKeys::kError);
    reader.RequireString("port");
    reader.String("ports");
    reader.Finish();
  }
  EXPECT_EQ(Errors(), "1:1 [] missing key 'port'\n");
}

TEST_F(ObjectReaderTest, CountsUnknownKeysOfOtherPeoplesFiles) {
  ObjectReader reader(Parse("{a: on, b: {c: 1}, d: 2}"), diagnostics_, UnknownKeys::kNotModelled);
  EXPECT_EQ(reader.Boolean("a"), true);
  reader.NotModelled("d");
  reader.NotModelled("absent");
  reader.Finish();
  EXPECT_EQ(Errors(), "");
  ASSERT_EQ(diagnostics_.not_modelled().size(), 2U);
  EXPECT_EQ(diagnostics_.not_modelled()[0].key_path, "b");
  EXPECT_EQ(diagnostics_.not_modelled()[1].key_path, "d");
}

TEST_F(ObjectReaderTest, AValueThatIsNoMapIsOneError) {
  const Value& root = Parse("a: 5\n");
  ObjectReader reader(*root.Find("a"), diagnostics_, UnknownKeys::kError);
  EXPECT_FALSE(reader.valid());
  reader.RequireString("name");
  reader.Integer("count", 0, 1);
  reader.Finish();
  EXPECT_EQ(Errors(), "1:4 [a] expected a map, found '5'\n");
}

}  // namespace
}  // namespace cnisim::document
