#include "analysis/cli/policy_command.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <ostream>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <CLI/App.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "analysis/cli/invocation.h"
#include "analysis/cli/json_output.h"
#include "analysis/cli/policy_sources.h"
#include "analysis/cli/scenario_input.h"
#include "analysis/connectivity/matrix.h"
#include "analysis/connectivity/policy_case.h"
#include "analysis/connectivity/policy_diff.h"
#include "analysis/connectivity/policy_lint.h"
#include "analysis/experiment/output_file.h"
#include "analysis/experiment/version.h"
#include "analysis/export/sarif.h"
#include "analysis/report/matrix_text.h"
#include "analysis/report/policy_text.h"
#include "models/cluster/manifest_set.h"
#include "models/document/spelling.h"
#include "models/policy/evaluator.h"
#include "models/scenario/catalog.h"

namespace cnisim::cli {
namespace {

using policy::Engine;
using policy::Evaluator;

struct PolicyOptions {
  std::vector<std::string> words;  ///< [ACTION] FILE...
  std::vector<std::string> cases;
  std::vector<std::string> against;
  std::string configuration;
  std::string engine;
  std::string version;
  std::string from;
  std::string to;
  std::string protocol = "TCP";
  std::string http;
  std::string format = "text";
  std::string by = "workload";
  std::string fixes;
  std::string sarif;
  int port = 0;
};

constexpr std::array<std::string_view, 4> kActions = {"matrix", "explain", "diff", "lint"};

class PolicyRunner {
 public:
  PolicyRunner(const PolicyOptions& options, Invocation& invocation)
      : options_(options), invocation_(invocation) {}

  ExitCode Run() {
    const ExitCode code = Act();
    PrintDiagnosticsAfter(of_scenario_, diagnostics_, invocation_);
    return diagnostics_.has_errors() ? ExitCode::kUserInput : code;
  }

 private:
  ExitCode Act() {
    catalog_.emplace(scenario::Catalog::Load(invocation_.options.catalog, diagnostics_));
    if (diagnostics_.has_errors()) return ExitCode::kUserInput;
    if (!options_.cases.empty()) return RunCases();
    files_ = options_.words;
    std::string action = "matrix";
    if (!files_.empty() &&
        std::find(kActions.begin(), kActions.end(), files_.front()) != kActions.end()) {
      action = files_.front();
      files_.erase(files_.begin());
    }
    if (files_.empty()) {
      Wrong("no file to read", "name a scenario, or manifests with workloads and policies");
      return ExitCode::kUserInput;
    }
    if (action == "diff") return RunDiff();
    const std::optional<Engine> engine = EngineOption(options_.engine);
    PolicySources sources = Sources(files_);
    const auto evaluator = sources.Load(engine);
    if (!evaluator || diagnostics_.has_errors()) return ExitCode::kUserInput;
    judge_ = sources.Describe(evaluator->settings());
    if (action == "explain") return RunExplain(*evaluator);
    if (action == "lint") return RunLint(*evaluator);
    return RunMatrix(*evaluator);
  }

  void Wrong(std::string message, std::string hint = {}) {
    diagnostics_.Error(document::SourceLocation{"cnisim policy", 0, 0}, "", std::move(message),
                       std::move(hint));
  }

  std::optional<Engine> EngineOption(const std::string& name) {
    if (name.empty()) return std::nullopt;
    const auto engine = policy::FindEngine(name);
    if (!engine) {
      Wrong("unknown engine " + document::Quote(name),
            document::SpellingHint(name, {"none", "azure-npm", "calico", "cilium"}));
    }
    return engine;
  }

  policy::Version VersionOption() {
    if (options_.version.empty()) return {};
    const auto version = policy::ParseVersion(options_.version);
    if (!version) Wrong("expected a version, found " + document::Quote(options_.version));
    return version.value_or(policy::Version{});
  }

  connectivity::MatrixOptions MatrixOptionsGiven() {
    connectivity::MatrixOptions options;
    options.threads = invocation_.options.threads;
    if (options_.by == "pod") options.grouping = connectivity::Grouping::kPod;
    if (options_.port > 0) options.port = PortOption();
    return options;
  }

