#include "analysis/connectivity/policy_case.h"

#include <algorithm>
#include <utility>

#include "models/cluster/manifest_set.h"
#include "models/cluster/objects.h"
#include "models/document/object_reader.h"
#include "models/document/parser.h"
#include "models/document/spelling.h"
#include "models/policy/cluster_view.h"
#include "models/policy/policy.h"

namespace cnisim::connectivity {
namespace {

using document::Diagnostics;
using document::ObjectReader;
using document::Quote;
using document::UnknownKeys;
using document::Value;
using policy::Endpoint;
using policy::Engine;
using policy::Evaluator;
using policy::Flow;
using policy::Outcome;

constexpr std::string_view kCaseApi = "cnisim.test/v1";
constexpr std::string_view kCaseKind = "PolicyCase";

// One pair that the case asserts.
struct Assertion {
  Outcome expected = Outcome::kAllow;
  std::string source;
  std::string destination;
  document::SourceLocation where;
};

struct ProbeSpec {
  Flow flow;            ///< without its ends and Service
  std::string service;  ///< "namespace/name", or empty
  std::string text;
  std::vector<Assertion> assertions;
};

struct Deletion {
  std::string kind;
  std::string group;
  std::string ns;
  std::string name;
};

struct Step {
  std::string text;
  cluster::Objects objects;
  policy::PolicySet policies;
  std::vector<Deletion> deletions;
  std::vector<ProbeSpec> expected;
  std::vector<std::pair<Engine, std::vector<ProbeSpec>>> expected_by_engine;
};

struct PolicyCase {
  std::string name;
  std::string title;
  std::string needs;
  std::vector<Engine> engines;
  policy::ClusterView view;
  policy::PolicySet policies;
  Step start;
  std::vector<Step> steps;
};

class CaseReader {
 public:
  CaseReader(std::string file_name, Diagnostics& diagnostics)
      : file_name_(std::move(file_name)), diagnostics_(diagnostics) {}

  std::optional<PolicyCase> Read(std::string_view text) {
    const std::size_t errors = diagnostics_.error_count();
    manifests_.AddText(text, file_name_, diagnostics_);
    const Value* body = nullptr;
    for (const cluster::ManifestObject& object : manifests_.objects()) {
      if (object.api_version == kCaseApi && object.kind == kCaseKind) body = object.value;
    }
    if (body == nullptr) {
      diagnostics_.Error(document::SourceLocation{file_name_, 0, 0}, "",
                         "no policy case: the file has no object of kind PolicyCase",
                         "a case ends in a document with apiVersion: cnisim.test/v1");
      return std::nullopt;
    }
    cluster::ReadOptions options;
    options.require_endpoints = false;
    case_.view = policy::ViewOf(cluster::ReadObjects(manifests_, diagnostics_, options));
    case_.policies = policy::ReadPolicies(manifests_, diagnostics_);
    ReadBody(*body);
    if (diagnostics_.error_count() > errors) return std::nullopt;
    return std::move(case_);
  }

 private:
  void ReadBody(const Value& body) {
    ObjectReader reader(body, diagnostics_, UnknownKeys::kError);
    for (const char* key : {"apiVersion", "kind", "pins"}) reader.Ignore(key);
    if (const Value* metadata = reader.RequireMap("metadata")) {
      ObjectReader names(*metadata, diagnostics_, UnknownKeys::kError);
      case_.name = names.RequireString("name").value_or("");
      names.Finish();
    }
    case_.title = reader.String("title").value_or("");
    case_.needs = reader.String("needs").value_or("");
    ReadEngines(reader);
    if (const Value* world = reader.Sequence("world")) {
      for (const Value& item : world->items()) ReadExternal(item);
    }
    if (const Value* nodes = reader.Sequence("nodes")) {
      for (const Value& item : nodes->items()) ReadNode(item);
    }
    ReadExpected(reader, case_.start);
    if (const Value* steps = reader.Sequence("steps")) {
      for (const Value& item : steps->items()) ReadStep(item);
    }
    reader.Finish();
  }

