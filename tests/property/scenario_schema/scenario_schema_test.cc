// The schema and the reader know the same keys.  A scenario has an unknown key in every map, the
// reader's errors list the keys that it knows there, and the schema must list the same ones; every
// map of the schema must have been met.

#include <algorithm>
#include <fstream>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "models/datapath/switches.h"
#include "models/document/diagnostics.h"
#include "models/document/parser.h"
#include "models/lifecycle/timeline.h"
#include "models/scenario/catalog.h"
#include "models/scenario/scenario_reader.h"
#include "tests/support/source_path.h"

namespace cnisim::scenario {
namespace {

using Json = nlohmann::json;

// The kinds of its sources stand in kTrafficKinds, in this order.
constexpr std::string_view kProbe = R"(
cnisim: 1
name: probe
zzz: 1
cluster:
  zzz: 1
  vnet: {zzz: 1, prefix: 10.224.0.0/12, subnets: {nodes: 10.224.0.0/22}}
  node_pools: [{zzz: 1, name: apps}]
configurations:
  - {zzz: 1, name: a, az: --network-plugin azure, switches: {zzz: 1}}
  - {name: b, cilium: {zzz: 1}}
  - {name: c, calico: {zzz: 1}}
  - {name: d, flannel: {zzz: 1}}
work: {web: {zzz: 1}}
externals: {payments: {zzz: 1}}
dns: {zzz: 1, local: {zzz: 1}, coredns: {zzz: 1}}
calls: {web: {api: {zzz: 1}}}
traffic:
  - {zzz: 1, kind: open_loop}
  - {zzz: 1, kind: rr}
  - {zzz: 1, kind: crr}
  - {zzz: 1, kind: stream}
background: {zzz: 1}
churn: [{zzz: 1}]
measure: {zzz: 1}
budgets: [{zzz: 1}]
)";
constexpr std::string_view kTrafficKinds[] = {"open_loop", "rr", "crr", "stream"};

using Keys = std::vector<std::string>;

// "a[0].b" is "a", "0", "b".
Keys StepsOf(const std::string& path) {
  Keys steps;
  std::string step;
  for (const char c : path + '.') {
    if (c != '.' && c != '[' && c != ']') {
      step += c;
    } else if (!step.empty()) {
      steps.push_back(std::exchange(step, ""));
    }
  }
  return steps;
}

// The keys behind "known: " in a hint.
Keys KnownKeys(const std::string& hint) {
  Keys keys;
  const std::size_t at = hint.find("known: ");
  std::istringstream list(at == std::string::npos ? "" : hint.substr(at + 7));
  for (std::string key; list >> key;) {
    if (key.ends_with(',')) key.pop_back();
    keys.push_back(key);
  }
  std::sort(keys.begin(), keys.end());
  return keys;
}

class Schema {
 public:
  Schema() { std::ifstream(test::SourcePath("scenarios/schema/scenario.schema.json")) >> root_; }

  const Json& root() const { return root_; }

  const Json& Resolve(const Json& node) const {
    const Json* resolved = &node;
    while (resolved->contains("$ref")) {
      const std::string pointer = resolved->at("$ref").get<std::string>().substr(1);
      resolved = &root_.at(Json::json_pointer(pointer));
    }
    return *resolved;
  }

  // The description of the value at `path`; nullptr when the schema has none.
  const Json* At(const std::string& path) const {
    const Json* node = &root_;
    for (const std::string& step : StepsOf(path)) {
      node = Child(Resolve(*node), step);
      if (node == nullptr) return nullptr;
    }
    return MapOf(Resolve(*node), path);
  }

  // Every map with named keys, wherever it stands.
  static void Maps(const Json& node, std::set<const Json*>& maps) {
    if (node.is_object() && node.contains("properties")) maps.insert(&node);
    if (!node.is_structured()) return;
    for (const Json& child : node) Maps(child, maps);
  }

