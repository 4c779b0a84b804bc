#include "models/lifecycle/timeline.h"

#include <algorithm>

#include <fmt/format.h>

#include "models/document/object_reader.h"
#include "models/document/quantities.h"
#include "models/document/spelling.h"

namespace cnisim::lifecycle {
namespace {

using document::Diagnostics;
using document::ObjectReader;
using document::UnknownKeys;
using document::Value;

constexpr std::int64_t kMost = 1'000'000;

void ReadScale(const Value& value, Operation& operation, Diagnostics& diagnostics) {
  ObjectReader reader(value, diagnostics, UnknownKeys::kError);
  const auto pool = reader.String("pool");
  if (pool) {
    operation.kind = OperationKind::kScalePool;
    operation.target = *pool;
    operation.count = static_cast<int>(reader.RequireInteger("nodes", 0, kMost).value_or(0));
  } else {
    operation.kind = OperationKind::kScaleDeployment;
    operation.target = reader.RequireString("deployment").value_or("");
    operation.count = static_cast<int>(reader.RequireInteger("replicas", 0, kMost).value_or(0));
  }
  reader.Finish();
}

void ReadSurge(ObjectReader& reader, Operation& operation, Diagnostics& diagnostics) {
  if (const Value* surge = reader.Get("max_surge")) {
    operation.max_surge = ReadMaxSurge(*surge, diagnostics);
  }
}

void ReadUpgrade(const Value& value, Operation& operation, Diagnostics& diagnostics) {
  ObjectReader reader(value, diagnostics, UnknownKeys::kError);
  operation.kind = OperationKind::kUpgrade;
  operation.target = reader.RequireString("pool").value_or("");
  ReadSurge(reader, operation, diagnostics);
  operation.soak = reader.Duration("soak");
  reader.Ignore("kubernetes");  // a label of the step: addresses do not depend on it
  reader.Finish();
}

void ReadRollout(const Value& value, Operation& operation, Diagnostics& diagnostics) {
  ObjectReader reader(value, diagnostics, UnknownKeys::kError);
  operation.kind = OperationKind::kRollout;
  operation.target = reader.RequireString("deployment").value_or("");
  ReadSurge(reader, operation, diagnostics);
  reader.Finish();
}

void ReadAutoscale(const Value& value, Operation& operation, Diagnostics& diagnostics) {
  ObjectReader reader(value, diagnostics, UnknownKeys::kError);
  operation.kind = OperationKind::kAutoscale;
  operation.target = reader.RequireString("pool").value_or("");
  reader.Finish();
}

NewPool ReadNewPool(const Value& value, Diagnostics& diagnostics) {
  ObjectReader reader(value, diagnostics, UnknownKeys::kError);
  NewPool result;
  cluster::NodePool& pool = result.pool;
  pool.name = reader.RequireString("name").value_or("");
  pool.sku = reader.String("sku").value_or("");
  pool.count = static_cast<int>(reader.RequireInteger("nodes", 1, kMost).value_or(1));
  const auto bound = [&](std::string_view key) -> std::optional<int> {
    const auto read = reader.Integer(key, 1, kMost);
    if (!read) return std::nullopt;
    return static_cast<int>(*read);
  };
  pool.max_pods = bound("max_pods");
  pool.min_count = bound("min_count");
  pool.max_count = bound("max_count");
  if (const Value* surge = reader.Get("max_surge")) {
    if (const auto read = ReadMaxSurge(*surge, diagnostics)) pool.max_surge = *read;
  }
  result.node_subnet = reader.String("subnet").value_or("");
  result.pod_subnet = reader.String("pod_subnet").value_or("");
  reader.Finish();
  return result;
}

void ReadAddPool(const Value& value, Operation& operation, Diagnostics& diagnostics) {
  operation.kind = OperationKind::kAddPool;
  operation.new_pool = ReadNewPool(value, diagnostics);
  operation.target = operation.new_pool->pool.name;
  operation.count = operation.new_pool->pool.count;
}

void ReadReplace(const Value& value, Operation& operation, Diagnostics& diagnostics) {
  ObjectReader reader(value, diagnostics, UnknownKeys::kError);
  operation.kind = OperationKind::kReplace;
  operation.target = reader.RequireString("pool").value_or("");
  if (const Value* with = reader.RequireMap("with")) {
    operation.new_pool = ReadNewPool(*with, diagnostics);
    operation.count = operation.new_pool->pool.count;
  }
  reader.Finish();
}

void ReadMigrate(const Value& value, Operation& operation, Diagnostics& diagnostics) {
  ObjectReader reader(value, diagnostics, UnknownKeys::kError);
  operation.kind = OperationKind::kMigrate;
  operation.target = reader.RequireString("configuration").value_or("");
  reader.Finish();
}

struct Verb {
  std::string_view name;
  void (*read)(const Value&, Operation&, Diagnostics&);
};
constexpr Verb kVerbs[] = {
    {"scale", ReadScale},         {"upgrade", ReadUpgrade},  {"rollout", ReadRollout},
    {"autoscale", ReadAutoscale}, {"add_pool", ReadAddPool}, {"replace", ReadReplace},
    {"migrate", ReadMigrate},
};

/// "2027-01-31".
std::optional<std::chrono::year_month_day> ReadDate(const Value& value, Diagnostics& diagnostics) {
  int parts[3] = {};
  const std::string_view text = value.is_scalar() ? value.text() : std::string_view();
  bool good = text.size() == 10 && text[4] == '-' && text[7] == '-';
  const std::string_view words[] = {text.substr(0, 4), good ? text.substr(5, 2) : "",
                                    good ? text.substr(8, 2) : ""};
  for (int i = 0; good && i < 3; ++i) {
    const auto number = document::ParseInteger(words[i]);
    good = number.has_value() && *number >= 0;
    if (good) parts[i] = static_cast<int>(*number);
  }
  const std::chrono::year_month_day date{std::chrono::year(parts[0]),
                                         std::chrono::month(static_cast<unsigned>(parts[1])),
                                         std::chrono::day(static_cast<unsigned>(parts[2]))};
  if (good && date.ok()) return date;
  diagnostics.Error(value,
                    fmt::format("found {}, expected a date such as 2027-01-31", value.Describe()));
  return std::nullopt;
}

/// What every form of growth has: how often, for how long.
struct Span {
  SimTime every;
  SimTime length;
};

Span ReadSpan(ObjectReader& reader) {
  return {reader.RequireDuration("every").value_or(SimTime()),
          reader.RequireDuration("for").value_or(SimTime())};
}

constexpr std::int64_t kMostSteps = 100'000;

bool CheckSpan(const Span& span, ObjectReader& reader) {
  if (reader.Get("every") == nullptr || reader.Get("for") == nullptr) return false;  // said
  if (span.every <= SimTime() || span.length < span.every) {
    reader.Error("growth has a step above zero and is at least a step long",
                 "write for example {rate: 5%, every: 30d, for: 730d}");
    return false;
  }
  if (span.length.nanos() / span.every.nanos() > kMostSteps) {
    reader.Error(fmt::format("growth has at most {} steps", kMostSteps));
    return false;
  }
  return true;
}

void ReadRate(const Value& value, ObjectReader& reader, Growth& growth) {
  const double rate = reader.Percentage("rate").value_or(0);
  const Span span = ReadSpan(reader);
  if (!CheckSpan(span, reader)) return;
  if (rate <= 0) {
    reader.Error(fmt::format("found a rate of {}, expected one above 0%", value.text()));
    return;
  }
  growth.steps = GrowthAtRate(rate, span.every, span.length).steps;
}

void ReadTable(const Value& table, Growth& growth, Diagnostics& diagnostics) {
  for (const Value& item : table.items()) {
    ObjectReader reader(item, diagnostics, UnknownKeys::kError);
    GrowthStep step;
    step.at = reader.RequireDuration("at").value_or(SimTime());
    const auto size = reader.Percentage("size");
    reader.Finish();
    if (reader.valid() && (!size || *size <= 0)) {
      reader.Error("a row of the table has a size above zero",
                   "write for example {at: 90d, size: 120%}");
    }
    step.size = size.value_or(1);
    growth.shrinks =
        growth.shrinks || (!growth.steps.empty() && step.size < growth.steps.back().size);
    growth.steps.push_back(step);
  }
  std::stable_sort(growth.steps.begin(), growth.steps.end(),
                   [](const GrowthStep& a, const GrowthStep& b) { return a.at < b.at; });
}

/// A day from low (midnight) to high (noon) and back, on a smooth cubic: no library's cosine.
void ReadDiurnal(const Value& value, ObjectReader& reader, Growth& growth,
                 Diagnostics& diagnostics) {
  ObjectReader curve(value, diagnostics, UnknownKeys::kError);
  const auto low = curve.Percentage("low");
  const auto high = curve.Percentage("high");
  const SimTime period =
      curve.Duration("period").value_or(SimTime::FromNanos(std::int64_t{86'400} * 1'000'000'000));
  curve.Finish();
  const Span span = ReadSpan(reader);
  if (!CheckSpan(span, reader) || !curve.valid()) return;
  if (!low || !high || *low <= 0 || *high < *low || period <= SimTime()) {
    curve.Error("a diurnal curve has a low size above zero and a high one that is no less",
                "write for example {low: 60%, high: 160%}");
    return;
  }
  growth.shrinks = true;
  for (SimTime at = span.every; at <= span.length; at = at + span.every) {
    const double phase =
        static_cast<double>(at.nanos() % period.nanos()) / static_cast<double>(period.nanos());
    const double rise = phase < 0.5 ? 2 * phase : 2 - 2 * phase;
    growth.steps.push_back({at, *low + (*high - *low) * rise * rise * (3 - 2 * rise)});
  }
}

std::optional<Growth> ReadGrowth(const Value& value, Diagnostics& diagnostics) {
  ObjectReader reader(value, diagnostics, UnknownKeys::kError);
  Growth growth;
  growth.where = value.where();
  if (const Value* start = reader.Get("start")) growth.start = ReadDate(*start, diagnostics);
  const Value* rate = reader.Get("rate");
  const Value* table = reader.Sequence("table");
  const Value* diurnal = reader.Get("diurnal");
  const int forms = (rate != nullptr) + (table != nullptr) + (diurnal != nullptr);
  if (forms != 1) {
    for (const std::string_view key : {"every", "for"}) reader.Ignore(key);
    reader.Finish();
    reader.Error(fmt::format("growth has one form, found {}", forms),
                 "write one of: rate, table, diurnal");
    return std::nullopt;
  }
  if (rate != nullptr) ReadRate(*rate, reader, growth);
  if (table != nullptr) ReadTable(*table, growth, diagnostics);
  if (diurnal != nullptr) ReadDiurnal(*diurnal, reader, growth, diagnostics);
  reader.Finish();
  return growth;
}

std::optional<Operation> ReadOperation(const Value& item, Diagnostics& diagnostics) {
  ObjectReader reader(item, diagnostics, UnknownKeys::kError);
  Operation operation;
  operation.where = item.where();
  operation.at = reader.RequireDuration("at").value_or(SimTime());
  int verbs = 0;
  for (const Verb& verb : kVerbs) {
    const Value* value = reader.Get(verb.name);
    if (value == nullptr) continue;
    if (++verbs == 1) verb.read(*value, operation, diagnostics);
  }
  reader.Finish();
  if (verbs == 1) return operation;
  if (verbs == 0 && item.members().size() > 1) return std::nullopt;  // the key is unknown, as said
  reader.Error(fmt::format("a step does one thing, found {}", verbs),
               "write one of: scale, upgrade, rollout, autoscale, add_pool, replace, migrate");
  return std::nullopt;
}

}  // namespace

std::string Operation::ToString() const {
  switch (kind) {
    case OperationKind::kScaleDeployment:
      return fmt::format("{} to {} pods", target, count);
    case OperationKind::kScalePool:
      return fmt::format("pool {} to {} nodes", target, count);
    case OperationKind::kUpgrade:
      return fmt::format("upgrade of pool {}", target);
    case OperationKind::kRollout:
      return fmt::format("roll-out of {}", target);
    case OperationKind::kAutoscale:
      return fmt::format("pool {} to its autoscaler's maximum", target);
    case OperationKind::kAddPool:
      return fmt::format("new pool {} of {} nodes", target, count);
    case OperationKind::kReplace:
      return fmt::format("pool {} for {}", new_pool ? new_pool->pool.name : "", target);
    case OperationKind::kMigrate:
      return fmt::format("move to {}", target);
  }
  return "";
}

std::optional<cluster::MaxSurge> ReadMaxSurge(const Value& value, Diagnostics& diagnostics) {
  cluster::MaxSurge surge;
  if (value.is_scalar()) {
    if (const auto share = document::ParsePercentage(value.text()); share.ok() && *share <= 1) {
      surge.share = *share;
      return surge;
    }
    if (const auto nodes = document::ParseInteger(value.text()); nodes && *nodes >= 0) {
      surge.nodes = static_cast<int>(std::min(*nodes, kMost));
      return surge;
    }
  }
  diagnostics.Error(value,
                    fmt::format("found {}, expected for example 33% or 2", value.Describe()));
  return std::nullopt;
}

// Products only: the library's pow() may differ between machines.
Growth GrowthAtRate(double rate, SimTime every, SimTime length) {
  Growth growth;
  double size = 1;
  for (SimTime at = every; at <= length; at = at + every) {
    size *= 1 + rate;
    growth.steps.push_back({at, size});
  }
  return growth;
}

Timeline ReadTimeline(const Value* timeline, const Value* growth, Diagnostics& diagnostics) {
  Timeline result;
  if (timeline != nullptr && !timeline->is_sequence()) {
    diagnostics.Error(*timeline,
                      fmt::format("found {}, expected a list of steps", timeline->Describe()));
  }
  if (timeline != nullptr) {
    for (const Value& item : timeline->items()) {
      if (auto operation = ReadOperation(item, diagnostics)) {
        result.operations.push_back(std::move(*operation));
      }
    }
  }
  std::stable_sort(result.operations.begin(), result.operations.end(),
                   [](const Operation& a, const Operation& b) { return a.at < b.at; });
  if (growth == nullptr) return result;
  result.growth = ReadGrowth(*growth, diagnostics);
  return result;
}

}  // namespace cnisim::lifecycle
