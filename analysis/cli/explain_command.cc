#include "analysis/cli/explain_command.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include <CLI/App.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "analysis/cli/invocation.h"
#include "analysis/cli/json_output.h"
#include "analysis/cli/scenario_input.h"
#include "analysis/experiment/output_file.h"
#include "analysis/explain/explain_json.h"
#include "analysis/explain/path_explanation.h"
#include "analysis/explain/path_finder.h"
#include "analysis/report/explain_text.h"
#include "models/datapath/flow_class.h"
#include "models/document/diagnostics.h"
#include "models/document/quantities.h"
#include "models/document/spelling.h"
#include "models/scenario/catalog.h"
#include "models/scenario/prepared_configuration.h"
#include "models/scenario/scenario.h"
#include "models/scenario/scenario_reader.h"

namespace cnisim::cli {
namespace {

struct ExplainOptions {
  std::string scenario;
  std::string configuration;
  std::string compare;
  std::string from;
  std::string to;
  std::string path;
  std::string request;
  std::string reply;
  int port = 0;
  bool markdown = false;
};

/// Sizes when neither the scenario nor the command line says any.
constexpr Bytes kDefaultSize{1024};

class Explainer {
 public:
  Explainer(const ExplainOptions& options, Invocation& invocation)
      : options_(options), invocation_(invocation) {}

  ExitCode Run() {
    const ExitCode code = Explain();
    PrintDiagnosticsAfter(of_scenario_, diagnostics_, invocation_);
    return diagnostics_.has_errors() ? ExitCode::kUserInput : code;
  }

 private:
  ExitCode Explain() {
    if (!Load()) return ExitCode::kUserInput;
    const auto from = explain::FindParty(*scenario_, options_.from, false, diagnostics_);
    const auto to = explain::FindParty(*scenario_, options_.to, true, diagnostics_);
    const auto sizes = from && to ? Sizes(*from, *to) : std::nullopt;
    if (!sizes) return ExitCode::kUserInput;
    if (options_.configuration.empty() && scenario_->configurations.size() > 1) {
      return Overview(*from, *to, *sizes);
    }
    const auto first = PathsIn(options_.configuration, *from, *to, *sizes);
    if (first.empty()) return ExitCode::kUserInput;
    const explain::PathQuestion* path = Choose(first);
    if (path == nullptr) return ExitCode::kUserInput;
    if (options_.compare.empty()) return Print(first, *path);
    const auto second = PathsIn(options_.compare, *from, *to, *sizes);
    if (second.empty()) return ExitCode::kUserInput;
    const explain::PathQuestion* other = SamePath(second, path->flow.path);
    const auto comparison = explain::Compare(explain::Explain(*path), explain::Explain(*other));
    return Write(explain::ToJson(comparison),
                 options_.markdown ? report::ToMarkdown(comparison) : report::ToText(comparison));
  }

  bool Load() {
    catalog_.emplace(scenario::Catalog::Load(invocation_.options.catalog, diagnostics_));
    if (diagnostics_.has_errors()) return false;
    scenario_ = scenario::ReadScenario(options_.scenario, *catalog_, diagnostics_);
    of_scenario_ = diagnostics_.list().size();
    return scenario_.has_value();
  }

  std::optional<Bytes> SizeOption(const std::string& text, std::string_view name) {
    const auto size = document::ParseSize(text);
    if (size) return *size;
    diagnostics_.Error(document::SourceLocation{}, "",
                       fmt::format("expected a size for {}, found {}", name, document::Quote(text)),
                       "write it as 300B or 2KiB");
    return std::nullopt;
  }

  std::optional<explain::ExchangeSizes> Sizes(const scenario::Party& from,
                                              const scenario::Party& to) {
    auto sizes = explain::SizesBetween(*scenario_, from, to);
    if (!sizes) {
      sizes = explain::ExchangeSizes{kDefaultSize, kDefaultSize};
      if (options_.request.empty() || options_.reply.empty()) {
        diagnostics_.Note(document::SourceLocation{}, "",
                          fmt::format("the scenario has no call from {} to {}; sizes are {} B",
                                      options_.from, options_.to, kDefaultSize.count()),
                          "say others by --request and --reply");
      }
    }
    if (!options_.request.empty()) {
      const auto size = SizeOption(options_.request, "--request");
      if (!size) return std::nullopt;
      sizes->request = *size;
    }
    if (!options_.reply.empty()) {
      const auto size = SizeOption(options_.reply, "--reply");
      if (!size) return std::nullopt;
      sizes->reply = *size;
    }
    return sizes;
  }