 private:
  const Json* Child(const Json& node, const std::string& step) const {
    if (node.contains("properties") && node["properties"].contains(step)) {
      return &node["properties"][step];
    }
    if (node.contains("additionalProperties") && node["additionalProperties"].is_object()) {
      return &node["additionalProperties"];
    }
    return node.contains("items") ? &node["items"] : nullptr;
  }

  // Of alternatives the map; of sources of load the one of that kind.
  const Json* MapOf(const Json& node, const std::string& path) const {
    if (!node.contains("oneOf") || node.contains("properties")) return &node;
    for (const Json& alternative : node["oneOf"]) {
      const Json& candidate = Resolve(alternative);
      if (!candidate.contains("properties")) continue;
      if (!path.starts_with("traffic[")) return &candidate;
      const std::string_view kind = kTrafficKinds[path[8] - '0'];
      const Json& kinds = candidate["properties"]["kind"];
      if (kinds.value("const", "") == kind) return &candidate;
      for (const Json& each : kinds.value("enum", Json::array())) {
        if (each == kind) return &candidate;
      }
    }
    return nullptr;
  }

  Json root_;
};

Keys PropertiesOf(const Json& node) {
  Keys keys;
  for (const auto& [key, value] : node["properties"].items()) keys.push_back(key);
  return keys;  // sorted: nlohmann's objects are
}

// What models/lifecycle reads.
constexpr const char* kTimelineProbes[] = {
    "timeline: [{at: 1h, zzz: 1}]", "growth: {rate: 5%, every: 1d, for: 2d, zzz: 1}",
    "growth: {table: [{at: 1d, size: 120%, zzz: 1}]}",
    "growth: {diurnal: {low: 50%, high: 90%, zzz: 1}, every: 1h, for: 1d}"};

TEST(ScenarioSchema, KnowsTheKeysOfTheReader) {
  const Schema schema;
  document::Diagnostics diagnostics;
  const Catalog catalog = Catalog::Load(std::nullopt, diagnostics);
  ASSERT_EQ(diagnostics.ToString(), "");
  ReadScenarioText(kProbe, "probe.yaml", catalog, diagnostics);
  for (const char* probe : kTimelineProbes) {
    const auto parsed = document::ParseDocument(probe, "probe.yaml", diagnostics);
    ASSERT_TRUE(parsed.has_value());
    const document::Value& root = parsed->root();
    lifecycle::ReadTimeline(root.Find("timeline"), root.Find("growth"), diagnostics);
  }
  std::set<const Json*> met;
  for (const document::Diagnostic& diagnostic : diagnostics.list()) {
    if (!diagnostic.message.starts_with("unknown ") || !diagnostic.message.ends_with("'zzz'")) {
      continue;
    }
    SCOPED_TRACE(diagnostic.field);
    const Json* node = schema.At(diagnostic.field);
    ASSERT_NE(node, nullptr);
    EXPECT_EQ(PropertiesOf(*node), KnownKeys(diagnostic.hint));
    EXPECT_EQ(node->value("additionalProperties", Json()), Json(false));
    met.insert(node);
  }
  std::set<const Json*> maps;
  Schema::Maps(schema.root(), maps);
  // "properties" inside a map's own properties would be a key of that name; there is none.
  for (const Json* map : maps) EXPECT_EQ(met.count(map), 1U) << map->dump();
  EXPECT_EQ(met.size(), maps.size());
}

TEST(ScenarioSchema, KnowsTheValuesOfSwitches) {
  const Schema schema;
  const Json& switches = *schema.At("configurations[0].switches");
  for (const datapath::SwitchDefinition& definition : datapath::SwitchVocabulary()) {
    Keys words;
    for (const Json& word : switches["properties"][std::string(definition.name)]["enum"]) {
      // true and false are also allowed without quotes.
      if (word.is_string()) words.push_back(word.get<std::string>());
    }
    Keys values(definition.values.begin(), definition.values.end());
    std::sort(words.begin(), words.end());
    std::sort(values.begin(), values.end());
    EXPECT_EQ(words, values) << definition.name;
  }
}

}  // namespace
}  // namespace cnisim::scenario