  void ReadEngines(ObjectReader& reader) {
    const Value* engines = reader.RequireSequence("engines");
    if (engines == nullptr) return;
    for (const Value& item : engines->items()) {
      if (const auto engine = policy::FindEngine(item.text())) {
        case_.engines.push_back(*engine);
      } else {
        diagnostics_.Error(item, "unknown engine " + item.Describe(),
                           document::SpellingHint(item.text(), {"azure-npm", "calico", "cilium"}));
      }
    }
  }

  std::vector<net::IpAddress> ReadAddress(ObjectReader& reader) {
    const std::string text = reader.RequireString("ip").value_or("");
    const auto address = net::IpAddress::Parse(text);
    if (!address) {
      reader.Error("expected an address, found " + Quote(text));
      return {};
    }
    return {*address};
  }

  void ReadExternal(const Value& item) {
    ObjectReader reader(item, diagnostics_, UnknownKeys::kError);
    policy::ExternalView external;
    external.name = reader.RequireString("name").value_or("");
    external.ips = ReadAddress(reader);
    external.names = reader.Strings("fqdns");
    reader.Finish();
    case_.view.externals.push_back(std::move(external));
  }

  void ReadNode(const Value& item) {
    ObjectReader reader(item, diagnostics_, UnknownKeys::kError);
    policy::NodeView node;
    node.name = reader.RequireString("name").value_or("");
    node.ips = ReadAddress(reader);
    reader.Finish();
    auto& nodes = case_.view.nodes;
    const auto known = std::find_if(nodes.begin(), nodes.end(),
                                    [&](const auto& other) { return other.name == node.name; });
    if (known == nodes.end()) {
      nodes.push_back(std::move(node));
    } else {
      known->ips = node.ips;
    }
  }

  void ReadExpected(ObjectReader& reader, Step& step) {
    if (const Value* expected = reader.Sequence("expected")) {
      step.expected = ReadProbes(*expected);
    }
    const Value* by_engine = reader.Map("expected_by_engine");
    if (by_engine == nullptr) return;
    for (const document::Member& member : by_engine->members()) {
      const auto engine = policy::FindEngine(member.key);
      if (!engine) {
        diagnostics_.Error(member.value, "unknown engine " + Quote(member.key));
        continue;
      }
      step.expected_by_engine.emplace_back(*engine, ReadProbes(member.value));
    }
  }

  std::vector<ProbeSpec> ReadProbes(const Value& list) {
    std::vector<ProbeSpec> probes;
    for (const Value& item : list.items()) {
      ObjectReader reader(item, diagnostics_, UnknownKeys::kError);
      ProbeSpec probe;
      if (const Value* body = reader.RequireMap("probe")) ReadProbe(*body, probe);
      ReadPairs(reader, "allow", Outcome::kAllow, probe);
      ReadPairs(reader, "deny", Outcome::kDeny, probe);
      ReadPairs(reader, "forbidden", Outcome::kForbidden, probe);
      ReadPairs(reader, "refused", Outcome::kRefused, probe);
      reader.Finish();
      probes.push_back(std::move(probe));
    }
    return probes;
  }

  void ReadProbe(const Value& body, ProbeSpec& probe) {
    ObjectReader reader(body, diagnostics_, UnknownKeys::kError);
    using cluster::Protocol;
    probe.flow.protocol = reader
                              .Choice<Protocol>("protocol", {{"TCP", Protocol::kTcp},
                                                             {"UDP", Protocol::kUdp},
                                                             {"SCTP", Protocol::kSctp}})
                              .value_or(Protocol::kTcp);
    probe.flow.port =
        static_cast<std::uint16_t>(reader.RequireInteger("port", 1, 65535).value_or(1));
    probe.text =
        std::string(cluster::ToString(probe.flow.protocol)) + ' ' + std::to_string(probe.flow.port);
    probe.service = reader.String("service").value_or("");
    if (!probe.service.empty()) probe.text += " of Service " + probe.service;
    if (const Value* http = reader.Map("http")) ReadHttp(*http, probe);
    if (const Value* dns = reader.Map("dns")) {
      ObjectReader query(*dns, diagnostics_, UnknownKeys::kError);
      probe.flow.dns_query = query.RequireString("query");
      query.Finish();
      if (probe.flow.dns_query) probe.text += " query " + *probe.flow.dns_query;
    }
    reader.Finish();
  }