  /// Paths in the named configuration (the only one if `name` is empty); empty after an error.
  std::vector<explain::PathQuestion> PathsIn(const std::string& name, const scenario::Party& from,
                                             const scenario::Party& to,
                                             const explain::ExchangeSizes& sizes) {
    const scenario::Scenario& read = *scenario_;
    const scenario::ConfigurationSpec* spec =
        name.empty() ? &read.configurations.front() : read.FindConfiguration(name);
    if (spec == nullptr) {
      std::vector<std::string> known;
      for (const auto& configuration : read.configurations) known.push_back(configuration.name);
      diagnostics_.Error(document::SourceLocation{}, "",
                         "the scenario has no configuration " + document::Quote(name),
                         document::SpellingHint(name, known));
      return {};
    }
    auto prepared = scenario::PreparedConfiguration::Prepare(read, *spec, *catalog_, diagnostics_);
    if (prepared == nullptr) return {};
    auto paths = explain::FindPaths(read, *prepared, *catalog_, from, to, options_.port, sizes);
    prepared_.push_back(std::move(prepared));
    if (paths.empty()) {
      diagnostics_.Error(document::SourceLocation{}, "",
                         fmt::format("no packet goes from {} to {} in {}", options_.from,
                                     options_.to, spec->name));
    }
    return paths;
  }

  const explain::PathQuestion* Choose(const std::vector<explain::PathQuestion>& paths) {
    if (options_.path.empty()) return &paths.front();
    std::vector<std::string> known;
    for (const explain::PathQuestion& path : paths) {
      if (Name(path.flow.path) == options_.path) return &path;
      known.emplace_back(Name(path.flow.path));
    }
    diagnostics_.Error(document::SourceLocation{}, "",
                       fmt::format("no connection from {} to {} goes by the path {}", options_.from,
                                   options_.to, document::Quote(options_.path)),
                       document::SpellingHint(options_.path, known));
    return nullptr;
  }

  static const explain::PathQuestion* SamePath(const std::vector<explain::PathQuestion>& paths,
                                               datapath::PathKind kind) {
    for (const explain::PathQuestion& path : paths) {
      if (path.flow.path == kind) return &path;
    }
    return &paths.front();
  }

  ExitCode Print(const std::vector<explain::PathQuestion>& paths,
                 const explain::PathQuestion& chosen) {
    const explain::PathExplanation explanation = explain::Explain(chosen);
    if (options_.markdown) {
      return Write(explain::ToJson(explanation), report::ToMarkdown(explanation));
    }
    std::vector<explain::PathExplanation> others;
    for (const explain::PathQuestion& path : paths) {
      if (&path != &chosen) others.push_back(explain::Explain(path));
    }
    return Write(explain::ToJson(explanation),
                 report::ToText(explanation) + report::OtherPathsText(others));
  }

  ExitCode Overview(const scenario::Party& from, const scenario::Party& to,
                    const explain::ExchangeSizes& sizes) {
    std::vector<explain::PathExplanation> explanations;
    nlohmann::ordered_json json = nlohmann::ordered_json::array();
    for (const scenario::ConfigurationSpec& spec : scenario_->configurations) {
      const auto paths = PathsIn(spec.name, from, to, sizes);
      const explain::PathQuestion* path = paths.empty() ? nullptr : Choose(paths);
      if (path == nullptr) continue;
      explanations.push_back(explain::Explain(*path));
      json.push_back(explain::ToJson(explanations.back()));
    }
    return Write(json, report::OverviewText(explanations));
  }

  ExitCode Write(const nlohmann::ordered_json& json, const std::string& text) {
    if (!WriteJson(json, invocation_)) return ExitCode::kUserInput;
    if (invocation_.options.output) {
      if (const auto problem = experiment::WriteWholeFile(*invocation_.options.output, text)) {
        invocation_.err.stream << "cnisim: error: " << *problem << "\n";
        return ExitCode::kUserInput;
      }
      return ExitCode::kOk;
    }
    if (!invocation_.options.json_on_stdout()) invocation_.out.stream << text;
    return ExitCode::kOk;
  }

  const ExplainOptions& options_;
  Invocation& invocation_;
  document::Diagnostics diagnostics_;
  std::size_t of_scenario_ = 0;  // diagnostics, from the first
  // What the explanations point into.
  std::optional<scenario::Catalog> catalog_;
  std::optional<scenario::Scenario> scenario_;
  std::vector<std::unique_ptr<const scenario::PreparedConfiguration>> prepared_;
};

}  // namespace

Action AddExplainCommand(CLI::App& command) {
  auto options = std::make_shared<ExplainOptions>();
  command.add_option("SCENARIO", options->scenario, "scenario file")->required();
  command.add_option("--from", options->from, "who calls: a workload, or 'external'")
      ->type_name("NAME")
      ->required();
  command.add_option("--to", options->to, "who is called: a Service or a workload")
      ->type_name("NAME")
      ->required();
  command
      .add_option("--configuration", options->configuration,
                  "one of the scenario's; an overview of all if not given")
      ->type_name("NAME");
  command.add_option("--compare", options->compare, "another one, to set beside it")
      ->type_name("NAME");
  command.add_option("--path", options->path, "a less likely path, e.g. pod_to_pod_same_node")
      ->type_name("PATH");
  command.add_option("--port", options->port, "port of the Service; that of the call if not given")
      ->type_name("N");
  command.add_option("--request", options->request, "size of a request")->type_name("SIZE");
  command.add_option("--reply", options->reply, "size of a reply")->type_name("SIZE");
  command.add_flag("--markdown", options->markdown, "Markdown in place of text");
  return [options](Invocation& invocation) { return Explainer(*options, invocation).Run(); };
}

}  // namespace cnisim::cli