  connectivity::PortProbe PortOption() const {
    connectivity::PortProbe probe;
    probe.port = static_cast<std::uint16_t>(options_.port);
    if (options_.protocol == "UDP") probe.protocol = cluster::Protocol::kUdp;
    if (options_.protocol == "SCTP") probe.protocol = cluster::Protocol::kSctp;
    return probe;
  }

  PolicySources Sources(const std::vector<std::string>& files) {
    PolicySources sources(files, {options_.configuration, VersionOption()}, *catalog_,
                          diagnostics_);
    of_scenario_ = sources.of_scenario();
    return sources;
  }

  ExitCode RunCases() {
    const auto only = EngineOption(options_.engine);
    const policy::Version version = VersionOption();
    if (diagnostics_.has_errors()) return ExitCode::kUserInput;
    std::ostream& out = invocation_.out.stream;
    nlohmann::ordered_json json = nlohmann::ordered_json::array();
    std::size_t pairs = 0;
    std::size_t mismatches = 0;
    const bool text = !invocation_.options.json_on_stdout();
    for (const std::string& file : options_.cases) {
      const auto report =
          connectivity::RunPolicyCase(file, catalog_->policy_limits, only, version, diagnostics_);
      if (!report) continue;
      pairs += report->pairs;
      mismatches += report->mismatches.size();
      json.push_back(CaseJson(file, *report));
      if (!text) continue;
      for (const auto& mismatch : report->mismatches) {
        out << fmt::format("{}: {}{}: {}: {} -> {}: expected {}, found {}\n", file,
                           policy::ToString(mismatch.engine),
                           mismatch.step.empty() ? "" : ", after '" + mismatch.step + "'",
                           mismatch.probe, mismatch.source, mismatch.destination,
                           policy::ToString(mismatch.expected), mismatch.found_text);
      }
    }
    if (text) {
      out << fmt::format("{} cases, {} pairs, {} mismatches\n", json.size(), pairs, mismatches);
    }
    if (!WriteJson(json, invocation_)) return ExitCode::kUserInput;
    return mismatches > 0 ? ExitCode::kFinding : ExitCode::kOk;
  }

  static nlohmann::ordered_json CaseJson(const std::string& file,
                                         const connectivity::CaseReport& report) {
    nlohmann::ordered_json json{{"file", file}, {"case", report.name}, {"pairs", report.pairs}};
    json["mismatches"] = nlohmann::ordered_json::array();
    for (const auto& mismatch : report.mismatches) {
      json["mismatches"].push_back({{"engine", policy::ToString(mismatch.engine)},
                                    {"step", mismatch.step},
                                    {"probe", mismatch.probe},
                                    {"source", mismatch.source},
                                    {"destination", mismatch.destination},
                                    {"expected", policy::ToString(mismatch.expected)},
                                    {"found", policy::ToString(mismatch.found.outcome)}});
    }
    return json;
  }

  ExitCode RunMatrix(const Evaluator& evaluator) {
    const connectivity::Matrix matrix = connectivity::BuildMatrix(evaluator, MatrixOptionsGiven());
    if (!WriteJson(report::MatrixJson(matrix), invocation_)) return ExitCode::kUserInput;
    if (invocation_.options.json_on_stdout()) return ExitCode::kOk;
    std::ostream& out = invocation_.out.stream;
    if (options_.format == "csv") {
      out << report::MatrixCsv(matrix);
    } else if (options_.format == "markdown") {
      out << report::MatrixMarkdown(matrix);
    } else if (options_.format == "dot") {
      out << report::MatrixDot(matrix);
    } else if (options_.format == "json") {
      out << report::MatrixJson(matrix).dump(2) << '\n';
    } else {
      out << "judged by " << judge_ << "\n\n"
          << report::MatrixText(matrix) << '\n'
          << report::StructuresText(evaluator);
    }
    return ExitCode::kOk;
  }

