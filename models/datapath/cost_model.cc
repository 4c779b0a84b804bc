#include "models/datapath/cost_model.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "models/document/catalog_files.h"
#include "models/document/object_reader.h"
#include "models/document/parser.h"
#include "models/document/quantities.h"
#include "models/document/spelling.h"
#include "sim/base/check.h"
#include "sim/base/hash.h"
#include "sim/base/random.h"

namespace cnisim::datapath {
namespace {

using document::Diagnostics;
using document::ObjectReader;
using document::UnknownKeys;
using document::Value;

constexpr std::string_view kPaidNames[] = {
    "connect",  "accept", "bare",    "first",         "first_reply", "each",         "forward",
    "backward", "data",   "request", "first_request", "reply",       "control_plane"};
constexpr std::string_view kPerNames[] = {"message", "aggregate", "packet", "fragment"};
constexpr std::string_view kStatusNames[] = {"measured", "derived", "assumed"};
// Draws of a cost model; apart from every stream of a simulation.
constexpr std::uint32_t kCostDrawPurpose = 0x434F5354;

/// One of `words` under `key`; `fallback` when absent.
template <class E, class Words>
E ReadWord(ObjectReader& reader, std::string_view key, const Words& words, E fallback) {
  const std::optional<std::string> text = reader.String(key);
  if (!text) return fallback;
  const auto found = std::find(std::begin(words), std::end(words), *text);
  if (found != std::end(words)) return static_cast<E>(found - std::begin(words));
  std::vector<std::string> known(std::begin(words), std::end(words));
  reader.diagnostics().Error(
      *reader.Get(key),
      "unknown word " + document::Quote(*text) + " for '" + std::string(key) + "'",
      document::SpellingHint(*text, known));
  return fallback;
}

/// "22.5ns" or "-200ns" in nanoseconds.
std::optional<double> ReadNanoseconds(ObjectReader& reader, std::string_view key) {
  const Value* value = reader.Require(key);
  if (value == nullptr) return std::nullopt;
  const bool negative = value->text().starts_with('-');
  const auto parsed = document::ParseFineDuration(value->text().substr(negative ? 1 : 0));
  if (parsed) return negative ? -parsed->value() : parsed->value();
  reader.diagnostics().Error(*value, "expected a time, found " + document::Quote(value->text()),
                             "write it with its unit, e.g. 353ns or 0.21ns");
  return std::nullopt;
}

CostRange ReadRange(const Value& value, Diagnostics& diagnostics) {
  ObjectReader reader(value, diagnostics, UnknownKeys::kError);
  CostRange range;
  const std::optional<double> typical = ReadNanoseconds(reader, "typical");
  const std::optional<double> low = ReadNanoseconds(reader, "low");
  const std::optional<double> high = ReadNanoseconds(reader, "high");
  reader.Finish();
  if (!typical || !low || !high) return range;
  range = {*low, *typical, *high, *typical};
  if (range.low > range.typical || range.typical > range.high) {
    diagnostics.Error(value, "low, typical and high are not in this order");
  }
  return range;
}

std::map<std::string, std::string> ReadSources(ObjectReader& reader) {
  std::map<std::string, std::string> sources;
  const Value* value = reader.Map("sources");
  if (value == nullptr) return sources;
  for (const document::Member& member : value->members()) {
    sources.emplace(member.key, member.value.text());
  }
  return sources;
}

CostSource ReadSource(ObjectReader& reader, const std::map<std::string, std::string>& sources) {
  CostSource source;
  if (const Value* value = reader.Get("source")) {
    if (value->is_map()) {
      ObjectReader nested(*value, reader.diagnostics(), UnknownKeys::kError);
      source.title = nested.RequireString("title").value_or("");
      source.where = nested.RequireString("where").value_or("");
      nested.Finish();
    } else if (const auto found = sources.find(std::string(value->text()));
               found != sources.end()) {
      source.title = found->second;
    } else {
      std::vector<std::string> known;
      for (const auto& [key, title] : sources) known.push_back(key);
      reader.diagnostics().Error(*value, "unknown source " + document::Quote(value->text()),
                                 document::SpellingHint(value->text(), known));
    }
  }
  if (const std::optional<std::string> where = reader.String("where")) source.where = *where;
  return source;
}

/// A cost has a source, or is assumed and says why.
template <class Entry>
void CheckProvenance(ObjectReader& reader, const Entry& cost) {
  if (cost.status == CostStatus::kAssumed) {
    if (cost.why.empty()) reader.Error("an assumed cost says why", "add why: ...");
    return;
  }
  if (cost.source.title.empty() || cost.source.where.empty()) {
    reader.Error("a cost that is not assumed has a source",
                 "add source: and where:, or status: assumed and why:");
  }
}

StageCost ReadCost(const Value& value, const std::map<std::string, std::string>& sources,
                   const std::string& file, Diagnostics& diagnostics) {
  ObjectReader reader(value, diagnostics, UnknownKeys::kError);
  StageCost cost;
  cost.file = file;
  cost.id = reader.RequireString("id").value_or("");
  cost.does = reader.RequireString("does").value_or("");
  std::vector<std::string_view> resources;
  for (std::size_t i = 0; i < kResources; ++i) resources.push_back(Name(static_cast<Resource>(i)));
  reader.RequireString("paid_by");
  reader.RequireString("paid");
  reader.RequireString("status");
  cost.paid_by = ReadWord(reader, "paid_by", resources, Resource::kSoftirqCore);
  cost.paid = ReadWord(reader, "paid", kPaidNames, Paid::kEach);
  cost.per = ReadWord(reader, "per", kPerNames, Per::kAggregate);
  std::vector<std::string_view> counts;
  for (std::size_t i = 0; i < kCounts; ++i) counts.push_back(Name(static_cast<Count>(i)));
  cost.count = ReadWord(reader, "count", counts, Count::kOne);
  cost.status = ReadWord(reader, "status", kStatusNames, CostStatus::kAssumed);
  if (const Value* fixed = reader.Map("fixed")) cost.fixed = ReadRange(*fixed, diagnostics);
  if (const Value* per_byte = reader.Map("per_byte")) {
    cost.per_byte = ReadRange(*per_byte, diagnostics);
  }
  cost.same_as = reader.String("same_as").value_or("");
  const bool own = value.Find("fixed") != nullptr || value.Find("per_byte") != nullptr;
  if (own == !cost.same_as.empty()) {
    reader.Error("a cost has 'fixed' or 'per_byte', or is 'same_as' another");
  }
  if (const Value* beyond = reader.Map("beyond")) {
    ObjectReader nested(*beyond, diagnostics, UnknownKeys::kError);
    CostKnee knee;
    knee.count = nested.RequireNumber("count", 1, 1e9).value_or(1);
    if (const Value* fixed = nested.RequireMap("fixed"))
      knee.fixed = ReadRange(*fixed, diagnostics);
    nested.Finish();
    knee.fixed_ns = knee.fixed.typical;
    cost.beyond = knee;
  }
  cost.cv = reader.Number("cv", 0, 10).value_or(0);
  cost.source = ReadSource(reader, sources);
  cost.why = reader.String("why").value_or("");
  const auto uses = [&](std::string_view key) {
    return static_cast<std::uint8_t>(reader.Integer(key, 0, 100).value_or(0));
  };
  cost.conntrack_entries = uses("conntrack_entries");
  cost.snat_ports = uses("snat_ports");
  cost.monitor_events = uses("monitor_events");
  reader.Finish();
  CheckProvenance(reader, cost);
  cost.fixed_ns = cost.fixed.typical;
  cost.per_byte_ns = cost.per_byte.typical;
  return cost;
}

CostFactor ReadFactor(const Value& value, const std::map<std::string, std::string>& sources,
                      const std::string& file, Diagnostics& diagnostics) {
  ObjectReader reader(value, diagnostics, UnknownKeys::kError);
  CostFactor factor;
  factor.file = file;
  factor.id = reader.RequireString("id").value_or("");
  factor.does = reader.RequireString("does").value_or("");
  factor.value.low = reader.RequireNumber("low", 0, 1e6).value_or(1);
  factor.value.typical = reader.RequireNumber("typical", 0, 1e6).value_or(1);
  factor.value.high = reader.RequireNumber("high", 0, 1e6).value_or(1);
  reader.RequireString("status");
  factor.status = ReadWord(reader, "status", kStatusNames, CostStatus::kAssumed);
  factor.source = ReadSource(reader, sources);
  factor.why = reader.String("why").value_or("");
  factor.in_use = factor.value.typical;
  reader.Finish();
  CheckProvenance(reader, factor);
  return factor;
}

void ReadFittedCost(const Value& value, HardwareClass& hardware, Diagnostics& diagnostics) {
  ObjectReader reader(value, diagnostics, UnknownKeys::kError);
  const std::string id = reader.RequireString("cost").value_or("");
  FittedCost cost;
  const auto optional = [&](std::string_view key) {
    return reader.Get(key) == nullptr ? 0 : ReadNanoseconds(reader, key).value_or(0);
  };
  cost.fixed_ns = optional("fixed");
  cost.per_byte_ns = optional("per_byte");
  cost.error_ns = optional("error");
  cost.measurements = static_cast<int>(reader.Integer("measurements", 1, 1'000'000).value_or(1));
  cost.at_bound = reader.Boolean("at_bound").value_or(false);
  reader.Finish();
  if (!hardware.costs.emplace(id, cost).second) {
    diagnostics.Error(value, "the cost " + document::Quote(id) + " is given twice");
  }
}

HardwareClass ReadHardware(const Value& value, bool& is_default, Diagnostics& diagnostics) {
  ObjectReader reader(value, diagnostics, UnknownKeys::kError);
  HardwareClass hardware;
  hardware.name = reader.RequireString("name").value_or("");
  hardware.about = reader.RequireString("about").value_or("");
  is_default = reader.Boolean("default").value_or(false);
  if (const Value* costs = reader.RequireSequence("costs")) {
    for (const Value& cost : costs->items()) ReadFittedCost(cost, hardware, diagnostics);
  }
  reader.Finish();
  return hardware;
}

template <class Entry>
bool ById(const Entry& a, const Entry& b) {
  return a.id < b.id;
}

template <class Entry>
const Entry* FindById(const std::vector<Entry>& entries, std::string_view id) {
  const auto found =
      std::lower_bound(entries.begin(), entries.end(), id,
                       [](const Entry& entry, std::string_view key) { return entry.id < key; });
  return found != entries.end() && found->id == id ? &*found : nullptr;
}

}  // namespace

std::string_view Name(Paid paid) { return kPaidNames[static_cast<std::size_t>(paid)]; }
std::string_view Name(Per per) { return kPerNames[static_cast<std::size_t>(per)]; }
std::string_view Name(CostStatus status) { return kStatusNames[static_cast<std::size_t>(status)]; }

bool Pays(Paid paid, MessageKind kind, TransportProtocol protocol) {
  const bool tcp = protocol == TransportProtocol::kTcp;
  const bool request = kind == MessageKind::kRequest || kind == MessageKind::kRequestFirst;
  const bool data = request || kind == MessageKind::kReply;
  switch (paid) {
    case Paid::kConnect:
    case Paid::kAccept:
    case Paid::kControlPlane:
      return false;
    case Paid::kBare:
      return !data;
    case Paid::kFirst:
      return kind == (tcp ? MessageKind::kSyn : MessageKind::kRequestFirst);
    case Paid::kFirstReply:
      // In UDP the first datagram back is a reply; its class is not told apart from later ones.
      return tcp && kind == MessageKind::kSynAck;
    case Paid::kEach:
      return true;
    case Paid::kForward:
      return IsForward(kind);
    case Paid::kBackward:
      return !IsForward(kind);
    case Paid::kData:
      return data;
    case Paid::kRequest:
      return request;
    case Paid::kFirstRequest:
      return kind == MessageKind::kRequestFirst;
    case Paid::kReply:
      return kind == MessageKind::kReply;
  }
  return false;
}

double StageCost::FixedFor(double times) const {
  if (!beyond || times <= beyond->count) return times * fixed_ns;
  return beyond->count * fixed_ns + (times - beyond->count) * beyond->fixed_ns;
}

CostRange StageCost::RangeFor(double times) const {
  const double far = beyond ? std::max(0.0, times - beyond->count) : 0;
  const double near = times - far;
  const CostRange dear = beyond ? beyond->fixed : CostRange{};
  return {near * fixed.low + far * dear.low, near * fixed.typical + far * dear.typical,
          near * fixed.high + far * dear.high};
}

CostModel CostModel::Load(const document::CatalogFiles& files, Diagnostics& diagnostics) {
  CostModel model;
  std::set<std::string> seen;
  for (const document::CatalogFile* file : files.Below("costs/")) {
    if (!file->path.ends_with(".yaml")) continue;
    const std::optional<document::Document> document =
        document::ParseDocument(file->text, file->origin, diagnostics);
    if (!document) continue;
    ObjectReader reader(document->root(), diagnostics, UnknownKeys::kError);
    const std::map<std::string, std::string> sources = ReadSources(reader);
    if (const Value* factors = reader.Sequence("factors")) {
      for (const Value& value : factors->items()) {
        model.factors_.push_back(ReadFactor(value, sources, file->path, diagnostics));
      }
    }
    if (const Value* costs = reader.Sequence("costs")) {
      for (const Value& value : costs->items()) {
        StageCost cost = ReadCost(value, sources, file->path, diagnostics);
        if (cost.id.empty()) continue;
        cost.overlaid = file->overlaid;
        if (!seen.insert(cost.id).second) {
          diagnostics.Error(value, "the cost " + document::Quote(cost.id) + " is given twice");
          continue;
        }
        model.costs_.push_back(std::move(cost));
      }
    }
    reader.Finish();
  }
  std::sort(model.costs_.begin(), model.costs_.end(), ById<StageCost>);
  std::sort(model.factors_.begin(), model.factors_.end(), ById<CostFactor>);
  model.CheckShared(diagnostics);
  model.ShareValues();
  const std::string default_class = model.LoadHardware(files, diagnostics);
  return default_class.empty() ? model : model.ForHardware(default_class);
}

void CostModel::CheckShared(Diagnostics& diagnostics) const {
  for (const StageCost& cost : costs_) {
    if (cost.same_as.empty()) continue;
    const StageCost* other = Find(cost.same_as);
    if (other == nullptr || !other->same_as.empty()) {
      diagnostics.Error(document::SourceLocation{cost.file, 0, 0}, cost.id,
                        "it is the same as " + document::Quote(cost.same_as) +
                            ", which is no cost with values of its own");
    }
  }
}

// Costs that are the same as others take their values.
void CostModel::ShareValues() {
  for (StageCost& cost : costs_) {
    const StageCost* other = cost.same_as.empty() ? nullptr : Find(cost.same_as);
    if (other == nullptr) continue;
    cost.fixed = other->fixed;
    cost.per_byte = other->per_byte;
    cost.fixed_ns = other->fixed_ns;
    cost.per_byte_ns = other->per_byte_ns;
    cost.informed_by = other->informed_by;
  }
}

// Name of the default class; empty if there is none.
std::string CostModel::LoadHardware(const document::CatalogFiles& files, Diagnostics& diagnostics) {
  std::string default_class;
  for (const document::CatalogFile* file : files.Below("hardware/")) {
    const std::optional<document::Document> document =
        document::ParseDocument(file->text, file->origin, diagnostics);
    if (!document) continue;
    ObjectReader reader(document->root(), diagnostics, UnknownKeys::kError);
    reader.Ignore("data");
    if (const Value* classes = reader.RequireSequence("classes")) {
      for (const Value& value : classes->items()) {
        bool is_default = false;
        HardwareClass hardware = ReadHardware(value, is_default, diagnostics);
        hardware.overlaid = file->overlaid;
        CheckFitted(value, hardware, diagnostics);
        if (is_default && !default_class.empty()) {
          diagnostics.Error(value, "a second class of hardware is the default",
                            "the first: " + default_class);
        }
        if (is_default) default_class = hardware.name;
        hardware_.push_back(std::move(hardware));
      }
    }
    reader.Finish();
  }
  std::sort(hardware_.begin(), hardware_.end(),
            [](const HardwareClass& a, const HardwareClass& b) { return a.name < b.name; });
  return default_class;
}

void CostModel::CheckFitted(const Value& where, const HardwareClass& hardware,
                            Diagnostics& diagnostics) const {
  const auto outside = [](double value, const CostRange& range) {
    const double slack = 1e-6 * std::max(std::abs(range.low), std::abs(range.high));
    return value < range.low - slack || value > range.high + slack;
  };
  for (const auto& [id, fitted] : hardware.costs) {
    const StageCost* cost = Find(id);
    if (cost == nullptr) {
      diagnostics.Error(where, "no cost is named " + document::Quote(id));
    } else if (cost->overlaid && !hardware.overlaid) {
      continue;  // not used
    } else if (outside(fitted.fixed_ns, cost->fixed) ||
               outside(fitted.per_byte_ns, cost->per_byte)) {
      diagnostics.Error(where, "the fitted value of " + document::Quote(id) +
                                   " is outside the range of its sources");
    }
  }
}

CostModel CostModel::ForHardware(std::string_view name) const {
  CostModel model = *this;
  for (StageCost& cost : model.costs_) {
    cost.fixed.typical = cost.fixed.catalog_typical;
    cost.per_byte.typical = cost.per_byte.catalog_typical;
    cost.informed_by = 0;
  }
  if (!name.empty()) {
    const auto found = std::find_if(hardware_.begin(), hardware_.end(),
                                    [&](const HardwareClass& h) { return h.name == name; });
    CNISIM_CHECK(found != hardware_.end(), "a class of hardware has costs: " + std::string(name));
    for (const auto& [id, fitted] : found->costs) {
      const StageCost* known = Find(id);
      if (known == nullptr || (known->overlaid && !found->overlaid)) continue;
      StageCost& cost = model.costs_[static_cast<std::size_t>(known - costs_.data())];
      cost.fixed.typical = fitted.fixed_ns;
      cost.per_byte.typical = fitted.per_byte_ns;
      cost.informed_by = fitted.measurements;
    }
  }
  for (StageCost& cost : model.costs_) {
    cost.fixed_ns = cost.fixed.typical;
    cost.per_byte_ns = cost.per_byte.typical;
  }
  model.ShareValues();
  return model;
}

void CostModel::SetValue(std::string_view id, double fixed_ns, double per_byte_ns) {
  const StageCost* found = Find(id);
  CNISIM_CHECK(found != nullptr, "a stage has a cost: " + std::string(id));
  StageCost& cost = costs_[static_cast<std::size_t>(found - costs_.data())];
  cost.fixed_ns = fixed_ns;
  cost.per_byte_ns = per_byte_ns;
  ShareValues();
}

const StageCost* CostModel::Find(std::string_view id) const { return FindById(costs_, id); }

const CostFactor* CostModel::FindFactor(std::string_view id) const {
  return FindById(factors_, id);
}

const StageCost& CostModel::At(std::string_view id) const {
  const StageCost* cost = Find(id);
  CNISIM_CHECK(cost != nullptr, "a stage has a cost: " + std::string(id));
  return *cost;
}

CostModel CostModel::Draw(std::uint64_t seed) const {
  CostModel drawn = *this;
  for (StageCost& cost : drawn.costs_) {
    const auto entity = static_cast<std::uint32_t>(HashText(cost.id));
    RandomStream stream(seed, entity, kCostDrawPurpose);
    // One draw a stage: its fixed part and its part a byte are high or low together.
    const double u = stream.Uniform();
    cost.fixed_ns = cost.fixed.At(u);
    cost.per_byte_ns = cost.per_byte.At(u);
    if (cost.beyond) cost.beyond->fixed_ns = cost.beyond->fixed.At(u);
  }
  for (CostFactor& factor : drawn.factors_) {
    const auto entity = static_cast<std::uint32_t>(HashText(factor.id));
    RandomStream stream(seed, entity, kCostDrawPurpose);
    factor.in_use = factor.value.At(stream.Uniform());
  }
  drawn.ShareValues();
  return drawn;
}

CostModel CostModel::AtBound(bool upper) const {
  CostModel bound = *this;
  for (StageCost& cost : bound.costs_) {
    cost.fixed_ns = upper ? cost.fixed.high : cost.fixed.low;
    cost.per_byte_ns = upper ? cost.per_byte.high : cost.per_byte.low;
    if (cost.beyond)
      cost.beyond->fixed_ns = upper ? cost.beyond->fixed.high : cost.beyond->fixed.low;
  }
  for (CostFactor& factor : bound.factors_) {
    factor.in_use = upper ? factor.value.high : factor.value.low;
  }
  return bound;
}

CostModel CostModel::WithWorkScaled(double factor) const {
  CNISIM_CHECK(factor > 0, "work is scaled by a positive factor");
  CostModel scaled = *this;
  for (StageCost& cost : scaled.costs_) {
    switch (cost.paid_by) {
      case Resource::kTaskCore:
      case Resource::kSoftirqCore:
      case Resource::kProxy:
      case Resource::kBackground:
      case Resource::kThreads:
        cost.fixed_ns *= factor;
        cost.per_byte_ns *= factor;
        if (cost.beyond) cost.beyond->fixed_ns *= factor;
        break;
      case Resource::kNic:
      case Resource::kFabric:
      case Resource::kLatency:
      case Resource::kPair:
        break;
    }
  }
  return scaled;
}

}  // namespace cnisim::datapath
