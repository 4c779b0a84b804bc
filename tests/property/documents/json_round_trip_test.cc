// Whatever JSON another library writes, our parser reads the same values, and each scalar stands
// where its location says.

#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "models/document/parser.h"
#include "models/document/value.h"
#include "sim/base/random.h"

namespace cnisim::document {
namespace {

using Json = nlohmann::ordered_json;

// Texts that have broken parsers: escapes, indicators, numbers in quotes, characters past the
// basic plane.
const std::vector<std::string> kTexts = {
    "",         "a",
    "null",     "true",
    "1.5",      "- x",
    "a: b",     "#no comment",
    "\"q\"",    "'",
    "\\u",      "\t\n",
    "{[,]}",    "&a",
    "*a",       "!!str",
    "|",        "<<",
    "@x",       "%",
    "\xC3\xA4", "\xF0\x9F\x98\x80",
    "a\\\"b",   "/",
    "~",        "yes",
    " lead",    "trail ",
    "..",       "---",
};

class Generator {
 public:
  explicit Generator(std::uint64_t seed) : random_(seed, 0, 0) {}

  Json Value(int depth) {
    switch (random_.Below(depth > 0 ? 8 : 6)) {
      case 0:
        return nullptr;
      case 1:
        return random_.Below(2) == 0;
      case 2:
        return static_cast<std::int64_t>(random_.Bits() >> random_.Below(64)) - 1000;
      case 3:
        return random_.Uniform() * 1e6 - 5e5;
      case 4:
      case 5:
        return Text();
      case 6: {
        Json array = Json::array();
        for (std::uint32_t n = random_.Below(5); n > 0; --n) array.push_back(Value(depth - 1));
        return array;
      }
      default: {
        Json object = Json::object();
        for (std::uint32_t n = random_.Below(5); n > 0; --n)
          object[Text() + Text()] = Value(depth - 1);
        return object;
      }
    }
  }
  bool Coin() { return random_.Below(2) == 0; }

 private:
  std::string Text() { return kTexts[random_.Below(static_cast<std::uint32_t>(kTexts.size()))]; }

  RandomStream random_;
};

void ExpectSame(const Value& value, const Json& json) {
  SCOPED_TRACE(value.path());
  if (json.is_null()) {
    EXPECT_TRUE(value.is_null());
  } else if (json.is_array()) {
    ASSERT_TRUE(value.is_sequence());
    ASSERT_EQ(value.items().size(), json.size());
    for (std::size_t i = 0; i < json.size(); ++i) ExpectSame(value.items()[i], json[i]);
  } else if (json.is_object()) {
    ASSERT_TRUE(value.is_map());
    ASSERT_EQ(value.members().size(), json.size());
    std::size_t i = 0;
    for (const auto& [key, child] : json.items()) {
      EXPECT_EQ(value.members()[i].key, key);
      ExpectSame(value.members()[i].value, child);
      ++i;
    }
  } else if (json.is_string()) {
    EXPECT_TRUE(value.quoted());
    EXPECT_EQ(value.text(), json.get<std::string>());
    EXPECT_EQ(value.scalar_type(), ScalarType::kString);
  } else {
    EXPECT_FALSE(value.quoted());
    EXPECT_EQ(value.text(), json.dump());
  }
}

std::vector<std::string> LinesOf(const std::string& text) {
  std::vector<std::string> lines(1);
  for (const char c : text) {
    if (c == '\n') {
      lines.emplace_back();
    } else {
      lines.back() += c;
    }
  }
  return lines;
}

// The text at a value's place begins as the value does.
void ExpectInPlace(const Value& value, const std::vector<std::string>& lines) {
  SCOPED_TRACE(value.path());
  const SourceLocation where = value.where();
  ASSERT_LE(static_cast<std::size_t>(where.line), lines.size());
  const std::string at = lines[static_cast<std::size_t>(where.line - 1)].substr(
      static_cast<std::size_t>(where.column - 1));
  switch (value.kind()) {
    case Kind::kMap:
      EXPECT_EQ(at[0], '{');
      break;
    case Kind::kSequence:
      EXPECT_EQ(at[0], '[');
      break;
    case Kind::kNull:
      EXPECT_EQ(at.substr(0, 4), "null");
      break;
    case Kind::kScalar:
      EXPECT_TRUE(at.starts_with(value.quoted() ? "\"" : value.text())) << at;
      break;
  }
  for (const Value& item : value.items()) ExpectInPlace(item, lines);
  for (const Member& member : value.members()) ExpectInPlace(member.value, lines);
}

TEST(JsonRoundTrip, ReadsWhatWasWritten) {
  for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
    SCOPED_TRACE(seed);
    Generator generator(seed);
    Json json = Json::array({generator.Value(5)});
    const int indent = generator.Coin() ? -1 : 2;
    // Escaped to ASCII, the text has no character of several bytes and two escapes for some.
    const bool ascii = generator.Coin();
    const std::string text = json.dump(indent, ' ', ascii);
    Diagnostics diagnostics;
    const std::vector<Document> documents = ParseDocuments(text, "f.json", diagnostics);
    ASSERT_EQ(diagnostics.ToString(), "") << text;
    ASSERT_EQ(documents.size(), 1U);
    ExpectSame(documents[0].root(), json);
    // Two escapes become one of another length, so columns behind them move.
    if (text.find("\\ud83d") == std::string::npos) {
      ExpectInPlace(documents[0].root(), LinesOf(text));
    }
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace cnisim::document