  /// The pod, workload, node or outside party called `name`; the namespace may be left out where
  /// one only has such a name.
  std::optional<policy::Endpoint> FindEnd(const Evaluator& evaluator, const std::string& name,
                                          std::string_view option) {
    if (name.empty()) {
      Wrong(fmt::format("{} is missing", option), "name a pod or workload as shop/web");
      return std::nullopt;
    }
    if (const auto found = evaluator.Find(name)) return found;
    std::map<std::string, std::uint32_t> known;  // the first pod of each workload
    std::set<std::string> short_of;
    const auto& pods = evaluator.view().pods;
    for (std::uint32_t pod = 0; pod < pods.size(); ++pod) {
      const std::string own =
          pods[pod].workload.empty() ? pods[pod].ToString() : pods[pod].workload;
      known.emplace(own, pod);
      if (own.substr(own.find('/') + 1) == name) short_of.insert(own);
    }
    const auto whole = known.find(short_of.size() == 1 ? *short_of.begin() : name);
    if (whole != known.end()) return policy::Endpoint::Pod(whole->second);
    std::vector<std::string> names;
    for (const auto& [own, pod] : known) names.push_back(own);
    Wrong(short_of.empty()
              ? fmt::format("there is no endpoint {}", document::Quote(name))
              : fmt::format("{} namespaces have a {}", short_of.size(), document::Quote(name)),
          document::SpellingHint(name, names));
    return std::nullopt;
  }

  ExitCode RunExplain(const Evaluator& evaluator) {
    const auto from = FindEnd(evaluator, options_.from, "--from");
    const auto to = FindEnd(evaluator, options_.to, "--to");
    if (!from || !to) return ExitCode::kUserInput;
    policy::Flow flow;
    flow.source = *from;
    flow.destination = *to;
    if (options_.port <= 0) {
      Wrong("--port is missing", "name the port of the pod");
      return ExitCode::kUserInput;
    }
    const connectivity::PortProbe probe = PortOption();
    flow.protocol = probe.protocol;
    flow.port = probe.port;
    if (!options_.http.empty()) {
      const std::size_t space = options_.http.find(' ');
      if (space == std::string::npos) {
        Wrong("expected a method and a path, found " + document::Quote(options_.http),
              "write it as \"GET /path\"");
        return ExitCode::kUserInput;
      }
      flow.http = policy::HttpRequest{
          options_.http.substr(0, space), options_.http.substr(space + 1), "", {}};
    }
    const policy::Verdict verdict = evaluator.Evaluate(flow);
    if (!WriteJson(report::VerdictJson(evaluator, flow, verdict), invocation_)) {
      return ExitCode::kUserInput;
    }
    if (!invocation_.options.json_on_stdout()) {
      invocation_.out.stream << "judged by " << judge_ << "\n\n"
                             << report::VerdictText(evaluator, flow, verdict, options_.http);
    }
    return ExitCode::kOk;
  }

  ExitCode RunLint(const Evaluator& evaluator) {
    const auto findings = connectivity::Lint(evaluator);
    if (!WriteJson(report::LintJson(findings), invocation_)) return ExitCode::kUserInput;
    if (!options_.sarif.empty() &&
        !Write(options_.sarif,
               exporting::LintSarif(findings, std::string(experiment::ProgramVersion())).dump(2) +
                   '\n')) {
      return ExitCode::kUserInput;
    }
    if (!invocation_.options.json_on_stdout()) {
      invocation_.out.stream << "judged by " << judge_ << "\n\n" << report::LintText(findings);
    }
    return findings.empty() ? ExitCode::kOk : ExitCode::kFinding;
  }

