#include "analysis/report/plan_report.h"

#include <algorithm>
#include <chrono>
#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "analysis/report/text.h"

namespace cnisim::report {
namespace {

using plan::OperationRecord;
using plan::PlanAdvice;
using plan::PlanResult;

constexpr std::size_t kMargin = 80;

// Whole seconds, minutes or days: "90 s", "45 min", "300 d".
std::string When(SimTime time) {
  const std::int64_t seconds = time.nanos() / 1'000'000'000;
  if (seconds >= 2 * 86'400) return fmt::format("{} d", seconds / 86'400);
  if (seconds >= 120) return fmt::format("{} min", seconds / 60);
  return fmt::format("{} s", seconds);
}

std::string Length(std::optional<int> length) {
  return length ? fmt::format("/{}", *length) : "none";
}

// Held in VNet and pod ranges and of no use to anyone else, at the end.
std::uint64_t Stranded(const PlanResult& result) {
  std::uint64_t sum = 0;
  if (result.record.timeline.empty()) return sum;
  for (const ipam::PoolHoldings& pool : result.record.timeline.back().pools) {
    if (pool.kind == ipam::PoolHoldings::Kind::kSubnet) sum += pool.stranded();
  }
  return sum;
}

const std::vector<std::string>& Header() {
  static const std::vector<std::string> header{"configuration", "now",           "peak",
                                               "stranded",      "first failure", "binds"};
  return header;
}

/// " (2028-05-20)" where the plan has a calendar.
std::string Date(const PlanResult& result, SimTime time) {
  const auto& growth = result.input.timeline.growth;
  if (!growth || !growth->start) return "";
  const std::int64_t seconds = time.nanos() / 1'000'000'000;
  const std::chrono::year_month_day date{std::chrono::sys_days(*growth->start) +
                                         std::chrono::days(seconds / 86'400)};
  return fmt::format(" ({:04}-{:02}-{:02})", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

std::string FailureSentence(const PlanResult& result, const OperationRecord& failure) {
  return fmt::format("{} fails after {}{} at {}: {}{}", failure.name, When(failure.start),
                     Date(result, failure.start), failure.subject,
                     failure.refusal.code.empty() ? "" : failure.refusal.code + ": ",
                     failure.refusal.message) +
         (result.record.exhausted_at
              ? fmt::format(" Growth is over after {}{}.", When(*result.record.exhausted_at),
                            Date(result, *result.record.exhausted_at))
              : "");
}

// What would carry the plan, as one sentence.
std::string AdviceSentence(const PlanAdvice& advice) {
  std::vector<std::string> parts;
  for (const PlanAdvice::Prefix& prefix : advice.prefixes) {
    if (prefix.needed && *prefix.needed >= prefix.now) continue;
    parts.push_back(
        fmt::format("{} as {} instead of /{}", prefix.name, Length(prefix.needed), prefix.now));
  }
  if (const auto& outbound = advice.outbound_addresses;
      outbound && outbound->needed > outbound->now) {
    parts.push_back(
        fmt::format("{} outbound addresses instead of {}", outbound->needed, outbound->now));
  }
  std::string text;
  if (!parts.empty()) text = "The plan needs " + AndList(parts) + ".";
  std::map<std::string, PlanAdvice::Surge> tightest;  // of a pool's upgrades, by pool
  for (const PlanAdvice::Surge& surge : advice.surges) {
    if (!surge.blocked_by.empty()) continue;  // the step itself is named
    const auto [least, added] = tightest.emplace(surge.pool, surge);
    if (!added && surge.fits < least->second.fits) least->second = surge;
  }
  for (const auto& [pool, surge] : tightest) {
    if (surge.fits >= surge.asked) continue;
    if (!text.empty()) text += ' ';
    text += surge.fits < 0 ? fmt::format("Pool {} cannot be upgraded at all.", surge.pool)
                           : fmt::format("Pool {} fits {} surge nodes, not {}.", surge.pool,
                                         surge.fits, surge.asked);
  }
  return text;
}

// The smallest prefixes, also where they are smaller than today's.
std::string PrefixSentence(const PlanAdvice& advice) {
  std::vector<std::string> parts;
  for (const PlanAdvice::Prefix& prefix : advice.prefixes) {
    parts.push_back(fmt::format("{} {}", prefix.name, Length(prefix.needed)));
  }
  return "smallest prefixes that carry the plan: " + AndList(parts);
}

// What moving to the configuration that needs the fewest VNet addresses saves, with room for all.
std::string SavingSentence(const std::vector<PlanResult>& results) {
  const auto less = [](const PlanResult& a, const PlanResult& b) {
    return a.advice.vnet_needed < b.advice.vnet_needed;
  };
  const auto [least, most] = std::minmax_element(results.begin(), results.end(), less);
  if (results.size() < 2 || least->advice.vnet_needed == most->advice.vnet_needed) return "";
  return fmt::format("From {} to {}, the whole plan needs {} VNet addresses fewer at its peak.",
                     most->input.configuration, least->input.configuration,
                     Count(most->advice.vnet_needed - least->advice.vnet_needed));
}

nlohmann::ordered_json ToJson(const ipam::PoolHoldings& pool) {
  return {{"name", pool.name},         {"capacity", pool.capacity}, {"held", pool.held},
          {"assigned", pool.assigned}, {"pending", pool.pending},   {"free", pool.free()}};
}

nlohmann::ordered_json ToJson(const OperationRecord& operation) {
  nlohmann::ordered_json json{{"name", operation.name},
                              {"start_s", operation.start.nanos() / 1'000'000'000},
                              {"end_s", operation.end.nanos() / 1'000'000'000},
                              {"vnet_addresses_peak", operation.vnet_peak},
                              {"failed", operation.failed}};
  if (!operation.failed) return json;
  json["refused_before_start"] = operation.before_start;
  json["code"] = operation.refusal.code;
  json["message"] = operation.refusal.message;
  json["subject"] = operation.subject;
  json["binds"] = ToString(operation.binding);
  return json;
}

nlohmann::ordered_json ToJson(const PlanResult& result) {
  nlohmann::ordered_json json{{"configuration", result.input.configuration},
                              {"vnet_addresses_now", result.record.vnet_now},
                              {"vnet_addresses_peak", result.record.vnet_peak},
                              {"stranded_at_end", Stranded(result)}};
  if (result.record.exhausted_at) {
    json["exhausted_after_s"] = result.record.exhausted_at->nanos() / 1'000'000'000;
  }
  for (const OperationRecord& operation : result.record.operations) {
    json["operations"].push_back(ToJson(operation));
  }
  json["prefixes"] = nlohmann::ordered_json::array();
  for (const PlanAdvice::Prefix& prefix : result.advice.prefixes) {
    nlohmann::ordered_json entry{{"name", prefix.name}, {"now", prefix.now}};
    if (prefix.needed) entry["needed"] = *prefix.needed;
    json["prefixes"].push_back(std::move(entry));
  }
  if (const auto& outbound = result.advice.outbound_addresses) {
    json["outbound_addresses"] = {{"now", outbound->now}, {"needed", outbound->needed}};
  }
  json["surges"] = nlohmann::ordered_json::array();
  for (const PlanAdvice::Surge& surge : result.advice.surges) {
    json["surges"].push_back({{"pool", surge.pool}, {"asked", surge.asked}, {"fits", surge.fits}});
  }
  for (const plan::TimelinePoint& point : result.record.timeline) {
    nlohmann::ordered_json entry{{"at_ns", point.at.nanos()},
                                 {"nodes", point.nodes},
                                 {"pods", point.pods},
                                 {"pending_pods", point.pending_pods}};
    for (const ipam::PoolHoldings& pool : point.pools) entry["pools"].push_back(ToJson(pool));
    json["timeline"].push_back(std::move(entry));
  }
  return json;
}

}  // namespace

std::vector<std::string> PlanRow(const PlanResult& result) {
  const OperationRecord* failure = result.record.FirstFailure();
  return {result.input.configuration,
          Count(result.record.vnet_now),
          Count(result.record.vnet_peak),
          Count(Stranded(result)),
          failure == nullptr ? "-" : failure->name,
          failure == nullptr ? "nothing" : std::string(ToString(failure->binding))};
}

std::string PlanTitle(const std::string& scenario, const std::vector<PlanResult>& results) {
  std::uint64_t nodes = 0;
  std::uint64_t pods = 0;
  if (!results.empty()) {
    for (const plan::PlannedPool& pool : results[0].input.pools)
      nodes += static_cast<std::uint64_t>(pool.pool.count);
    for (const plan::PlannedWorkload& workload : results[0].input.workloads) {
      pods += static_cast<std::uint64_t>(workload.replicas);
    }
  }
  return fmt::format("{}: VNet addresses of {}, {}, {}", scenario,
                     CountOf(results.size(), "configuration"), CountOf(nodes, "node"),
                     CountOf(pods, "pod"));
}

std::vector<std::string> PlanSentences(const std::vector<PlanResult>& results) {
  constexpr std::size_t kMostFailures = 3;
  std::vector<std::string> fit;
  std::vector<std::string> sentences;
  std::size_t failing = 0;
  for (const PlanResult& result : results) {
    const OperationRecord* failure = result.record.FirstFailure();
    if (failure == nullptr) {
      fit.push_back(result.input.configuration);
    } else if (++failing <= kMostFailures) {
      const std::string advice = AdviceSentence(result.advice);
      sentences.push_back(
          fmt::format("{}: {} fails after {}{}; what runs out: {}.{}{}", result.input.configuration,
                      failure->name, When(failure->start), Date(result, failure->start),
                      ToString(failure->binding), advice.empty() ? "" : " ", advice));
    }
  }
  if (failing > kMostFailures) {
    sentences.push_back(fmt::format("{} more do not fit.", failing - kMostFailures));
  }
  if (!fit.empty()) {
    const bool all = fit.size() == results.size() && fit.size() > 1;
    sentences.push_back("The whole plan fits under " +
                        (all ? "every configuration" : AndList(fit, 4)) + ".");
  }
  const std::string saving = SavingSentence(results);
  if (!saving.empty()) sentences.push_back(saving);
  return sentences;
}

std::string PlanText(const std::string& scenario, const std::vector<PlanResult>& results) {
  std::string text = PlanTitle(scenario, results) + "\n\n";
  const auto line = [](const std::vector<std::string>& cells) {
    return fmt::format("{} {} {} {} {} {}\n", PadRight(Shorten(cells[0], 24), 24),
                       PadLeft(cells[1], 7), PadLeft(cells[2], 7), PadLeft(cells[3], 8),
                       PadRight(Shorten(cells[4], 20), 20), Shorten(cells[5], 9));
  };
  text += line(Header());
  for (const PlanResult& result : results) text += line(PlanRow(result));
  text += "\n";
  for (const PlanResult& result : results) {
    const std::string first = result.input.configuration + ": ";
    if (const OperationRecord* failure = result.record.FirstFailure()) {
      text += Wrap(first + FailureSentence(result, *failure), kMargin, "", "  ");
      const std::string advice = AdviceSentence(result.advice);
      if (!advice.empty()) text += Wrap(advice, kMargin, "  ", "  ");
    } else {
      text += Wrap(first + PrefixSentence(result.advice), kMargin, "", "  ");
    }
  }
  const std::string saving = SavingSentence(results);
  if (!saving.empty()) text += "\n" + Wrap(saving, kMargin, "", "");
  return text;
}

std::string PlanMarkdown(const std::string& scenario, const std::vector<PlanResult>& results) {
  std::string text = "# " + PlanTitle(scenario, results) + "\n\n";
  const auto line = [](const std::vector<std::string>& cells) {
    return "| " + fmt::format("{}", fmt::join(cells, " | ")) + " |\n";
  };
  text += line(Header()) + "| --- | ---: | ---: | ---: | --- | --- |\n";
  for (const PlanResult& result : results) text += line(PlanRow(result));
  for (const PlanResult& result : results) {
    text += fmt::format("\n## {}\n\n", result.input.configuration);
    text += "| operation | start | VNet peak | outcome |\n| --- | ---: | ---: | --- |\n";
    for (const OperationRecord& operation : result.record.operations) {
      const std::string outcome =
          operation.failed ? operation.refusal.code + " at " + operation.subject : "done";
      text += line({operation.name, When(operation.start), Count(operation.vnet_peak), outcome});
    }
    text += "\n";
    if (const OperationRecord* failure = result.record.FirstFailure()) {
      text += FailureSentence(result, *failure) + " " + AdviceSentence(result.advice) + "\n\n";
    }
    text += "Of the sizes: " + PrefixSentence(result.advice) + ".\n";
  }
  const std::string saving = SavingSentence(results);
  if (!saving.empty()) text += "\n" + saving + "\n";
  return text;
}

nlohmann::ordered_json PlanJson(const std::string& scenario,
                                const std::vector<PlanResult>& results) {
  nlohmann::ordered_json json{{"kind", "plan"}, {"scenario", scenario}};
  json["configurations"] = nlohmann::ordered_json::array();
  for (const PlanResult& result : results) json["configurations"].push_back(ToJson(result));
  return json;
}

}  // namespace cnisim::report
