#include "analysis/export/sarif.h"

#include <algorithm>
#include <map>

#include <nlohmann/json.hpp>

namespace cnisim::exporting {
namespace {

using Json = nlohmann::ordered_json;
using connectivity::LintFinding;

/// "shadowed-rule" of "shadowed rule".
std::string RuleId(connectivity::LintKind kind) {
  std::string id(connectivity::ToString(kind));
  std::replace(id.begin(), id.end(), ' ', '-');
  return id;
}

Json LocationOf(const document::SourceLocation& where) {
  Json location;
  location["physicalLocation"]["artifactLocation"] = {{"uri", where.file}};
  if (where.line > 0) {
    location["physicalLocation"]["region"] = {{"startLine", where.line},
                                              {"startColumn", std::max(1, where.column)}};
  }
  return location;
}

}  // namespace

Json LintSarif(const std::vector<LintFinding>& findings, const std::string& program_version) {
  Json rules = Json::array();
  Json results = Json::array();
  std::map<std::string, std::size_t> index_of;
  for (const LintFinding& finding : findings) {
    const std::string id = RuleId(finding.kind);
    const auto [rule, added] = index_of.emplace(id, rules.size());
    if (added) {
      rules.push_back(
          {{"id", id},
           {"shortDescription", {{"text", std::string(connectivity::ToString(finding.kind))}}}});
    }
    Json result{{"ruleId", id},
                {"ruleIndex", rule->second},
                {"level", "warning"},
                {"message", {{"text", finding.subject + ": " + finding.message}}}};
    result["locations"] = Json::array();
    if (!finding.where.file.empty()) result["locations"].push_back(LocationOf(finding.where));
    results.push_back(std::move(result));
  }
  Json run;
  run["tool"]["driver"] = {{"name", "cnisim"}, {"version", program_version}};
  run["tool"]["driver"]["rules"] = std::move(rules);
  run["results"] = std::move(results);
  return {{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
          {"version", "2.1.0"},
          {"runs", Json::array({std::move(run)})}};
}

}  // namespace cnisim::exporting
