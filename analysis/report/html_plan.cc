#include "analysis/report/html_plan.h"

#include <utility>

#include <fmt/format.h>

#include "analysis/experiment/version.h"
#include "analysis/plan/result_addresses.h"
#include "analysis/report/assets.h"
#include "analysis/report/html_addresses.h"
#include "analysis/report/html_page.h"
#include "analysis/report/plan_report.h"
#include "analysis/report/text.h"

namespace cnisim::report {

std::string HtmlPlan(const std::string& scenario, const std::vector<plan::PlanResult>& results,
                     const HtmlOptions& options) {
  HtmlPage page;
  page.Lead(PlanTitle(scenario, results));
  page.Section("answer", "The answer");
  for (const std::string& sentence : PlanSentences(results)) page.Paragraph(sentence, "answer");

  HtmlTable table{"VNet addresses and what runs out first",
                  {"configuration", "now", "peak", "stranded at the end", "first failure", "binds",
                   "needed for all of it"},
                  {}};
  std::vector<experiment::AddressPlanResult> summaries;
  for (const plan::PlanResult& result : results) {
    const plan::OperationRecord* failure = result.record.FirstFailure();
    std::vector<HtmlCell> row;
    for (const std::string& cell : PlanRow(result)) row.push_back({cell});
    row[0].words = row[4].words = row[5].words = true;
    if (failure != nullptr) {
      row[4].strong = true;
      row[4].note = failure->refusal.message;
    }
    row.push_back({Count(result.advice.vnet_needed)});
    table.rows.push_back(std::move(row));
    summaries.push_back(plan::Summarise(result.record));
  }
  page.Table(table);

  std::vector<NamedAddressPlan> plans;
  for (std::size_t i = 0; i < results.size(); ++i) {
    plans.push_back({results[i].input.configuration, &summaries[i]});
  }
  page.Section("addresses", "Addresses over time");
  AddAddressTimelines(plans, page);
  AddEvents(plans, page);

  page.Section("sizes", "What would carry the plan");
  HtmlTable sizes{
      "Smallest prefixes, fewest addresses", {"configuration", "what", "now", "needed"}, {}};
  HtmlTable surges{
      "Surge nodes of each upgrade", {"configuration", "pool", "asked", "fit", "blocked by"}, {}};
  for (const plan::PlanResult& result : results) {
    for (const plan::PlanAdvice::Prefix& prefix : result.advice.prefixes) {
      sizes.rows.push_back(
          {{result.input.configuration, true},
           {prefix.name, true},
           {fmt::format("/{}", prefix.now)},
           {prefix.needed ? fmt::format("/{}", *prefix.needed) : "none is enough"}});
    }
    if (const auto& outbound = result.advice.outbound_addresses) {
      sizes.rows.push_back({{result.input.configuration, true},
                            {"outbound addresses", true},
                            {fmt::format("{}", outbound->now)},
                            {fmt::format("{}", outbound->needed)}});
    }
    for (const plan::PlanAdvice::Surge& surge : result.advice.surges) {
      surges.rows.push_back(
          {{result.input.configuration, true},
           {surge.pool, true},
           {Count(static_cast<std::uint64_t>(surge.asked))},
           {surge.fits < 0 ? "cannot be upgraded" : Count(static_cast<std::uint64_t>(surge.fits))},
           {surge.blocked_by.empty() ? "-" : surge.blocked_by, true}});
    }
  }
  if (!sizes.rows.empty()) page.Table(sizes);
  if (!surges.rows.empty()) page.Table(surges);

  page.Section("reproduce", "How to reproduce");
  if (!options.command.empty()) page.Code(options.command);
  page.List({"program: cnisim " + std::string(experiment::ProgramVersion()),
             "scenario: " + scenario,
             "a plan has no chance in it: the same scenario gives the same page"});
  return page.Render(scenario + ": addresses and limits over time", EmbeddedAsset("report.css"),
                     options.charts ? EmbeddedAsset("charts.js") : "");
}

}  // namespace cnisim::report
