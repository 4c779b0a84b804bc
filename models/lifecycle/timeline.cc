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

struct Verb {
  std::string_view name;
  void (*read)(const Value&, Operation&, Diagnostics&);
};
constexpr Verb kVerbs[] = {
    {"scale", ReadScale},
    {"upgrade", ReadUpgrade},
    {"rollout", ReadRollout},
    {"autoscale", ReadAutoscale},
};

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
  reader.Error(fmt::format("a step does one thing, found {}", verbs),
               "write one of: scale, upgrade, rollout, autoscale");
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
  ObjectReader reader(*growth, diagnostics, UnknownKeys::kError);
  Growth read;
  read.where = growth->where();
  read.rate = reader.Percentage("rate").value_or(0);
  read.every = reader.RequireDuration("every").value_or(SimTime());
  read.length = reader.RequireDuration("for").value_or(SimTime());
  reader.Finish();
  if (reader.valid() && (read.rate <= 0 || read.every <= SimTime())) {
    reader.Error("growth has a rate and a step above zero",
                 "write for example {rate: 5%, every: 30d, for: 730d}");
  } else {
    result.growth = read;
  }
  return result;
}

}  // namespace cnisim::lifecycle
