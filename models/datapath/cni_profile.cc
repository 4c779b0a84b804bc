#include "models/datapath/cni_profile.h"

#include <algorithm>
#include <map>
#include <utility>

#include "models/datapath/flow_facts.h"
#include "models/document/catalog_files.h"
#include "models/document/object_reader.h"
#include "models/document/parser.h"
#include "models/document/quantities.h"
#include "models/document/spelling.h"

namespace cnisim::datapath {
namespace {

using document::Diagnostics;
using document::ObjectReader;
using document::UnknownKeys;
using document::Value;

constexpr std::string_view kFolder = "cni/";
constexpr std::string_view kFragmentFolder = "cni/fragments/";

std::string Words(std::string_view before, std::string_view word, std::string_view after = "") {
  return std::string(before) + document::Quote(word) + std::string(after);
}

}  // namespace

/// The shared lists and path sets of cni/fragments, as values of documents that it owns.
class CniFragments {
 public:
  CniFragments(const document::CatalogFiles& files, Diagnostics& diagnostics) {
    for (const document::CatalogFile* file : files.Below(kFragmentFolder)) {
      auto document = document::ParseDocument(file->text, file->origin, diagnostics);
      if (document) documents_.push_back(std::move(*document));
    }
    for (const document::Document& document : documents_) Index(document.root(), diagnostics);
  }

  const Value* List(std::string_view name) const { return Get(lists_, name); }
  const Value* PathSet(std::string_view name) const { return Get(path_sets_, name); }
  std::vector<std::string> ListNames() const { return Keys(lists_); }
  std::vector<std::string> PathSetNames() const { return Keys(path_sets_); }

 private:
  using Table = std::map<std::string, const Value*, std::less<>>;

  static const Value* Get(const Table& table, std::string_view name) {
    const auto found = table.find(name);
    return found == table.end() ? nullptr : found->second;
  }
  static std::vector<std::string> Keys(const Table& table) {
    std::vector<std::string> keys;
    for (const auto& [key, value] : table) keys.push_back(key);
    return keys;
  }
  static void Collect(const Value* map, Table& table, Diagnostics& diagnostics) {
    if (map == nullptr) return;
    for (const document::Member& member : map->members()) {
      if (!table.emplace(member.key, &member.value).second) {
        diagnostics.Error(member.value, Words("", member.key, " is given twice"));
      }
    }
  }
  void Index(const Value& root, Diagnostics& diagnostics) {
    ObjectReader reader(root, diagnostics, UnknownKeys::kError);
    Collect(reader.Map("fragments"), lists_, diagnostics);
    Collect(reader.Map("path_sets"), path_sets_, diagnostics);
    reader.Finish();
  }

  std::vector<document::Document> documents_;
  Table lists_;
  Table path_sets_;
};

namespace {

/// Expands step lists into flat ones.
class StepReader {
 public:
  StepReader(const CniFragments& fragments, const CostModel& costs, Diagnostics& diagnostics)
      : fragments_(fragments), costs_(costs), diagnostics_(diagnostics) {}

  std::vector<PathStep> Read(const Value& list) {
    steps_.clear();
    Expand(list, {}, "");
    return std::move(steps_);
  }

 private:
  void Expand(const Value& list, const std::vector<Condition>& outer, const std::string& fragment) {
    if (!list.is_sequence()) {
      diagnostics_.Error(list, "expected a list of stages, found " + list.Describe());
      return;
    }
    for (const Value& item : list.items()) {
      if (item.is_scalar()) {
        Add(item, item.text(), outer, std::nullopt, 1, fragment);
      } else {
        ExpandMap(item, outer, fragment);
      }
    }
  }

  void ExpandMap(const Value& item, const std::vector<Condition>& outer,
                 const std::string& fragment) {
    ObjectReader reader(item, diagnostics_, UnknownKeys::kError);
    std::vector<Condition> when = outer;
    if (const Value* conditions = reader.Map("when")) ReadConditions(*conditions, when);
    if (const Value* use = reader.Get("use")) {
      UseFragment(*use, when);
    } else if (const Value* stage = reader.Require("stage")) {
      const std::optional<Count> count = ReadCount(reader.Get("count"));
      const double times = reader.Number("times", 0, 1e6).value_or(1);
      Add(*stage, stage->text(), when, count, times, fragment);
    }
    reader.Finish();
  }

  void UseFragment(const Value& use, const std::vector<Condition>& when) {
    const std::string name(use.text());
    const Value* list = fragments_.List(name);
    if (list == nullptr) {
      diagnostics_.Error(use, Words("unknown fragment ", name),
                         document::SpellingHint(name, fragments_.ListNames()));
      return;
    }
    if (std::find(open_.begin(), open_.end(), name) != open_.end()) {
      diagnostics_.Error(use, Words("the fragment ", name, " uses itself"));
      return;
    }
    open_.push_back(name);
    Expand(*list, when, name);
    open_.pop_back();
  }