  void ReadHttp(const Value& body, ProbeSpec& probe) {
    ObjectReader reader(body, diagnostics_, UnknownKeys::kError);
    policy::HttpRequest request;
    request.method = reader.String("method").value_or("GET");
    request.path = reader.String("path").value_or("/");
    request.host = reader.String("host").value_or("");
    if (const Value* headers = reader.Map("headers")) {
      for (const document::Member& member : headers->members()) {
        request.headers.emplace_back(member.key, std::string(member.value.text()));
      }
    }
    reader.Finish();
    probe.text += ' ' + request.method + ' ' + request.path;
    probe.flow.http = std::move(request);
  }

  void ReadPairs(ObjectReader& reader, std::string_view key, Outcome outcome, ProbeSpec& probe) {
    const Value* pairs = reader.Map(key);
    if (pairs == nullptr) return;
    for (const document::Member& member : pairs->members()) {
      for (const Value& destination : member.value.items()) {
        probe.assertions.push_back(
            {outcome, member.key, std::string(destination.text()), destination.where()});
      }
    }
  }

  void ReadStep(const Value& item) {
    ObjectReader reader(item, diagnostics_, UnknownKeys::kError);
    Step step;
    step.text = reader.String("step").value_or("");
    if (const Value* apply = reader.Sequence("apply")) ReadApplied(*apply, step);
    if (const Value* removed = reader.Sequence("delete")) {
      for (const Value& entry : removed->items()) {
        ObjectReader body(entry, diagnostics_, UnknownKeys::kError);
        Deletion deletion;
        deletion.kind = body.RequireString("kind").value_or("");
        deletion.group = body.String("group").value_or("");
        deletion.ns = body.String("namespace").value_or("");
        deletion.name = body.RequireString("name").value_or("");
        body.Finish();
        step.deletions.push_back(std::move(deletion));
      }
    }
    ReadExpected(reader, step);
    reader.Finish();
    case_.steps.push_back(std::move(step));
  }

  // Objects inside the case are read like those of a file.
  void ReadApplied(const Value& list, Step& step) {
    cluster::ManifestSet applied;
    for (const Value& object : list.items()) applied.AddObject(object, diagnostics_);
    cluster::ReadOptions options;
    options.require_endpoints = false;
    step.objects = cluster::ReadObjects(applied, diagnostics_, options);
    step.policies = policy::ReadPolicies(applied, diagnostics_);
  }

  std::string file_name_;
  Diagnostics& diagnostics_;
  cluster::ManifestSet manifests_;
  PolicyCase case_;
};

policy::Settings SettingsFor(const PolicyCase& the_case, Engine engine, policy::Version version) {
  policy::Settings settings;
  settings.engine = engine;
  settings.version = version;
  settings.sctp = the_case.needs.find("SCTP") != std::string::npos;
  return settings;
}

void ApplyStep(const Step& step, Evaluator& evaluator) {
  const policy::ClusterView changed = policy::ViewOf(step.objects);
  for (const cluster::Namespace& ns : changed.namespaces) {
    // Namespaces that other objects only name bring no labels.
    if (ns.where.line > 0) evaluator.ApplyNamespace(ns);
  }
  for (const policy::PodView& pod : changed.pods) evaluator.ApplyPod(pod);
  if (!step.policies.policies.empty()) evaluator.ApplyPolicies(step.policies);
  for (const Deletion& deletion : step.deletions) {
    if (deletion.kind == "Pod") {
      evaluator.RemovePod(deletion.ns, deletion.name);
      continue;
    }
    for (const std::string_view group : {"networking.k8s.io", "cilium.io", "projectcalico.org"}) {
      if (!deletion.group.empty() && deletion.group != group) continue;
      if (const auto kind = policy::FindPolicyKind(group, deletion.kind)) {
        evaluator.RemovePolicy(*kind, deletion.ns, deletion.name);
        break;
      }
    }
  }
}

class CaseRunner {
 public:
  CaseRunner(const Evaluator& evaluator, Engine engine, CaseReport& report,
             Diagnostics& diagnostics)
      : evaluator_(evaluator), engine_(engine), report_(report), diagnostics_(diagnostics) {}

