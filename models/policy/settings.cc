#include "models/policy/settings.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <utility>

#include "models/document/object_reader.h"
#include "models/document/parser.h"
#include "models/document/spelling.h"

namespace cnisim::policy {
namespace {

using document::Diagnostics;
using document::ObjectReader;
using document::UnknownKeys;
using document::Value;

constexpr std::array<std::pair<std::string_view, Engine>, 4> kEngines = {{
    {"none", Engine::kNone},
    {"azure-npm", Engine::kAzureNpm},
    {"calico", Engine::kCalico},
    {"cilium", Engine::kCilium},
}};

bool Begins(std::string_view key, std::string_view pattern) {
  if (!pattern.empty() && pattern.front() == '*') {
    return key.find(pattern.substr(1)) != std::string_view::npos;
  }
  return key.substr(0, pattern.size()) == pattern;
}

void ReadLimit(const Value& value, Diagnostics& diagnostics, Limits& limits) {
  ObjectReader reader(value, diagnostics, UnknownKeys::kError);
  const std::string id = reader.RequireString("id").value_or("");
  Limit limit;
  limit.value = static_cast<std::uint64_t>(
      reader.RequireInteger("value", 1, std::numeric_limits<std::int64_t>::max()).value_or(1));
  limit.what = reader.RequireString("what").value_or("");
  limit.source = reader.RequireString("source").value_or("");
  reader.Finish();
  const std::array<std::pair<std::string_view, Limit*>, 6> known = {{
      {"cilium_policy_map_entries", &limits.cilium_policy_map_entries},
      {"cilium_identities", &limits.cilium_identities},
      {"calico_ipset_members", &limits.calico_ipset_members},
      {"npm_nodes", &limits.npm_nodes},
      {"npm_pods", &limits.npm_pods},
      {"ipset_members", &limits.npm_ipset_members},
  }};
  std::vector<std::string> names;
  for (const auto& [name, target] : known) {
    if (name == id) *target = limit;
    names.emplace_back(name);
  }
  if (std::find(names.begin(), names.end(), id) == names.end()) {
    diagnostics.Error(value, "unknown limit " + document::Quote(id),
                      document::SpellingHint(id, names));
  }
}

std::uint32_t Count(ObjectReader& reader, std::string_view key) {
  return static_cast<std::uint32_t>(reader.RequireInteger(key, 0, 1'000'000).value_or(0));
}

void ReadLabelFilter(const Value& value, Diagnostics& diagnostics, Limits& limits) {
  ObjectReader reader(value, diagnostics, UnknownKeys::kError);
  reader.RequireString("source");
  limits.kept_labels = reader.Strings("kept");
  limits.ignored_labels = reader.Strings("ignored");
  reader.Finish();
}

void ReadChains(const Value& value, Diagnostics& diagnostics, Limits& limits) {
  ObjectReader reader(value, diagnostics, UnknownKeys::kError);
  if (const Value* npm = reader.RequireMap("npm")) {
    ObjectReader body(*npm, diagnostics, UnknownKeys::kError);
    body.RequireString("source");
    limits.npm_base_rules = Count(body, "base_rules");
    limits.npm_base_chains = Count(body, "base_chains");
    body.Finish();
  }
  if (const Value* calico = reader.RequireMap("calico")) {
    ObjectReader body(*calico, diagnostics, UnknownKeys::kError);
    body.RequireString("source");
    limits.calico_to_workload_rules = Count(body, "to_workload_rules");
    limits.calico_from_workload_rules = Count(body, "from_workload_rules");
    limits.calico_tier_rules = Count(body, "tier_rules");
    limits.calico_policy_rules = Count(body, "policy_rules");
    limits.calico_rules_per_rule = Count(body, "rules_per_rule");
    limits.calico_ports_per_rule = std::max<std::uint32_t>(1, Count(body, "ports_per_rule"));
    body.Finish();
  }
  reader.Finish();
}

Version RequireVersion(ObjectReader& reader, std::string_view key, Diagnostics& diagnostics) {
  const std::string text = reader.RequireString(key).value_or("0.0");
  const std::optional<Version> version = ParseVersion(text);
  if (!version) {
    diagnostics.Error(*reader.Get(key),
                      "expected a release as 1.16, found " + document::Quote(text));
  }
  return version.value_or(Version{});
}

void ReadManagedCilium(const Value& value, Diagnostics& diagnostics, Limits& limits) {
  ObjectReader reader(value, diagnostics, UnknownKeys::kError);
  reader.RequireString("source");
  const Value* releases = reader.RequireSequence("releases");
  reader.Finish();
  if (releases == nullptr) return;
  for (const Value& item : releases->items()) {
    ObjectReader entry(item, diagnostics, UnknownKeys::kError);
    const Version kubernetes = RequireVersion(entry, "kubernetes", diagnostics);
    limits.managed_cilium.emplace_back(kubernetes, RequireVersion(entry, "cilium", diagnostics));
    entry.Ignore("why");
    entry.Finish();
  }
  std::sort(limits.managed_cilium.begin(), limits.managed_cilium.end());
}

}  // namespace

std::string_view ToString(Engine engine) {
  for (const auto& [name, known] : kEngines) {
    if (known == engine) return name;
  }
  return "";
}

std::optional<Engine> FindEngine(std::string_view name) {
  for (const auto& [known, engine] : kEngines) {
    if (known == name) return engine;
  }
  return std::nullopt;
}

std::string Version::ToString() const {
  return std::to_string(major) + '.' + std::to_string(minor);
}

std::optional<Version> ParseVersion(std::string_view text) {
  if (!text.empty() && text.front() == 'v') text.remove_prefix(1);
  Version version;
  const char* end = text.data() + text.size();
  const auto major = std::from_chars(text.data(), end, version.major);
  if (major.ec != std::errc() || major.ptr == end || *major.ptr != '.') return std::nullopt;
  const auto minor = std::from_chars(major.ptr + 1, end, version.minor);
  if (minor.ec != std::errc() || version.major < 0 || version.minor < 0) return std::nullopt;
  if (minor.ptr != end && *minor.ptr != '.' && *minor.ptr != '-' && *minor.ptr != '+') {
    return std::nullopt;
  }
  return version;
}

Version Limits::ManagedCilium(Version kubernetes) const {
  Version cilium;
  for (const auto& [first, release] : managed_cilium) {
    if (cilium == Version{} || first <= kubernetes) cilium = release;
  }
  return cilium;
}

bool Limits::IsIdentityLabel(std::string_view key) const {
  const auto matches = [&](const std::string& pattern) { return Begins(key, pattern); };
  return std::any_of(kept_labels.begin(), kept_labels.end(), matches) ||
         std::none_of(ignored_labels.begin(), ignored_labels.end(), matches);
}

Limits Limits::Load(const document::CatalogFiles& files, Diagnostics& diagnostics) {
  Limits limits;
  const document::CatalogFile* file = files.Find("policy/engines.yaml");
  if (file == nullptr) {
    diagnostics.Error(document::SourceLocation{}, "", "the catalog has no policy/engines.yaml");
    return limits;
  }
  const auto root = document::ParseDocument(file->text, file->origin, diagnostics);
  if (!root) return limits;
  ObjectReader reader(root->root(), diagnostics, UnknownKeys::kError);
  if (const Value* list = reader.RequireSequence("limits")) {
    for (const Value& item : list->items()) ReadLimit(item, diagnostics, limits);
  }
  if (const Value* labels = reader.RequireMap("identity_labels")) {
    ReadLabelFilter(*labels, diagnostics, limits);
  }
  if (const Value* chains = reader.RequireMap("chains")) {
    ReadChains(*chains, diagnostics, limits);
  }
  if (const Value* managed = reader.RequireMap("managed_cilium")) {
    ReadManagedCilium(*managed, diagnostics, limits);
  }
  reader.Finish();
  return limits;
}

}  // namespace cnisim::policy
