#include "analysis/cli/policy_command.h"

#include <algorithm>
#include <array>
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
#include "analysis/connectivity/matrix.h"
#include "analysis/connectivity/policy_case.h"
#include "analysis/connectivity/policy_diff.h"
#include "analysis/connectivity/policy_lint.h"
#include "analysis/report/matrix_text.h"
#include "models/cluster/manifest_set.h"
#include "models/document/parser.h"
#include "models/document/spelling.h"
#include "models/policy/cluster_view.h"
#include "models/policy/enforcement.h"
#include "models/policy/evaluator.h"
#include "models/scenario/catalog.h"
#include "models/scenario/prepared_configuration.h"
#include "models/scenario/scenario_reader.h"

namespace cnisim::cli {
namespace {

using policy::Direction;
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
  int port = 0;
};

constexpr std::array<std::string_view, 4> kActions = {"matrix", "explain", "diff", "lint"};

class PolicyRunner {
 public:
  PolicyRunner(const PolicyOptions& options, Invocation& invocation)
      : options_(options), invocation_(invocation) {}

  ExitCode Run() {
    const ExitCode code = Act();
    invocation_.err.stream << diagnostics_.ToString();
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
    const auto evaluator = Load(files_, EngineOption(options_.engine));
    if (!evaluator || diagnostics_.has_errors()) return ExitCode::kUserInput;
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

  // True for a file of our own: `cnisim: 1` at its top.
  bool IsScenario(const std::string& path) {
    document::Diagnostics ignored;
    const auto text = document::ReadFile(path, ignored);
    if (!text) return false;
    const auto documents = document::ParseDocuments(*text, path, ignored);
    return documents.size() == 1 && documents.front().root().Find("cnisim") != nullptr;
  }

  std::unique_ptr<Evaluator> Load(const std::vector<std::string>& files,
                                  std::optional<Engine> engine) {
    if (files.size() == 1 && IsScenario(files.front())) return LoadScenario(files.front(), engine);
    cluster::ManifestSet manifests;
    for (const std::string& file : files) manifests.AddFile(file, diagnostics_);
    cluster::ReadOptions read;
    read.require_endpoints = false;
    const cluster::Objects objects = cluster::ReadObjects(manifests, diagnostics_, read);
    policy::PolicySet policies = policy::ReadPolicies(manifests, diagnostics_);
    policy::Settings settings;
    settings.engine = engine.value_or(Engine::kCilium);
    settings.version = VersionOption();
    policy::ClusterView view = policy::ViewOf(objects);
    if (view.pods.empty()) Wrong("the files have no pods and no workloads");
    if (diagnostics_.has_errors()) return nullptr;
    view.externals.push_back({"outside", {net::IpAddress::V4(0xcb007101)}, {}, false});
    return std::make_unique<Evaluator>(std::move(view), std::move(policies), settings,
                                       catalog_->policy_limits);
  }

  // The cluster of a configuration, under its engine or the one asked for.
  std::unique_ptr<Evaluator> LoadScenario(const std::string& path, std::optional<Engine> engine) {
    const auto read = scenario::ReadScenario(path, *catalog_, diagnostics_);
    if (!read) return nullptr;
    const scenario::ConfigurationSpec* spec = &read->configurations.front();
    if (!options_.configuration.empty()) {
      spec = read->FindConfiguration(options_.configuration);
      if (spec == nullptr) {
        std::vector<std::string> known;
        for (const auto& configuration : read->configurations) known.push_back(configuration.name);
        Wrong("the scenario has no configuration " + document::Quote(options_.configuration),
              document::SpellingHint(options_.configuration, known));
        return nullptr;
      }
    }
    const auto prepared =
        scenario::PreparedConfiguration::Prepare(*read, *spec, *catalog_, diagnostics_);
    if (prepared == nullptr) return nullptr;
    const Evaluator& own = prepared->policies();
    policy::Settings settings = own.settings();
    if (engine && *engine != settings.engine) {
      settings.engine = *engine;
      settings.version = {};
    }
    if (!options_.version.empty()) settings.version = VersionOption();
    policy::ClusterView view = own.view();
    if (view.externals.empty()) {
      view.externals.push_back({"outside", {net::IpAddress::V4(0xcb007101)}, {}, false});
    }
    return std::make_unique<Evaluator>(std::move(view), own.policies(), settings,
                                       catalog_->policy_limits);
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
      out << report::MatrixText(matrix) << StructuresText(evaluator);
    }
    return ExitCode::kOk;
  }

  static std::string StructuresText(const Evaluator& evaluator) {
    const policy::EnforcementSummary summary = policy::Enforcement(evaluator).Summarize();
    std::string text = fmt::format("\n{}: {} policies enforced, {} not read",
                                   policy::ToString(evaluator.settings().engine), summary.policies,
                                   summary.policies_ignored);
    if (evaluator.settings().engine == Engine::kCilium) {
      text += fmt::format("; {} identities, {} prefixes, at most {} map entries a pod",
                          summary.identities, summary.cidr_identities, summary.map_entries_most);
    } else if (evaluator.settings().engine != Engine::kNone) {
      text += fmt::format("; {} chains, {} rules, {} ipsets", summary.chains, summary.rules,
                          summary.ipsets);
    }
    return text + '\n';
  }

