#include "analysis/cli/plan_command.h"

#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include <CLI/App.hpp>
#include <nlohmann/json.hpp>

#include "analysis/cli/invocation.h"
#include "analysis/cli/json_output.h"
#include "analysis/cli/scenario_input.h"
#include "analysis/experiment/output_file.h"
#include "analysis/plan/address_vectors.h"
#include "analysis/plan/scenario_plan.h"
#include "analysis/report/html_plan.h"
#include "analysis/report/plan_report.h"
#include "models/azure/limits.h"
#include "models/document/catalog_files.h"
#include "models/document/diagnostics.h"
#include "models/document/parser.h"
#include "models/scenario/catalog.h"
#include "models/scenario/scenario_reader.h"

namespace cnisim::cli {
namespace {

struct PlanOptions {
  std::string scenario;
  std::string vectors;
  std::vector<std::string> limits;
  bool report = false;
};

nlohmann::ordered_json ToJson(const plan::VectorReport& report) {
  nlohmann::ordered_json json;
  json["rows"] = report.rows;
  json["equal"] = report.equal;
  json["mismatches"] = nlohmann::ordered_json::array();
  for (const plan::VectorMismatch& mismatch : report.mismatches) {
    json["mismatches"].push_back({{"id", mismatch.id},
                                  {"where", mismatch.where.ToString()},
                                  {"field", mismatch.field},
                                  {"expected", mismatch.expected},
                                  {"found", mismatch.found}});
  }
  return json;
}

// False when a --limit is wrong; the reason stands on standard error then.
bool SetLimits(const PlanOptions& options, azure::Limits& limits, Invocation& invocation) {
  bool good = true;
  for (const std::string& assignment : options.limits) {
    if (const auto wrong = limits.Set(assignment)) {
      invocation.err.stream << "cnisim plan: error: --limit: " << *wrong << "\n";
      good = false;
    }
  }
  return good;
}

ExitCode CheckVectors(const PlanOptions& options, const azure::Limits& limits,
                      Invocation& invocation) {
  document::Diagnostics diagnostics;
  const auto text = document::ReadFile(options.vectors, diagnostics);
  std::vector<plan::AddressVector> vectors;
  if (text) vectors = plan::ReadAddressVectors(*text, options.vectors, diagnostics);
  if (diagnostics.has_errors()) {
    invocation.err.stream << diagnostics.ToString();
    return ExitCode::kUserInput;
  }
  const plan::VectorReport report = plan::CheckAddressVectors(vectors, limits);
  if (!WriteJson(ToJson(report), invocation)) return ExitCode::kUserInput;
  if (!invocation.options.json_on_stdout()) invocation.out.stream << plan::ToText(report);
  return report.mismatches.empty() ? ExitCode::kOk : ExitCode::kFinding;
}

// Writes plan.md and plan.json into the folder; false, with the reason on standard error, when that
// fails.
bool WriteFiles(const std::string& folder, const std::string& markdown,
                const nlohmann::ordered_json& json, Invocation& invocation) {
  for (const auto& [name, text] : {std::pair<std::string, std::string>{"plan.md", markdown},
                                   {"plan.json", json.dump(1) + "\n"}}) {
    if (const auto wrong = experiment::WriteWholeFile(folder + "/" + name, text)) {
      invocation.err.stream << "cnisim plan: error: " << *wrong << "\n";
      return false;
    }
  }
  return true;
}

ExitCode PlanScenario(const PlanOptions& options, Invocation& invocation) {
  document::Diagnostics diagnostics;
  scenario::Catalog catalog = scenario::Catalog::Load(invocation.options.catalog, diagnostics);
  if (!SetLimits(options, catalog.limits, invocation)) return ExitCode::kUserInput;
  std::optional<scenario::Scenario> read;
  if (!diagnostics.has_errors()) {
    read = scenario::ReadScenario(options.scenario, catalog, diagnostics);
  }
  std::vector<plan::PlanResult> results;
  if (read) results = plan::RunPlans(*read, catalog.limits, diagnostics);
  invocation.err.stream << diagnostics.ToString();
  if (diagnostics.has_errors() || !read) return ExitCode::kUserInput;

  const nlohmann::ordered_json json = report::PlanJson(read->name, results);
  if (!WriteJson(json, invocation)) return ExitCode::kUserInput;
  const std::string folder = invocation.options.output.value_or("cnisim-out/" + read->name);
  if (!WriteFiles(folder, report::PlanMarkdown(read->name, results), json, invocation)) {
    return ExitCode::kUserInput;
  }
  std::string written = "/plan.md";
  if (options.report && !results.empty()) {
    written = "/plan.html";
    const std::string page =
        report::HtmlPlan(read->name, results, {invocation.command_line, /*charts=*/true});
    if (!WriteResult(folder + written, page, invocation)) return ExitCode::kUserInput;
  }
  if (!invocation.options.json_on_stdout()) {
    invocation.out.stream << report::PlanText(read->name, results) << "\ntimelines: " << folder
                          << "/plan.json, report: " << folder << written << "\n";
  }
  return ExitCode::kOk;
}

ExitCode Plan(const PlanOptions& options, Invocation& invocation) {
  if (options.vectors.empty() == options.scenario.empty()) {
    invocation.err.stream << "cnisim plan: error: give a scenario or --vectors\n";
    return ExitCode::kUserInput;
  }
  if (!options.scenario.empty()) return PlanScenario(options, invocation);
  document::Diagnostics diagnostics;
  const auto files = document::CatalogFiles::Load(invocation.options.catalog, diagnostics);
  azure::Limits limits = azure::Limits::Load(files, diagnostics);
  if (diagnostics.has_errors()) {
    invocation.err.stream << diagnostics.ToString();
    return ExitCode::kUserInput;
  }
  if (!SetLimits(options, limits, invocation)) return ExitCode::kUserInput;
  return CheckVectors(options, limits, invocation);
}

}  // namespace

Action AddPlanCommand(CLI::App& command) {
  auto options = std::make_shared<PlanOptions>();
  command.add_option("SCENARIO", options->scenario, "scenario file");
  command.add_option("--vectors", options->vectors,
                     "hold the program against published arithmetic, a CSV file with a calculation "
                     "a row");
  command.add_option("--limit", options->limits,
                     "another value for a limit of the catalog, ID=VALUE; may be repeated");
  command.add_flag("--report", options->report, "write plan.html too");
  return [options](Invocation& invocation) { return Plan(*options, invocation); };
}

}  // namespace cnisim::cli
