#pragma once

/// @file
/// What selects pods: one form for Kubernetes, Cilium and Calico.
///
/// A selector looks at a pod's composite labels: its own, its namespace's name under kNamespaceKey,
/// and its namespace's labels under kNamespaceLabelPrefix.  No label's key may hold a ':', so the
/// three never mix.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/cluster/labels.h"
#include "models/document/diagnostics.h"
#include "models/document/value.h"

namespace cnisim::policy {

inline constexpr std::string_view kNamespaceKey = ":namespace";
inline constexpr std::string_view kNamespaceLabelPrefix = ":namespace/";

/// A condition on one label.
struct LabelTerm {
  enum Operator : std::uint8_t {
    kIn,
    kNotIn,
    kExists,
    kDoesNotExist,
    kStartsWith,
    kEndsWith,
    kContains,
  };
  std::string key;
  Operator op = kIn;
  std::vector<std::string> values;  ///< sorted; empty for kExists and kDoesNotExist

  /// Whether it holds for a pod with this value, or without the label (nullptr).
  bool Holds(const std::string* value) const;
  std::string ToString() const;

  friend bool operator==(const LabelTerm&, const LabelTerm&) = default;
};

/// A node of a condition with alternatives or negations (Calico's language).
struct LabelExpression {
  enum Kind : std::uint8_t { kTerm, kAnd, kOr, kNot, kTrue, kFalse };
  Kind kind = kTrue;
  LabelTerm term;
  std::vector<std::shared_ptr<const LabelExpression>> operands;

  std::string ToString() const;
};

/// All terms and the expression, if there is one, must hold; an empty one matches every pod.
struct Selector {
  std::vector<LabelTerm> terms;
  std::shared_ptr<const LabelExpression> expression;

  bool Matches(const cluster::Labels& composite) const;
  bool empty() const { return terms.empty() && !expression; }
  /// Canonical: equal texts select the same pods.
  std::string ToString() const;

  /// The namespace that every pod it matches lives in, when a term says so.
  std::optional<std::string> only_namespace() const;

  void Add(std::string_view key, LabelTerm::Operator op, std::vector<std::string> values);
  /// Adds the requirements of a Kubernetes selector, each key with `prefix` in front.
  void Add(const cluster::LabelSelector& selector, std::string_view prefix = {});
};

/// A pod's composite labels.
cluster::Labels CompositeLabels(const cluster::Labels& pod_labels, std::string_view ns,
                                const cluster::Labels& namespace_labels);

/// Calico's selector language: `app == 'web' && has(tier)`, `all()`, `role in {'a', 'b'}`.
/// @param prefix  put before each key: kNamespaceLabelPrefix for a namespaceSelector
/// Nothing, and an error with the column inside the text, when it is not understood.
std::optional<Selector> ParseCalicoSelector(const document::Value& value, std::string_view prefix,
                                            document::Diagnostics& diagnostics);

}  // namespace cnisim::policy
