#include "analysis/report/policy_text.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "analysis/report/text.h"
#include "models/policy/enforcement.h"
#include "models/policy/settings.h"

namespace cnisim::report {
namespace {

using connectivity::DiffReport;
using connectivity::Flip;
using connectivity::LintFinding;
using policy::Direction;
using policy::Engine;

constexpr std::size_t kWidth = 80;

/// `text` with blanks before each line.
std::string Indented(std::string_view text, std::size_t blanks) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    out += std::string(blanks, ' ').append(text.substr(0, end)) + '\n';
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

std::string PortText(cluster::Protocol protocol, std::uint16_t port) {
  return fmt::format("{}/{}", cluster::ToString(protocol), port);
}

std::string Plural(std::size_t count, std::string_view word) {
  return fmt::format("{} {}{}", Count(count), word, count == 1 ? "" : "s");
}

}  // namespace

std::string DiffText(const DiffReport& report) {
  std::string text;
  std::string shown;  // a policy that fixes several flips in a row is printed once
  for (const Flip& flip : report.flips) {
    text += Wrap(fmt::format("{} -> {} on {}{}: {} becomes {}", flip.source, flip.destination,
                             flip.port.ToString(), flip.entry.empty() ? "" : " " + flip.entry,
                             policy::ToString(flip.before), policy::ToString(flip.after)),
                 kWidth, "", "  ");
    text +=
        Wrap(fmt::format("cause: {}", connectivity::ToString(flip.cause)), kWidth, "  ", "    ");
    text += Wrap(flip.because, kWidth, "  ", "    ");
    text += Wrap("fix: " + flip.fix, kWidth, "  ", "    ");
    if (!flip.manifest.empty() && flip.manifest != shown) text += Indented(flip.manifest, 4);
    shown = flip.manifest;
  }
  return text + fmt::format("{} compared, {}\n", Plural(report.flows, "flow"),
                            report.flips.size() == 1 ? std::string("1 flips")
                                                     : Count(report.flips.size()) + " flip");
}

nlohmann::ordered_json DiffJson(const DiffReport& report) {
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  for (const Flip& flip : report.flips) {
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
  return json;
}

std::string FixManifests(const DiffReport& report) {
  std::string text;
  std::set<std::string_view> written;
  for (const Flip& flip : report.flips) {
    if (flip.manifest.empty() || !written.insert(flip.manifest).second) continue;
    text += fmt::format("---\n# {} -> {} on {}: {}\n{}", flip.source, flip.destination,
                        flip.port.ToString(), connectivity::ToString(flip.cause), flip.manifest);
  }
  return text;
}

std::string LintText(const std::vector<LintFinding>& findings) {
  std::string text;
  for (const LintFinding& finding : findings) {
    const std::string place = finding.where.ToString();
    text += fmt::format("{}{}{}: {}: {}\n", place, place.empty() ? "" : ": ",
                        connectivity::ToString(finding.kind), finding.subject, finding.message);
  }
  return text + Plural(findings.size(), "finding") + '\n';
}

nlohmann::ordered_json LintJson(const std::vector<LintFinding>& findings) {
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  for (const LintFinding& finding : findings) {
    json.push_back({{"kind", connectivity::ToString(finding.kind)},
                    {"where", finding.where.ToString()},
                    {"subject", finding.subject},
                    {"message", finding.message}});
  }
  return json;
}

std::string VerdictText(const policy::Evaluator& evaluator, const policy::Flow& flow,
                        const policy::Verdict& verdict, std::string_view request) {
  const bool asked = verdict.egress.outcome == policy::Outcome::kAllow;
  const auto side = [&](const policy::Decision& decision, Direction direction) {
    return decision.ToString(direction) + (decision.proxy ? ", through the L7 proxy" : "");
  };
  std::string text = Wrap(
      fmt::format("{} -> {} on {}{}{} under {}: {}", evaluator.NameOf(flow.source),
                  evaluator.NameOf(flow.destination), PortText(flow.protocol, flow.port),
                  request.empty() ? "" : " ", request,
                  policy::ToString(evaluator.settings().engine), policy::ToString(verdict.outcome)),
      kWidth, "", "  ");
  text += Wrap("egress: " + side(verdict.egress, Direction::kEgress), kWidth, "  ", "    ");
  text += Wrap("ingress: " + (asked ? side(verdict.ingress, Direction::kIngress) : "not asked"),
               kWidth, "  ", "    ");
  return text;
}

nlohmann::ordered_json VerdictJson(const policy::Evaluator& evaluator, const policy::Flow& flow,
                                   const policy::Verdict& verdict) {
  const bool asked = verdict.egress.outcome == policy::Outcome::kAllow;
  return {{"engine", policy::ToString(evaluator.settings().engine)},
          {"source", evaluator.NameOf(flow.source)},
          {"destination", evaluator.NameOf(flow.destination)},
          {"port", PortText(flow.protocol, flow.port)},
          {"verdict", policy::ToString(verdict.outcome)},
          {"egress", verdict.egress.ToString(Direction::kEgress)},
          {"ingress", asked ? verdict.ingress.ToString(Direction::kIngress) : "not asked"}};
}

std::string StructuresText(const policy::Evaluator& evaluator) {
  const policy::EnforcementSummary summary = policy::Enforcement(evaluator).Summarize();
  const Engine engine = evaluator.settings().engine;
  std::string text =
      fmt::format("{}: {} enforced, {} not read", policy::ToString(engine),
                  summary.policies == 1 ? "1 policy" : Count(summary.policies) + " policies",
                  Count(summary.policies_ignored));
  if (engine == Engine::kCilium) {
    text += fmt::format("; {} identities, {} prefixes, at most {} map entries a pod",
                        Count(summary.identities), Count(summary.cidr_identities),
                        Count(summary.map_entries_most));
  } else if (engine != Engine::kNone) {
    text += fmt::format("; {} chains, {} rules, {} ipsets", Count(summary.chains),
                        Count(summary.rules), Count(summary.ipsets));
  }
  return Wrap(text, kWidth, "", "  ");
}

}  // namespace cnisim::report