  std::optional<policy::Endpoint> FindEnd(const Evaluator& evaluator, const std::string& name,
                                          std::string_view option) {
    if (name.empty()) {
      Wrong(fmt::format("{} is missing", option), "name a pod or workload as shop/web");
      return std::nullopt;
    }
    if (const auto found = evaluator.Find(name)) return found;
    const auto& pods = evaluator.view().pods;
    std::vector<std::string> known;
    for (std::uint32_t pod = 0; pod < pods.size(); ++pod) {
      if (pods[pod].workload == name) return policy::Endpoint::Pod(pod);
      const std::string own =
          pods[pod].workload.empty() ? pods[pod].ToString() : pods[pod].workload;
      if (known.empty() || known.back() != own) known.push_back(own);
    }
    Wrong("there is no endpoint " + document::Quote(name), document::SpellingHint(name, known));
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
    const nlohmann::ordered_json json{
        {"engine", policy::ToString(evaluator.settings().engine)},
        {"source", evaluator.NameOf(*from)},
        {"destination", evaluator.NameOf(*to)},
        {"port", probe.ToString()},
        {"verdict", policy::ToString(verdict.outcome)},
        {"egress", verdict.egress.ToString(Direction::kEgress)},
        {"ingress", verdict.egress.outcome == policy::Outcome::kAllow
                        ? verdict.ingress.ToString(Direction::kIngress)
                        : "not asked"}};
    if (!WriteJson(json, invocation_)) return ExitCode::kUserInput;
    if (invocation_.options.json_on_stdout()) return ExitCode::kOk;
    invocation_.out.stream << fmt::format(
        "{} -> {} on {}{} under {}: {}\n  egress   {}{}\n  ingress  {}{}\n",
        evaluator.NameOf(*from), evaluator.NameOf(*to), probe.ToString(),
        options_.http.empty() ? "" : " " + options_.http,
        policy::ToString(evaluator.settings().engine), policy::ToString(verdict.outcome),
        json["egress"].get<std::string>(), verdict.egress.proxy ? ", through the L7 proxy" : "",
        json["ingress"].get<std::string>(), verdict.ingress.proxy ? ", through the L7 proxy" : "");
    return ExitCode::kOk;
  }

  ExitCode RunLint(const Evaluator& evaluator) {
    const auto findings = connectivity::Lint(evaluator);
    nlohmann::ordered_json json = nlohmann::ordered_json::array();
    for (const auto& finding : findings) {
      json.push_back({{"kind", connectivity::ToString(finding.kind)},
                      {"where", finding.where.ToString()},
                      {"subject", finding.subject},
                      {"message", finding.message}});
    }
    if (!WriteJson(json, invocation_)) return ExitCode::kUserInput;
    if (!invocation_.options.json_on_stdout()) {
      for (const auto& finding : findings) {
        const std::string place = finding.where.ToString();
        invocation_.out.stream << fmt::format("{}{}{}: {}: {}\n", place, place.empty() ? "" : ": ",
                                              connectivity::ToString(finding.kind), finding.subject,
                                              finding.message);
      }
      invocation_.out.stream << fmt::format("{} findings\n", findings.size());
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
    const auto before = Load(files_, from);
    auto after = Load(files_, to);
    if (!before || !after) return ExitCode::kUserInput;
    if (!options_.against.empty()) {
      cluster::ManifestSet manifests;
      for (const std::string& file : options_.against) manifests.AddFile(file, diagnostics_);
      policy::PolicySet policies = policy::ReadPolicies(manifests, diagnostics_);
      if (diagnostics_.has_errors()) return ExitCode::kUserInput;
      after = std::make_unique<Evaluator>(after->view(), std::move(policies), after->settings(),
                                          after->limits());
    }
    const connectivity::DiffReport report =
        connectivity::Diff(*before, *after, MatrixOptionsGiven());
    nlohmann::ordered_json json = nlohmann::ordered_json::array();
    for (const auto& flip : report.flips) {
      json.push_back({{"source", flip.source},
                      {"destination", flip.destination},
                      {"port", flip.port.ToString()},
                      {"entry", flip.entry},
                      {"before", policy::ToString(flip.before)},
                      {"after", policy::ToString(flip.after)},
                      {"cause", connectivity::ToString(flip.cause)},
                      {"because", flip.because},
                      {"fix", flip.fix},
                      {"manifest", flip.manifest}});
    }
    if (!WriteJson(json, invocation_)) return ExitCode::kUserInput;
    if (!invocation_.options.json_on_stdout()) invocation_.out.stream << DiffText(report);
    return report.flips.empty() ? ExitCode::kOk : ExitCode::kFinding;
  }

  static std::string DiffText(const connectivity::DiffReport& report) {
    std::string text;
    for (const auto& flip : report.flips) {
      text += fmt::format("{} -> {} on {}{}: {} becomes {}\n  cause: {}\n  {}\n  fix: {}\n",
                          flip.source, flip.destination, flip.port.ToString(),
                          flip.entry.empty() ? "" : " " + flip.entry, policy::ToString(flip.before),
                          policy::ToString(flip.after), connectivity::ToString(flip.cause),
                          flip.because, flip.fix);
    }
    return text + fmt::format("{} flows compared, {} flip\n", report.flows, report.flips.size());
  }

  const PolicyOptions& options_;
  Invocation& invocation_;
  document::Diagnostics diagnostics_;
  std::optional<scenario::Catalog> catalog_;
  std::vector<std::string> files_;
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
  command.add_option("--format", options->format, "matrix: text, json, csv, markdown or dot")
      ->type_name("NAME")
      ->check(CLI::IsMember({"text", "json", "csv", "markdown", "dot"}));
  command.add_option("--by", options->by, "rows of the matrix: workload or pod")
      ->type_name("NAME")
      ->check(CLI::IsMember({"workload", "pod"}));
  return [options](Invocation& invocation) { return PolicyRunner(*options, invocation).Run(); };
}

}  // namespace cnisim::cli
