// The parser returns from any bytes: a tree whose places lie in the text, or errors that do.

#include <string>
#include <string_view>

#include "models/document/object_reader.h"
#include "models/document/parser.h"
#include "sim/base/check.h"
#include "tests/fuzz/fuzz_target.h"

namespace {

using cnisim::document::Diagnostics;
using cnisim::document::Value;

void CheckTree(const Value& value) {
  CNISIM_CHECK(value.where().line >= 1 && value.where().column >= 1, "every value has its place");
  CNISIM_CHECK(value.key_where().line >= 1, "every key has its place");
  CNISIM_CHECK(value.is_scalar() || value.text().empty(), "only scalars have text");
  for (const Value& item : value.items()) {
    CNISIM_CHECK(item.parent() == &value, "a value knows its parent");
    CheckTree(item);
  }
  for (const auto& member : value.members()) {
    CNISIM_CHECK(member.value.parent() == &value, "a value knows its parent");
    CNISIM_CHECK(member.value.key() == member.key, "a value knows its key");
    CheckTree(member.value);
  }
}

// Every typed getter on every key: none may do more than report.
void ReadEverything(const Value& value, Diagnostics& diagnostics) {
  using cnisim::document::ObjectReader;
  if (value.is_map()) {
    ObjectReader reader(value, diagnostics, cnisim::document::UnknownKeys::kError);
    for (const auto& member : value.members()) {
      reader.Integer(member.key, -10, 10);
      reader.Number(member.key, -1, 1);
      reader.Boolean(member.key);
      reader.Duration(member.key);
      reader.FineDuration(member.key);
      reader.Size(member.key);
      reader.Rate(member.key);
      reader.PerSecond(member.key);
      reader.Percentage(member.key);
      reader.Choice<int>(member.key, {{"one", 1}, {"two", 2}});
      reader.Strings(member.key);
      ReadEverything(member.value, diagnostics);
    }
    reader.Require("absent");
    reader.Finish();
  }
  for (const Value& item : value.items()) ReadEverything(item, diagnostics);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  cnisim::document::ParseLimits limits;
  limits.alias_nodes = 10'000;
  Diagnostics diagnostics;
  const auto documents = cnisim::document::ParseDocuments(text, "input", diagnostics, limits);
  const std::string first = diagnostics.ToString();
  Diagnostics again;
  cnisim::document::ParseDocuments(text, "input", again, limits);
  CNISIM_CHECK(again.ToString() == first, "the same text gives the same errors");
  for (const auto& document : documents) {
    CheckTree(document.root());
    ReadEverything(document.root(), diagnostics);
  }
  CNISIM_CHECK(diagnostics.list().size() <= Diagnostics::kMaxKept, "diagnostics are bounded");
  for (const char c : diagnostics.ToString()) {
    CNISIM_CHECK(c == '\n' || static_cast<unsigned char>(c) >= 0x20,
                 "no control character reaches the terminal");
  }
  return 0;
}