  ExitCode RunDiff() {
    const auto from = EngineOption(options_.from.empty() ? options_.engine : options_.from);
    const auto to = EngineOption(options_.to.empty() ? options_.engine : options_.to);
    if (diagnostics_.has_errors()) return ExitCode::kUserInput;
    if (options_.against.empty() && from == to) {
      Wrong("nothing to compare", "name two engines (--from, --to) or other files (--against)");
      return ExitCode::kUserInput;
    }
    PolicySources sources = Sources(files_);
    const auto before = sources.Load(from);
    if (!before) return ExitCode::kUserInput;
    const policy::Settings settings = to ? sources.SettingsOf(*to) : before->settings();
    std::optional<policy::PolicySet> policies = PoliciesAfter(*before);
    if (!policies || diagnostics_.has_errors()) return ExitCode::kUserInput;
    // The same cluster: what moves is the engine or the policies.
    const Evaluator after(before->view(), std::move(*policies), settings, before->limits());
    const connectivity::DiffReport report =
        connectivity::Diff(*before, after, MatrixOptionsGiven());
    if (!WriteJson(report::DiffJson(report), invocation_)) return ExitCode::kUserInput;
    if (!options_.fixes.empty() && !Write(options_.fixes, report::FixManifests(report))) {
      return ExitCode::kUserInput;
    }
    if (!invocation_.options.json_on_stdout()) {
      invocation_.out.stream << "before: " << sources.Describe(before->settings())
                             << "\nafter:  " << sources.Describe(settings) << "\n\n"
                             << report::DiffText(report);
    }
    return report.flips.empty() ? ExitCode::kOk : ExitCode::kFinding;
  }

  /// Those of --against, or those before.
  std::optional<policy::PolicySet> PoliciesAfter(const Evaluator& before) {
    if (options_.against.empty()) return before.policies();
    cluster::ManifestSet manifests;
    for (const std::string& file : options_.against) manifests.AddFile(file, diagnostics_);
    return policy::ReadPolicies(manifests, diagnostics_);
  }

  bool Write(const std::string& path, const std::string& text) {
    const auto failure = experiment::WriteWholeFile(path, text);
    if (failure) Wrong(*failure);
    return !failure;
  }

  const PolicyOptions& options_;
  Invocation& invocation_;
  document::Diagnostics diagnostics_;
  std::optional<scenario::Catalog> catalog_;
  std::vector<std::string> files_;
  std::size_t of_scenario_ = 0;  // diagnostics, from the first
  std::string judge_;            // engine, release and configuration
};

}  // namespace

Action AddPolicyCommand(CLI::App& command) {
  auto options = std::make_shared<PolicyOptions>();
  command.add_option("FILE", options->words,
                     "matrix, explain, diff or lint (matrix if left out), then a scenario or "
                     "manifests");
  command.add_option("--case", options->cases, "evaluate truth cases and list what differs")
      ->type_name("FILE");
  command.add_option("--configuration", options->configuration, "of the scenario; the first one")
      ->type_name("NAME");
  command.add_option("--engine", options->engine, "none, azure-npm, calico or cilium")
      ->type_name("NAME");
  command.add_option("--engine-version", options->version, "release of the engine, as 1.16")
      ->type_name("VERSION");
  command.add_option("--from", options->from, "explain: a pod or workload; diff: an engine")
      ->type_name("NAME");
  command.add_option("--to", options->to, "likewise")->type_name("NAME");
  command.add_option("--against", options->against, "diff: files with the policies after")
      ->type_name("FILE");
  command.add_option("--port", options->port, "of the pod; all container ports if left out")
      ->type_name("N")
      ->check(CLI::Range(1, 65535));
  command.add_option("--protocol", options->protocol, "TCP, UDP or SCTP")
      ->type_name("NAME")
      ->check(CLI::IsMember({"TCP", "UDP", "SCTP"}));
  command.add_option("--http", options->http, "explain: a request, as \"GET /path\"")
      ->type_name("TEXT");
  command
      .add_option("--fixes", options->fixes,
                  "diff: write the policies that remove the flips to this file")
      ->type_name("FILE");
  command.add_option("--sarif", options->sarif, "lint: also write the findings as SARIF")
      ->type_name("FILE");
  command.add_option("--format", options->format, "matrix: text, json, csv, markdown or dot")
      ->type_name("NAME")
      ->check(CLI::IsMember({"text", "json", "csv", "markdown", "dot"}));
  command.add_option("--by", options->by, "rows of the matrix: workload or pod")
      ->type_name("NAME")
      ->check(CLI::IsMember({"workload", "pod"}));
  return [options](Invocation& invocation) { return PolicyRunner(*options, invocation).Run(); };
}

}  // namespace cnisim::cli
