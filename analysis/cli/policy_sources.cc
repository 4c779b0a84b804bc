#include "analysis/cli/policy_sources.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "models/cluster/manifest_set.h"
#include "models/cluster/objects.h"
#include "models/document/parser.h"
#include "models/document/spelling.h"
#include "models/policy/cluster_view.h"
#include "models/policy/policy.h"
#include "models/scenario/prepared_configuration.h"
#include "models/scenario/scenario_reader.h"

namespace cnisim::cli {
namespace {

using document::Diagnostics;
using policy::Engine;
using policy::Evaluator;
using policy::Settings;

/// A file of our own: `cnisim: 1` at its top.
bool IsScenario(const std::string& path) {
  Diagnostics ignored;
  const auto text = document::ReadFile(path, ignored);
  if (!text) return false;
  const auto documents = document::ParseDocuments(*text, path, ignored);
  return documents.size() == 1 && documents.front().root().Find("cnisim") != nullptr;
}

/// Somebody outside the cluster, for policies that speak of the world.
void AddWorld(policy::ClusterView& view) {
  if (!view.externals.empty()) return;
  view.externals.push_back({"outside", {*net::IpAddress::Parse("203.0.113.1")}, {}, false});
}

}  // namespace

PolicySources::PolicySources(const std::vector<std::string>& files, Choice choice,
                             const scenario::Catalog& catalog, Diagnostics& diagnostics)
    : files_(files), choice_(std::move(choice)), catalog_(catalog), diagnostics_(diagnostics) {
  if (files_.size() != 1 || !IsScenario(files_.front())) return;
  scenario_ = scenario::ReadScenario(files_.front(), catalog_, diagnostics_);
  of_scenario_ = diagnostics_.list().size();
  if (!scenario_ || choice_.configuration.empty()) return;
  chosen_ = scenario_->FindConfiguration(choice_.configuration);
  if (chosen_ != nullptr) return;
  std::vector<std::string> known;
  for (const auto& configuration : scenario_->configurations) known.push_back(configuration.name);
  diagnostics_.Error({files_.front(), 0, 0}, "",
                     "the scenario has no configuration " + document::Quote(choice_.configuration),
                     document::SpellingHint(choice_.configuration, known));
}

const scenario::ConfigurationSpec* PolicySources::FirstWith(Engine engine) const {
  if (!scenario_) return nullptr;
  if (chosen_ != nullptr && chosen_->cni.policy_engine == engine) return chosen_;
  const auto& all = scenario_->configurations;
  const auto found = std::find_if(all.begin(), all.end(), [&](const auto& configuration) {
    return configuration.cni.policy_engine == engine;
  });
  return found == all.end() ? nullptr : &*found;
}

Settings PolicySources::Adjusted(Settings settings) const {
  if (choice_.version != policy::Version{}) settings.version = choice_.version;
  return settings;
}

Settings PolicySources::SettingsOf(Engine engine) {
  Settings settings;
  settings.engine = engine;
  if (const scenario::ConfigurationSpec* spec = FirstWith(engine)) {
    const auto prepared =
        scenario::PreparedConfiguration::Prepare(*scenario_, *spec, catalog_, diagnostics_);
    if (prepared != nullptr) settings = prepared->policies().settings();
  }
  return Adjusted(settings);
}

std::unique_ptr<const Evaluator> PolicySources::Load(std::optional<Engine> engine) {
  if (diagnostics_.has_errors()) return nullptr;
  if (!scenario_) return LoadManifests(engine);
  const scenario::ConfigurationSpec* spec = chosen_;
  if (spec == nullptr && engine) spec = FirstWith(*engine);
  if (spec == nullptr) spec = &scenario_->configurations.front();
  const auto prepared =
      scenario::PreparedConfiguration::Prepare(*scenario_, *spec, catalog_, diagnostics_);
  if (prepared == nullptr) return nullptr;
  const Evaluator& own = prepared->policies();
  const bool runs_it = !engine || *engine == own.settings().engine;
  const Settings settings = runs_it ? Adjusted(own.settings()) : SettingsOf(*engine);
  policy::ClusterView view = own.view();
  AddWorld(view);
  return std::make_unique<const Evaluator>(std::move(view), own.policies(), settings,
                                           catalog_.policy_limits);
}

std::unique_ptr<const Evaluator> PolicySources::LoadManifests(std::optional<Engine> engine) {
  cluster::ManifestSet manifests;
  for (const std::string& file : files_) manifests.AddFile(file, diagnostics_);
  cluster::ReadOptions read;
  read.require_endpoints = false;
  const cluster::Objects objects = cluster::ReadObjects(manifests, diagnostics_, read);
  policy::PolicySet policies = policy::ReadPolicies(manifests, diagnostics_);
  policy::ClusterView view = policy::ViewOf(objects);
  if (view.pods.empty()) {
    diagnostics_.Error({files_.front(), 0, 0}, "", "the files have no pods and no workloads");
  }
  if (diagnostics_.has_errors()) return nullptr;
  AddWorld(view);
  Settings settings;
  settings.engine = engine.value_or(Engine::kCilium);
  return std::make_unique<const Evaluator>(std::move(view), std::move(policies), Adjusted(settings),
                                           catalog_.policy_limits);
}

std::string PolicySources::Describe(const Settings& settings) const {
  std::string text(policy::ToString(settings.engine));
  if (settings.version != policy::Version{}) text += ' ' + settings.version.ToString();
  if (!scenario_) return text;
  const scenario::ConfigurationSpec* spec = FirstWith(settings.engine);
  return spec != nullptr ? fmt::format("{} as in configuration {}", text, spec->name)
                         : fmt::format("{} with its own defaults (no configuration runs it)", text);
}

}  // namespace cnisim::cli
