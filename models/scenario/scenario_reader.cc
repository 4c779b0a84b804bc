#include "models/scenario/scenario_reader.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "models/document/object_reader.h"
#include "models/document/parser.h"
#include "models/document/quantities.h"
#include "models/document/spelling.h"
#include "models/scenario/internal/cluster_defaults.h"
#include "models/scenario/internal/cluster_section.h"
#include "models/scenario/internal/dns_section.h"
#include "models/scenario/internal/file_loader.h"
#include "models/scenario/internal/traffic_section.h"
#include "models/scenario/sweep.h"

namespace cnisim::scenario {
namespace {

using document::Diagnostics;
using document::ObjectReader;
using document::UnknownKeys;
using document::Value;
using namespace literals;

constexpr std::int64_t kSchemaVersion = 1;
constexpr SimTime kDefaultWarmUp = 500_ms;
constexpr SimTime kDefaultDuration = 2_s;
constexpr int kDefaultReplications = 10;
constexpr std::string_view kStandardWorkload = "defaults/standard-workload.yaml";

void ReadMeasure(const Value* value, MeasureSpec& measure, Diagnostics& diagnostics) {
  measure.warm_up = kDefaultWarmUp;
  measure.duration = kDefaultDuration;
  measure.replications = kDefaultReplications;
  if (value == nullptr) return;
  measure.where = value->where();
  ObjectReader reader(*value, diagnostics, UnknownKeys::kError);
  const Value* warm_up = reader.Get("warm_up");
  measure.find_warm_up = warm_up != nullptr && warm_up->is_scalar() && warm_up->text() == "auto";
  if (!measure.find_warm_up) {
    if (warm_up != nullptr && warm_up->is_scalar() && !document::ParseDuration(warm_up->text())) {
      diagnostics.Error(*warm_up,
                        fmt::format("found {}, expected a duration or auto", warm_up->Describe()),
                        "as 500ms");
    } else {
      measure.warm_up = reader.Duration("warm_up").value_or(kDefaultWarmUp);
    }
  }
  measure.duration = reader.Duration("duration").value_or(kDefaultDuration);
  if (measure.duration <= SimTime()) {
    diagnostics.Error(*reader.Get("duration"), "nothing can be measured in no time",
                      "for instance 10s");
  }
  measure.replications =
      static_cast<int>(reader.Integer("replications", 1, 100'000).value_or(kDefaultReplications));
  measure.seed = static_cast<std::uint64_t>(reader.Integer("seed", 0, INT64_MAX).value_or(1));
  measure.caches = reader
                       .Choice<Caches>("caches", {{"warm", Caches::kWarm},
                                                  {"by-load", Caches::kByLoad},
                                                  {"cold", Caches::kCold}})
                       .value_or(Caches::kWarm);
  if (measure.caches != Caches::kWarm) {
    diagnostics.Note(
        reader.Get("caches")->where(), "measure.caches",
        measure.caches == Caches::kCold
            ? "all work costs as with cold caches, whatever the load"
            : "how cold a node's caches are at a load is assumed: in proportion to idle time");
  }
  measure.precision = reader.Percentage("precision");
  measure.at = reader.Sequence("at");
  reader.Finish();
}

void ReadBudget(const Value& value, std::vector<BudgetSpec>& budgets, Diagnostics& diagnostics) {
  BudgetSpec budget;
  budget.where = value.where();
  ObjectReader reader(value, diagnostics, UnknownKeys::kError);
  budget.metric = reader.RequireString("metric").value_or("");
  budget.from = reader.String("from").value_or("");
  budget.to = reader.String("to").value_or("");
  budget.subnet = reader.String("subnet").value_or("");
  budget.configurations = reader.Strings("configurations");
  int bounds = 0;
  const std::pair<std::string_view, Bound> kBounds[] = {{"max", Bound::kMax},
                                                        {"min", Bound::kMin},
                                                        {"equals", Bound::kEquals},
                                                        {"better_than", Bound::kBetterThan}};
  for (const auto& [key, bound] : kBounds) {
    const Value* limit = reader.Get(key);
    if (const auto text = reader.String(key)) {
      budget.bound = bound;
      budget.value = *text;
      budget.value_where = limit->where();
      ++bounds;
    }
  }
  reader.Finish();
  if (reader.valid() && bounds != 1) {
    reader.Error(fmt::format("a budget with {} bounds", bounds),
                 "expected one of: max, min, equals, better_than");
  }
  budgets.push_back(std::move(budget));
}

class ScenarioReader {
 public:
  ScenarioReader(std::string_view text, const std::string& path, const Catalog& catalog,
                 Diagnostics& diagnostics)
      : catalog_(catalog), diagnostics_(diagnostics), files_(diagnostics) {
    scenario_.path = path;
    scenario_.text = text;
  }

  std::optional<Scenario> Read() {
    auto document = document::ParseDocument(scenario_.text, scenario_.path, diagnostics_);
    if (!document) return std::nullopt;
    return Read(std::move(*document));
  }

  std::optional<Scenario> Read(document::Document root_document) {
    auto inputs = std::make_shared<Inputs>();
    inputs->documents.push_back(std::move(root_document));
    const Value& root = inputs->documents[0].root();
    const internal::ClusterDefaults defaults =
        internal::ClusterDefaults::Load(catalog_.files, diagnostics_);

    ObjectReader reader(root, diagnostics_, UnknownKeys::kError);
    ReadHeader(reader);
    scenario_.cluster =
        internal::ReadCluster(reader.Get("cluster"), catalog_, defaults, diagnostics_);
    if (const Value* configurations = reader.Require("configurations")) {
      scenario_.configurations = internal::ReadConfigurations(
          *configurations, scenario_.cluster, catalog_, defaults, files_, diagnostics_);
    }
    ReadDns(reader);
    ReadManifests(reader, inputs->manifests);
    if (looks_up_) {
      internal::AddCoreDns(catalog_, coredns_, inputs->coredns, scenario_, diagnostics_);
    }
    internal::TrafficSections sections;
    sections.applications_complete = applications_complete_;
    sections.externals = reader.Map("externals");
    sections.calls = reader.Get("calls");
    sections.work = reader.Get("work");
    sections.traffic = reader.Get("traffic");
    sections.background = reader.Get("background");
    sections.churn = reader.Sequence("churn");
    ReadMeasure(reader.Get("measure"), scenario_.measure, diagnostics_);
    ReadBudgets(reader);
    scenario_.sweep = reader.Get("sweep");
    ReadSweep(scenario_.sweep, root, diagnostics_);
    scenario_.timeline = reader.Sequence("timeline");
    scenario_.growth = reader.Map("growth");
    scenario_.lab = reader.Map("lab");
    reader.Finish();
    internal::ReadTraffic(sections, catalog_, scenario_, diagnostics_);
    if (!scenario_.configurations.empty())
      internal::CheckCluster(scenario_, catalog_, diagnostics_);

    scenario_.text += files_.Contents();
    for (document::Document& each : files_.TakeDocuments())
      inputs->documents.push_back(std::move(each));
    scenario_.inputs = std::move(inputs);
    if (diagnostics_.has_errors()) return std::nullopt;
    return std::move(scenario_);
  }

 private:
  void ReadHeader(ObjectReader& reader) {
    const Value* version = reader.Require("cnisim");
    if (version != nullptr && version->text() != std::to_string(kSchemaVersion)) {
      diagnostics_.Error(*version, fmt::format("found {}, expected version {}", version->Describe(),
                                               kSchemaVersion));
    }
    scenario_.name = reader.RequireString("name").value_or("");
    // The name becomes a folder of results.
    if (const Value* name = reader.Get("name");
        name != nullptr &&
        (scenario_.name.find('/') != std::string::npos || scenario_.name.starts_with("."))) {
      diagnostics_.Error(
          *name, fmt::format("found {}, expected a name without '/' that does not begin with '.'",
                             name->Describe()));
    }
  }

  void ReadDns(ObjectReader& reader) {
    scenario_.dns = internal::DefaultDns(catalog_);
    if (const Value* dns = reader.Map("dns")) {
      scenario_.dns = internal::ReadDns(*dns, scenario_.dns, catalog_, &coredns_, diagnostics_);
    }
    looks_up_ = scenario_.dns.enabled;
    for (ConfigurationSpec& spec : scenario_.configurations) {
      spec.dns = scenario_.dns;
      if (spec.dns_value == nullptr) continue;
      spec.dns = internal::ReadDns(*spec.dns_value, scenario_.dns, catalog_, nullptr, diagnostics_);
      looks_up_ = true;
    }
  }

  void ReadManifests(ObjectReader& reader, cluster::ManifestSet& manifests) {
    const std::size_t errors = diagnostics_.error_count();
    const bool any = AddFiles(reader.Sequence("applications"), manifests);
    AddFiles(reader.Sequence("policies"), manifests);
    if (!any) {
      const document::CatalogFile* file = catalog_.files.Find(kStandardWorkload);
      if (file != nullptr) manifests.AddText(file->text, file->origin, diagnostics_);
      scenario_.standard_workload = true;
      diagnostics_.Note(
          {scenario_.path, 0, 0}, "",
          "no application is given: the standard workload is used (web, api, cache and store)",
          "name your own with applications: [app.yaml]");
    }
    scenario_.objects = cluster::ReadObjects(manifests, diagnostics_);
    applications_complete_ = diagnostics_.error_count() == errors;
    scenario_.policies = policy::ReadPolicies(manifests, diagnostics_);
  }

  bool AddFiles(const Value* paths, cluster::ManifestSet& manifests) {
    if (paths == nullptr) return false;
    for (const Value& path : paths->items()) {
      if (!path.is_scalar()) {
        diagnostics_.Error(
            path, fmt::format("found {}, expected the path of a manifest file", path.Describe()));
        continue;
      }
      if (const std::string* text = files_.Text(path.text(), path.where())) {
        manifests.AddText(*text, document::ResolvePath(std::string(path.text()), scenario_.path),
                          diagnostics_);
      }
    }
    return !paths->items().empty();
  }

  void ReadBudgets(ObjectReader& reader) {
    const Value* budgets = reader.Sequence("budgets");
    if (budgets == nullptr) return;
    for (const Value& budget : budgets->items())
      ReadBudget(budget, scenario_.budgets, diagnostics_);
    std::vector<std::string> names;
    for (const ConfigurationSpec& spec : scenario_.configurations) names.push_back(spec.name);
    const auto check = [&](const std::string& name, const document::SourceLocation& where) {
      if (scenario_.FindConfiguration(name) != nullptr) return;
      diagnostics_.Error(where, "budgets", fmt::format("no configuration '{}'", name),
                         document::SpellingHint(name, names));
    };
    for (const BudgetSpec& budget : scenario_.budgets) {
      for (const std::string& name : budget.configurations) check(name, budget.where);
      if (budget.bound == Bound::kBetterThan) check(budget.value, budget.value_where);
    }
  }

  const Catalog& catalog_;
  Diagnostics& diagnostics_;
  internal::FileLoader files_;
  bool applications_complete_ = true;
  bool looks_up_ = false;  // some configuration does
  internal::CoreDnsPods coredns_;
  Scenario scenario_;
};

}  // namespace

std::optional<Scenario> ReadScenario(const std::string& path, const Catalog& catalog,
                                     document::Diagnostics& diagnostics) {
  const std::optional<std::string> text = document::ReadFile(path, diagnostics);
  if (!text) return std::nullopt;
  return ReadScenarioText(*text, path, catalog, diagnostics);
}

std::optional<Scenario> ReadScenarioText(std::string_view text, const std::string& path,
                                         const Catalog& catalog,
                                         document::Diagnostics& diagnostics) {
  diagnostics.set_ignored_keys(document::ReadIgnoredKeys(catalog.files, diagnostics));
  return ScenarioReader(text, path, catalog, diagnostics).Read();
}

std::optional<Scenario> ReadScenarioAt(const Scenario& scenario,
                                       const std::vector<document::Edit>& edits,
                                       const Catalog& catalog, document::Diagnostics& diagnostics) {
  std::string missing;
  const Value& root = scenario.inputs->documents.front().root();
  std::optional<document::Document> edited =
      document::Edited(scenario.inputs->documents.front(), edits, missing);
  if (!edited) {
    const Value* sweep = scenario.sweep == nullptr ? &root : scenario.sweep;
    diagnostics.Error(
        *sweep, fmt::format("nothing in this scenario is called {}", document::Quote(missing)));
    return std::nullopt;
  }
  diagnostics.set_ignored_keys(document::ReadIgnoredKeys(catalog.files, diagnostics));
  return ScenarioReader(scenario.text, scenario.path, catalog, diagnostics)
      .Read(std::move(*edited));
}

}  // namespace cnisim::scenario
