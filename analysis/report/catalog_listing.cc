#include "analysis/report/catalog_listing.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "analysis/report/text.h"
#include "sim/base/check.h"

namespace cnisim::report {
namespace {

using datapath::CniProfile;
using datapath::CostStatus;
using datapath::Name;
using datapath::StageCost;
using nlohmann::ordered_json;

constexpr std::size_t kWidth = 80;

std::string WrapLine(std::string_view first, std::string_view rest, std::string_view text) {
  return Wrap(text, kWidth, first, rest);
}

constexpr std::array<std::string_view, 4> kKinds = {"cni", "sku", "cost", "limit"};

bool HasFixed(const StageCost& cost) { return cost.fixed.low != 0 || cost.fixed.high != 0; }
bool HasPerByte(const StageCost& cost) { return cost.per_byte.low != 0 || cost.per_byte.high != 0; }

std::string RangeText(const datapath::CostRange& range, std::string_view per) {
  return fmt::format("{}{} ({} to {})", Duration(range.typical), per, Duration(range.low),
                     Duration(range.high));
}

std::string ShortCost(const StageCost& cost) {
  if (HasFixed(cost)) {
    return Duration(cost.fixed.typical) + (HasPerByte(cost) ? " + bytes" : "");
  }
  return Duration(cost.per_byte.typical) + "/B";
}

std::size_t CountOf(const datapath::CostModel& costs, CostStatus status) {
  const auto all = costs.all();
  return static_cast<std::size_t>(std::count_if(
      all.begin(), all.end(), [&](const StageCost& cost) { return cost.status == status; }));
}

std::string PairsText(const datapath::Switches& switches) {
  std::string text;
  for (const auto& [name, value] : switches) {
    if (!text.empty()) text += ", ";
    text += name + " " + value;
  }
  return text;
}

std::string Field(std::string_view name, std::string_view text) {
  return WrapLine(fmt::format("  {:<11} ", name), std::string(14, ' '), text);
}

// ---- costs ----

std::string CostList(const datapath::CostModel& costs) {
  std::string out = fmt::format("{:<35} {:>14}  {:<10} {}\n", "cost", "typical", "paid by", "paid");
  for (const StageCost& cost : costs.all()) {
    // Whoever reads the list sees the assumed ones at once.
    out +=
        fmt::format("{:<35} {:>14}  {:<10} {:<13} {}", cost.id, ShortCost(cost), Name(cost.paid_by),
                    Name(cost.paid), cost.status == CostStatus::kAssumed ? "[a]" : "");
    while (out.back() == ' ') out.pop_back();
    out += "\n";
  }
  for (const datapath::CostFactor& factor : costs.factors()) {
    out += fmt::format("{:<35} {:>14}  {}\n", factor.id, fmt::format("x {}", factor.value.typical),
                       "factor");
  }
  out += fmt::format("\n{} measured, {} derived, {} assumed [a]:\n",
                     CountOf(costs, CostStatus::kMeasured), CountOf(costs, CostStatus::kDerived),
                     CountOf(costs, CostStatus::kAssumed));
  for (const StageCost& cost : costs.all()) {
    if (cost.status == CostStatus::kAssumed)
      out += WrapLine("  ", "    ", cost.id + ": " + cost.why);
  }
  return out;
}

// Typical values as the catalog's sources have them, before any fit.
std::string SourceValue(const StageCost& cost) {
  std::string text;
  if (HasFixed(cost)) text = Duration(cost.fixed.catalog_typical);
  if (HasPerByte(cost)) {
    if (!text.empty()) text += " and ";
    text += ThreeDigits(cost.per_byte.catalog_typical) + " ns a byte";
  }
  return text;
}

std::string CostEntry(const StageCost& cost) {
  std::string out = cost.id + "\n";
  out += Field("does", cost.does);
  out += Field("paid",
               fmt::format("{}, by {}, a {}", Name(cost.paid), Name(cost.paid_by),
                           cost.per == datapath::Per::kAggregate ? "GSO packet" : Name(cost.per)));
  if (HasFixed(cost)) out += Field("fixed", RangeText(cost.fixed, ""));
  if (HasPerByte(cost)) out += Field("a byte", RangeText(cost.per_byte, ""));
  if (cost.informed_by > 0) {
    out += Field("fitted", fmt::format("to {} measurements; its source alone says {}",
                                       cost.informed_by, SourceValue(cost)));
  }
  if (!cost.same_as.empty()) out += Field("same as", cost.same_as);
  if (cost.count != datapath::Count::kOne) {
    out += Field("times", fmt::format("{}: {}", Name(cost.count), Meaning(cost.count)));
  }
  if (cost.cv > 0) out += Field("variation", fmt::format("{} (deviation / mean)", cost.cv));
  out += Field("status", Name(cost.status));
  if (!cost.source.title.empty()) out += Field("source", cost.source.title);
  if (!cost.source.where.empty()) out += Field("where", cost.source.where);
  if (!cost.why.empty()) out += Field("why", cost.why);
  out += Field("file", cost.file);
  return out;
}

ordered_json CostJson(const StageCost& cost) {
  const auto range = [](const datapath::CostRange& r) {
    return ordered_json{{"typical", r.typical}, {"low", r.low}, {"high", r.high}};
  };
  ordered_json json;
  json["id"] = cost.id;
  json["does"] = cost.does;
  json["paid_by"] = Name(cost.paid_by);
  json["paid"] = Name(cost.paid);
  json["per"] = Name(cost.per);
  json["count"] = Name(cost.count);
  if (HasFixed(cost)) json["fixed_ns"] = range(cost.fixed);
  if (HasPerByte(cost)) json["per_byte_ns"] = range(cost.per_byte);
  if (cost.informed_by > 0) {
    json["fitted_to"] = cost.informed_by;
    json["source_value_ns"] = {{"fixed", cost.fixed.catalog_typical},
                               {"per_byte", cost.per_byte.catalog_typical}};
  }
  if (!cost.same_as.empty()) json["same_as"] = cost.same_as;
  json["cv"] = cost.cv;
  json["status"] = Name(cost.status);
  json["source"] = {{"title", cost.source.title}, {"where", cost.source.where}};
  if (!cost.why.empty()) json["why"] = cost.why;
  json["file"] = cost.file;
  return json;
}

// ---- CNIs ----

const CniProfile* FindCni(const CatalogParts& parts, std::string_view name) {
  for (const CniProfile* cni : parts.cnis) {
    if (cni->name() == name) return cni;
  }
  return nullptr;
}

std::string CniList(const CatalogParts& parts) {
  std::string out;
  for (const CniProfile* cni : parts.cnis) {
    out += WrapLine(fmt::format("{:<27}", cni->name()), std::string(27, ' '), cni->summary());
  }
  return out;
}

std::string ConditionText(const datapath::PathStep& step) {
  std::string text;
  for (const datapath::Condition& condition : step.when) {
    if (!text.empty()) text += ", ";
    text += condition.name + " ";
    for (std::size_t i = 0; i < condition.values.size(); ++i) {
      text += (i == 0 ? "" : "|") + condition.values[i];
    }
  }
  return text;
}

/// Steps that the profile's own switches allow; flow facts stay open and are shown.
std::vector<const datapath::PathStep*> StepsOf(const CniProfile& cni,
                                               const std::vector<datapath::PathStep>& steps) {
  std::vector<const datapath::PathStep*> kept;
  for (const datapath::PathStep& step : steps) {
    const bool possible =
        std::all_of(step.when.begin(), step.when.end(), [&](const datapath::Condition& condition) {
          if (datapath::FindSwitch(condition.name) == nullptr) return true;
          const std::string_view value = datapath::SwitchValue(cni.switches(), condition.name);
          return std::find(condition.values.begin(), condition.values.end(), value) !=
                 condition.values.end();
        });
    if (possible) kept.push_back(&step);
  }
  return kept;
}

std::string StepText(const datapath::PathStep& step) {
  std::string text = step.stage;
  datapath::PathStep facts = step;
  facts.when.erase(std::remove_if(facts.when.begin(), facts.when.end(),
                                  [](const datapath::Condition& condition) {
                                    return datapath::FindSwitch(condition.name) != nullptr;
                                  }),
                   facts.when.end());
  const std::string when = ConditionText(facts);
  if (!when.empty()) text += " (" + when + ")";
  return text;
}

std::string CniEntry(const CniProfile& cni) {
  std::string out = cni.name() + "\n";
  out += Field("summary", cni.summary());
  out += Field("switches", PairsText(cni.switches()));
  for (const datapath::CostSource& source : cni.sources()) {
    out += Field("source",
                 source.where.empty() ? source.title : source.title + " (" + source.where + ")");
  }
  out += "\nPaths with these switches; what depends on the flow stands in brackets\n";
  for (std::size_t i = 0; i < datapath::kPathKinds; ++i) {
    const auto kind = static_cast<datapath::PathKind>(i);
    const datapath::PathDefinition* path = cni.Find(kind);
    if (path == nullptr) continue;
    out += fmt::format("\n{}\n", Name(kind));
    const auto print = [&](std::string_view label, const datapath::DirectionSteps& direction,
                           datapath::Side side) {
      const auto steps = StepsOf(cni, direction.sides[static_cast<std::size_t>(side)]);
      if (steps.empty()) return;
      std::string text;
      for (const datapath::PathStep* step : steps) {
        text += (text.empty() ? "" : ", ") + StepText(*step);
      }
      out += WrapLine(fmt::format("  {}: ", label), "    ", text);
    };
    print("request, client", path->request, datapath::Side::kSender);
    print("request, entry", path->request, datapath::Side::kVia);
    print("request, server", path->request, datapath::Side::kReceiver);
    print("reply, server", path->reply, datapath::Side::kSender);
    print("reply, entry", path->reply, datapath::Side::kVia);
    print("reply, client", path->reply, datapath::Side::kReceiver);
  }
  return out;
}

ordered_json CniJson(const CniProfile& cni) {
  ordered_json json;
  json["name"] = cni.name();
  json["summary"] = cni.summary();
  json["switches"] = ordered_json::object();
  for (const auto& [name, value] : cni.switches()) json["switches"][name] = value;
  json["sources"] = ordered_json::array();
  for (const datapath::CostSource& source : cni.sources()) {
    json["sources"].push_back({{"title", source.title}, {"where", source.where}});
  }
  json["paths"] = ordered_json::array();
  for (std::size_t i = 0; i < datapath::kPathKinds; ++i) {
    const auto kind = static_cast<datapath::PathKind>(i);
    if (cni.Find(kind) != nullptr) json["paths"].push_back(Name(kind));
  }
  return json;
}

// ---- VM sizes ----

std::string BandwidthText(const azure::VmSize& size) {
  if (!size.bandwidth) return "not published";
  return fmt::format("{:g} Gbit/s", static_cast<double>(size.bandwidth->value()) / 1e9);
}

double GibOf(const azure::VmSize& size) {
  return static_cast<double>(size.memory.count()) / (1024.0 * 1024 * 1024);
}

std::string SkuList(const azure::VmSizeTable& table) {
  std::string out =
      fmt::format("{:<28} {:>6} {:>11} {:>16}\n", "size", "vCPUs", "memory", "network");
  for (const azure::VmSize& size : table.sizes()) {
    out += fmt::format("{:<28} {:>6} {:>11} {:>16}\n", size.name, size.vcpus,
                       fmt::format("{:g} GiB", GibOf(size)), BandwidthText(size));
  }
  return out;
}

std::string SkuEntry(const azure::VmSize& size) {
  std::string out = size.name + "\n";
  out += Field("series", size.series);
  out += Field("vCPUs", fmt::format("{}", size.vcpus));
  out += Field("memory", fmt::format("{:g} GiB", GibOf(size)));
  out += Field("network", BandwidthText(size));
  out += Field("NICs", fmt::format("{}", size.max_nics));
  if (!size.accelerated_networking.empty())
    out += Field("accelerated", size.accelerated_networking);
  if (!size.notes.empty()) out += Field("notes", size.notes);
  if (!size.confidence.empty()) out += Field("confidence", size.confidence);
  out += Field("source", size.source);
  return out;
}

ordered_json SkuJson(const azure::VmSize& size) {
  ordered_json json;
  json["name"] = size.name;
  json["series"] = size.series;
  json["vcpus"] = size.vcpus;
  json["memory_bytes"] = size.memory.count();
  json["bandwidth_bps"] = nullptr;
  if (size.bandwidth) json["bandwidth_bps"] = size.bandwidth->value();
  json["max_nics"] = size.max_nics;
  json["source"] = size.source;
  return json;
}

// ---- limits ----

std::string LimitValue(const azure::LimitRecord& record) {
  if (record.value) return fmt::format("{}", *record.value);
  std::string text;
  for (const auto& [key, value] : record.table) {
    if (!text.empty()) text += ", ";
    text += fmt::format("{} up to {}", value, key);
  }
  for (const std::string& value : record.values) text += (text.empty() ? "" : ", ") + value;
  return text;
}

std::string LimitList(const azure::Limits& limits) {
  std::string out;
  for (const azure::LimitRecord& record : limits.records()) {
    const std::string value = record.value
                                  ? fmt::format("{} {}", *record.value, record.unit)
                                  : (record.table.empty() ? "a list" : "a table by " + record.by);
    out += WrapLine(fmt::format("{:<38} {:<16} ", record.id, value), std::string(56, ' '),
                    record.meaning);
  }
  return out;
}

std::string LimitEntry(const azure::LimitRecord& record) {
  std::string out = record.id + "\n";
  out += Field("means", record.meaning);
  out += Field("value", LimitValue(record) + (record.unit.empty() ? "" : " " + record.unit));
  if (!record.by.empty()) out += Field("by", record.by);
  out += Field("status", record.status);
  out += Field("source", record.source);
  for (const azure::LimitAlternative& other : record.alternatives) {
    out += Field("other value", fmt::format("{}: {} ({})", other.value, other.source, other.why));
  }
  return out;
}

ordered_json LimitJson(const azure::LimitRecord& record) {
  ordered_json json;
  json["id"] = record.id;
  json["meaning"] = record.meaning;
  if (record.value) json["value"] = *record.value;
  if (!record.table.empty()) {
    json["by"] = record.by;
    json["table"] = ordered_json::array();
    for (const auto& [key, value] : record.table) {
      json["table"].push_back({{"up_to", key}, {"value", value}});
    }
  }
  if (!record.values.empty()) json["values"] = record.values;
  json["unit"] = record.unit;
  json["status"] = record.status;
  json["source"] = record.source;
  return json;
}

}  // namespace

std::optional<CatalogKind> FindCatalogKind(std::string_view word) {
  const auto found = std::find(kKinds.begin(), kKinds.end(), word);
  if (found == kKinds.end()) return std::nullopt;
  return static_cast<CatalogKind>(found - kKinds.begin());
}

std::string OverviewText(const CatalogParts& parts) {
  const datapath::CostModel& costs = *parts.costs;
  std::string out = fmt::format("catalog {}", parts.hash);
  if (parts.overlay) out += fmt::format(", with {} on top", *parts.overlay);
  out += "\n\n";
  out += fmt::format("  cni    {:>5}  CNIs and their paths\n", parts.cnis.size());
  out += fmt::format("  cost   {:>5}  what stages cost: {} measured, {} derived, {} assumed\n",
                     costs.all().size(), CountOf(costs, CostStatus::kMeasured),
                     CountOf(costs, CostStatus::kDerived), CountOf(costs, CostStatus::kAssumed));
  out += fmt::format("  limit  {:>5}  figures of Azure, AKS and the network plugins\n",
                     parts.limits->records().size());
  out += fmt::format("  sku    {:>5}  VM sizes\n\n", parts.vm_sizes->sizes().size());
  out +=
      "'cnisim catalog KIND' lists them, 'cnisim catalog KIND NAME' shows one with its\nsource.\n";
  return out;
}

std::string ListText(const CatalogParts& parts, CatalogKind kind) {
  switch (kind) {
    case CatalogKind::kCni:
      return CniList(parts);
    case CatalogKind::kSku:
      return SkuList(*parts.vm_sizes);
    case CatalogKind::kCost:
      return CostList(*parts.costs);
    case CatalogKind::kLimit:
      return LimitList(*parts.limits);
  }
  return "";
}

std::optional<std::string> EntryText(const CatalogParts& parts, CatalogKind kind,
                                     std::string_view name) {
  switch (kind) {
    case CatalogKind::kCni:
      if (const CniProfile* cni = FindCni(parts, name)) return CniEntry(*cni);
      break;
    case CatalogKind::kSku:
      if (const azure::VmSize* size = parts.vm_sizes->Find(name)) return SkuEntry(*size);
      break;
    case CatalogKind::kCost:
      if (const StageCost* cost = parts.costs->Find(name)) return CostEntry(*cost);
      break;
    case CatalogKind::kLimit:
      if (const azure::LimitRecord* record = parts.limits->Find(name)) return LimitEntry(*record);
      break;
  }
  return std::nullopt;
}

std::vector<std::string> EntryNames(const CatalogParts& parts, CatalogKind kind) {
  std::vector<std::string> names;
  switch (kind) {
    case CatalogKind::kCni:
      for (const CniProfile* cni : parts.cnis) names.push_back(cni->name());
      break;
    case CatalogKind::kSku:
      for (const azure::VmSize& size : parts.vm_sizes->sizes()) names.push_back(size.name);
      break;
    case CatalogKind::kCost:
      for (const StageCost& cost : parts.costs->all()) names.push_back(cost.id);
      break;
    case CatalogKind::kLimit:
      for (const azure::LimitRecord& r : parts.limits->records()) names.push_back(r.id);
      break;
  }
  return names;
}

ordered_json EntryJson(const CatalogParts& parts, CatalogKind kind, std::string_view name) {
  switch (kind) {
    case CatalogKind::kCni:
      if (const CniProfile* cni = FindCni(parts, name)) return CniJson(*cni);
      break;
    case CatalogKind::kSku:
      if (const azure::VmSize* size = parts.vm_sizes->Find(name)) return SkuJson(*size);
      break;
    case CatalogKind::kCost:
      if (const StageCost* cost = parts.costs->Find(name)) return CostJson(*cost);
      break;
    case CatalogKind::kLimit:
      if (const azure::LimitRecord* record = parts.limits->Find(name)) return LimitJson(*record);
      break;
  }
  CNISIM_CHECK(false, "a catalog entry that exists is asked for");
  return {};
}

ordered_json ListJson(const CatalogParts& parts, std::optional<CatalogKind> kind) {
  ordered_json json;
  json["catalog"] = parts.hash;
  for (std::size_t i = 0; i < kKinds.size(); ++i) {
    const auto each = static_cast<CatalogKind>(i);
    if (kind && *kind != each) continue;
    ordered_json list = ordered_json::array();
    for (const std::string& name : EntryNames(parts, each)) {
      list.push_back(EntryJson(parts, each, name));
    }
    json[std::string(kKinds[i])] = std::move(list);
  }
  return json;
}

}  // namespace cnisim::report