  std::optional<Count> ReadCount(const Value* value) {
    if (value == nullptr) return std::nullopt;
    const std::optional<Count> count = FindCount(value->text());
    if (count) return count;
    std::vector<std::string> known;
    for (std::size_t i = 0; i < kCounts; ++i) known.emplace_back(Name(static_cast<Count>(i)));
    diagnostics_.Error(*value, Words("unknown count ", value->text()),
                       document::SpellingHint(value->text(), known));
    return std::nullopt;
  }

  void ReadConditions(const Value& map, std::vector<Condition>& when) {
    for (const document::Member& member : map.members()) {
      const SwitchDefinition* definition = FindConditionName(member.key);
      if (definition == nullptr) {
        diagnostics_.Error(member.key_where(), member.value.path(),
                           Words("unknown switch ", member.key),
                           document::SpellingHint(member.key, ConditionNames()));
        continue;
      }
      Condition condition{member.key, {}};
      if (member.value.is_sequence()) {
        for (const Value& item : member.value.items()) AddValue(item, *definition, condition);
      } else {
        AddValue(member.value, *definition, condition);
      }
      when.push_back(std::move(condition));
    }
  }

  void AddValue(const Value& value, const SwitchDefinition& definition, Condition& condition) {
    const auto& allowed = definition.values;
    if (std::find(allowed.begin(), allowed.end(), value.text()) == allowed.end()) {
      diagnostics_.Error(
          value, Words("unknown value ", value.text(), " of " + std::string(definition.name)),
          document::SpellingHint(value.text(), {allowed.begin(), allowed.end()}));
    }
    condition.values.emplace_back(value.text());
  }

  static std::vector<std::string> ConditionNames() {
    std::vector<std::string> names;
    for (const SwitchDefinition& d : SwitchVocabulary()) names.emplace_back(d.name);
    for (const SwitchDefinition& d : FlowFactVocabulary()) names.emplace_back(d.name);
    return names;
  }

  void Add(const Value& at, std::string_view stage, const std::vector<Condition>& when,
           std::optional<Count> count, double times, const std::string& fragment) {
    const StageCost* cost = costs_.Find(stage);
    if (cost == nullptr) {
      std::vector<std::string> known;
      for (const StageCost& c : costs_.all()) known.push_back(c.id);
      std::vector<std::string> near = document::NearSpellings(stage, known);
      diagnostics_.Error(at, Words("no cost for the stage ", stage),
                         near.empty() ? "costs stand in the catalog's costs/*.yaml"
                                      : Words("did you mean ", near.front(), "?"));
      return;
    }
    if (cost->paid == Paid::kControlPlane) {
      diagnostics_.Error(at, Words("no packet pays for ", stage, ": it is control-plane work"));
      return;
    }
    steps_.push_back({std::string(stage), when, count, times, fragment});
  }