  void Check(const Step& step) {
    const std::vector<ProbeSpec>* probes = &step.expected;
    for (const auto& [engine, table] : step.expected_by_engine) {
      if (engine == engine_) probes = &table;
    }
    for (const ProbeSpec& probe : *probes) {
      for (const Assertion& assertion : probe.assertions) CheckPair(step, probe, assertion);
    }
  }

 private:
  void CheckPair(const Step& step, const ProbeSpec& probe, const Assertion& assertion) {
    const auto source = evaluator_.Find(assertion.source);
    const auto destination = evaluator_.Find(assertion.destination);
    if (!source || !destination) {
      diagnostics_.Error(
          assertion.where, "",
          "there is no endpoint " + Quote(source ? assertion.destination : assertion.source),
          "endpoints are namespace/pod, world/name and node/name");
      return;
    }
    Flow flow = probe.flow;
    flow.source = *source;
    flow.destination = *destination;
    if (!probe.service.empty()) {
      const std::size_t slash = probe.service.find('/');
      flow.service = evaluator_.FindService(
          probe.service.substr(0, slash),
          slash == std::string::npos ? std::string() : probe.service.substr(slash + 1));
      if (!flow.service) {
        diagnostics_.Error(assertion.where, "", "there is no Service " + Quote(probe.service));
        return;
      }
    }
    const policy::Verdict verdict = evaluator_.Evaluate(flow);
    ++report_.pairs;
    if (verdict.outcome == assertion.expected) return;
    report_.mismatches.push_back(
        {engine_, step.text, probe.text, assertion.source, assertion.destination,
         assertion.expected, verdict,
         verdict.outcome == Outcome::kAllow
             ? "allow: " + verdict.ingress.ToString(policy::Direction::kIngress)
             : verdict.ToString()});
  }

  const Evaluator& evaluator_;
  Engine engine_;
  CaseReport& report_;
  Diagnostics& diagnostics_;
};

// The engines of the case, and those that have a table of their own.
std::vector<Engine> EnginesOf(const PolicyCase& the_case) {
  std::vector<Engine> engines = the_case.engines;
  const auto add = [&](const Step& step) {
    for (const auto& [engine, table] : step.expected_by_engine) {
      if (std::find(engines.begin(), engines.end(), engine) == engines.end()) {
        engines.push_back(engine);
      }
    }
  };
  add(the_case.start);
  for (const Step& step : the_case.steps) add(step);
  return engines;
}

}  // namespace

std::optional<CaseReport> RunPolicyCaseText(std::string_view text, const std::string& file_name,
                                            const policy::Limits& limits,
                                            std::optional<Engine> only, policy::Version version,
                                            Diagnostics& diagnostics) {
  const std::optional<PolicyCase> the_case = CaseReader(file_name, diagnostics).Read(text);
  if (!the_case) return std::nullopt;
  CaseReport report;
  report.name = the_case->name;
  report.title = the_case->title;
  const std::size_t errors = diagnostics.error_count();
  for (const Engine engine : EnginesOf(*the_case)) {
    if (only && *only != engine) continue;
    report.engines.push_back(engine);
    Evaluator evaluator(the_case->view, the_case->policies, SettingsFor(*the_case, engine, version),
                        limits);
    CaseRunner runner(evaluator, engine, report, diagnostics);
    runner.Check(the_case->start);
    for (const Step& step : the_case->steps) {
      ApplyStep(step, evaluator);
      runner.Check(step);
    }
  }
  if (diagnostics.error_count() > errors) return std::nullopt;
  return report;
}

std::optional<CaseReport> RunPolicyCase(const std::string& path, const policy::Limits& limits,
                                        std::optional<Engine> only, policy::Version version,
                                        Diagnostics& diagnostics) {
  const auto text = document::ReadFile(path, diagnostics);
  if (!text) return std::nullopt;
  return RunPolicyCaseText(*text, path, limits, only, version, diagnostics);
}

}  // namespace cnisim::connectivity
