#pragma once

/// @file
/// Labels and label selectors, as Kubernetes evaluates them.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "models/document/diagnostics.h"
#include "models/document/source_location.h"
#include "models/document/value.h"

namespace cnisim::cluster {

using Labels = std::map<std::string, std::string>;

struct LabelRequirement {
  enum Operator : std::uint8_t { kIn, kNotIn, kExists, kDoesNotExist };
  std::string key;
  Operator op = kIn;
  std::vector<std::string> values;  ///< sorted, no value twice; empty for the last two operators

  /// kNotIn and kDoesNotExist match labels that lack the key.
  bool Matches(const Labels& labels) const;

  friend bool operator==(const LabelRequirement&, const LabelRequirement&) = default;
  friend auto operator<=>(const LabelRequirement&, const LabelRequirement&) = default;
};

/// All requirements must hold; none at all matches everything.
struct LabelSelector {
  std::vector<LabelRequirement> requirements;

  bool Matches(const Labels& labels) const;
  bool empty() const { return requirements.empty(); }
  /// "app=web,tier in (a,b),!old", the form of `kubectl get -l`; "everything" when empty.
  std::string ToString() const;

  friend bool operator==(const LabelSelector&, const LabelSelector&) = default;
};

/// Whether `labels` have every label of `selector` with its value: a Service's or a node selector.
bool Selects(const Labels& selector, const Labels& labels);

/// Which keys a selector may have: Cilium's carry a source in front ("k8s:app", "any:app").
enum class LabelSyntax : std::uint8_t { kKubernetes, kCilium };

/// {matchLabels, matchExpressions}.  Wrong members are left out, each with an error.
LabelSelector ReadLabelSelector(const document::Value& value, document::Diagnostics& diagnostics,
                                LabelSyntax syntax = LabelSyntax::kKubernetes);

/// A map of strings to strings (metadata.labels, a Service's selector), checked as labels.
Labels ReadLabels(const document::Value& value, document::Diagnostics& diagnostics,
                  LabelSyntax syntax = LabelSyntax::kKubernetes);

/// "app=web,tier=front"; "no labels" when there are none.
std::string ToString(const Labels& labels);

/// A label's key: an optional DNS prefix with '/', then 1-63 letters, digits, '-', '_', '.'.
bool IsLabelKey(std::string_view text);
bool IsLabelValue(std::string_view text);
/// RFC 1123: lower case letters, digits and '-', 1-63 long.
bool IsDnsLabel(std::string_view text);
/// DNS labels joined by '.', 1-253 long.
bool IsDnsSubdomain(std::string_view text);

}  // namespace cnisim::cluster