  const CniFragments& fragments_;
  const CostModel& costs_;
  Diagnostics& diagnostics_;
  std::vector<PathStep> steps_;
  std::vector<std::string> open_;  // fragments being expanded, outermost first
};

/// The roles of a direction and the side that each is.
DirectionSteps ReadDirection(const Value* value, bool request, StepReader& steps,
                             Diagnostics& diagnostics) {
  DirectionSteps direction;
  if (value == nullptr) return direction;
  ObjectReader reader(*value, diagnostics, UnknownKeys::kError);
  const auto read = [&](std::string_view role, Side side) {
    const Value* list = reader.Sequence(role);
    if (list != nullptr) direction.sides[static_cast<std::size_t>(side)] = steps.Read(*list);
  };
  read("client", request ? Side::kSender : Side::kReceiver);
  read("via", Side::kVia);
  read("server", request ? Side::kReceiver : Side::kSender);
  reader.Finish();
  return direction;
}

Switches ReadSwitches(const Value* map, Diagnostics& diagnostics) {
  Switches switches;
  if (map == nullptr) return switches;
  for (const document::Member& member : map->members()) {
    const SwitchDefinition* definition = FindSwitch(member.key);
    if (definition == nullptr) {
      std::vector<std::string> known;
      for (const SwitchDefinition& d : SwitchVocabulary()) known.emplace_back(d.name);
      diagnostics.Error(member.key_where(), member.value.path(),
                        Words("unknown switch ", member.key),
                        document::SpellingHint(member.key, known));
    } else if (!IsSwitchValue(member.key, member.value.text())) {
      diagnostics.Error(
          member.value, Words("unknown value ", member.value.text(), " of " + member.key),
          document::SpellingHint(member.value.text(),
                                 {definition->values.begin(), definition->values.end()}));
    } else {
      switches[member.key] = std::string(member.value.text());
    }
  }
  return switches;
}

std::vector<CostSource> ReadSources(const Value* list, Diagnostics& diagnostics) {
  std::vector<CostSource> sources;
  if (list == nullptr) return sources;
  for (const Value& item : list->items()) {
    ObjectReader reader(item, diagnostics, UnknownKeys::kError);
    CostSource source;
    source.title = reader.RequireString("title").value_or("");
    source.where = reader.String("where").value_or("");
    reader.Finish();
    sources.push_back(std::move(source));
  }
  return sources;
}

/// Adds the paths of `map`, in place of those that are there.
void ReadPaths(const Value& map, StepReader& steps, Diagnostics& diagnostics,
               std::array<std::shared_ptr<const PathDefinition>, kPathKinds>& paths) {
  for (const document::Member& member : map.members()) {
    const std::optional<PathKind> kind = FindPathKind(member.key);
    if (!kind) {
      std::vector<std::string> known;
      for (std::size_t i = 0; i < kPathKinds; ++i)
        known.emplace_back(Name(static_cast<PathKind>(i)));
      diagnostics.Error(member.key_where(), member.value.path(), Words("unknown path ", member.key),
                        document::SpellingHint(member.key, known));
      continue;
    }
    ObjectReader reader(member.value, diagnostics, UnknownKeys::kError);
    auto path = std::make_shared<PathDefinition>();
    path->request = ReadDirection(reader.RequireMap("request"), true, steps, diagnostics);
    path->reply = ReadDirection(reader.Map("reply"), false, steps, diagnostics);
    reader.Finish();
    paths[static_cast<std::size_t>(*kind)] = std::move(path);
  }
}

MtuRules ReadMtu(const Value* value, Diagnostics& diagnostics) {
  MtuRules rules;
  if (value == nullptr) return rules;
  ObjectReader reader(*value, diagnostics, UnknownKeys::kError);
  rules.pod_has_device_mtu =
      reader.Choice<bool>("pod_interface", {{"route", false}, {"device", true}}).value_or(false);
  rules.wireguard_reserve = reader.Size("wireguard_reserve");
  reader.Finish();
  return rules;
}

}  // namespace

std::shared_ptr<const CniFragments> LoadCniFragments(const document::CatalogFiles& files,
                                                     Diagnostics& diagnostics) {
  return std::make_shared<CniFragments>(files, diagnostics);
}

std::optional<CniProfile> CniProfile::Load(const document::CatalogFiles& files,
                                           std::string_view name, const CostModel& costs,
                                           Diagnostics& diagnostics) {
  const document::CatalogFile* file =
      files.Find(std::string(kFolder) + std::string(name) + ".yaml");
  if (file == nullptr) {
    diagnostics.Error({}, "", Words("the catalog has no CNI ", name),
                      document::SpellingHint(name, Names(files)));
    return std::nullopt;
  }
  const CniFragments fragments(files, diagnostics);
  std::optional<CniProfile> profile =
      Parse(file->text, file->origin, fragments, costs, diagnostics);
  if (profile && profile->name_ != name) {
    diagnostics.Error({file->origin, 1, 1}, "", Words("the file of ", name, " has another name"),
                      "name: " + std::string(name));
    return std::nullopt;
  }
  return profile;
}

std::optional<CniProfile> CniProfile::Parse(std::string_view text, const std::string& origin,
                                            const CniFragments& fragments, const CostModel& costs,
                                            Diagnostics& diagnostics) {
  const std::size_t errors_before = diagnostics.error_count();
  const auto document = document::ParseDocument(text, origin, diagnostics);
  if (!document) return std::nullopt;
  StepReader steps(fragments, costs, diagnostics);

  CniProfile profile;
  ObjectReader reader(document->root(), diagnostics, UnknownKeys::kError);
  profile.name_ = reader.RequireString("name").value_or("");
  profile.summary_ = reader.RequireString("summary").value_or("");
  profile.switches_ = ReadSwitches(reader.Map("switches"), diagnostics);
  profile.sources_ = ReadSources(reader.Sequence("sources"), diagnostics);
  profile.mtu_ = ReadMtu(reader.Map("mtu"), diagnostics);
  if (const Value* set = reader.Get("path_set")) {
    if (const Value* paths = fragments.PathSet(set->text())) {
      ReadPaths(*paths, steps, diagnostics, profile.paths_);
    } else {
      diagnostics.Error(*set, Words("unknown path set ", set->text()),
                        document::SpellingHint(set->text(), fragments.PathSetNames()));
    }
  }
  if (const Value* paths = reader.Map("paths")) {
    ReadPaths(*paths, steps, diagnostics, profile.paths_);
  }
  reader.Finish();
  if (diagnostics.error_count() > errors_before) return std::nullopt;
  return profile;
}

std::vector<std::string> CniProfile::Names(const document::CatalogFiles& files) {
  std::vector<std::string> names;
  for (const document::CatalogFile* file : files.Below(kFolder)) {
    const std::string_view rest = std::string_view(file->path).substr(kFolder.size());
    if (!rest.ends_with(".yaml") || rest.find('/') != std::string_view::npos) continue;
    names.emplace_back(rest.substr(0, rest.size() - 5));
  }
  return names;  // files are sorted by path
}

const PathDefinition* CniProfile::Find(PathKind path) const {
  return paths_[static_cast<std::size_t>(path)].get();
}

}  // namespace cnisim::datapath
