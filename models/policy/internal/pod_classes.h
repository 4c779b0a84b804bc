#pragma once

/// @file
/// Pods that no selector can tell apart form one class; which classes a selector matches is found
/// once and kept up to date.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <boost/dynamic_bitset.hpp>

#include "models/cluster/objects.h"
#include "models/policy/selector.h"

namespace cnisim::policy::internal {

/// [class]
using ClassSet = boost::dynamic_bitset<std::uint64_t>;

struct PodClass {
  std::string ns;
  cluster::Labels labels;     ///< the pods' own, as far as the engine looks at them
  cluster::Labels composite;  ///< what selectors are matched against
  std::vector<cluster::ContainerPort> ports;
  bool host_network = false;
  std::uint64_t pods = 0;  ///< replicas counted; a class without pods stays and matches nothing new
};

/// All classes, with an index from labels to classes.
class PodClasses {
 public:
  /// The class of such pods, made if need be; `added` says whether it was.
  std::uint32_t Find(PodClass prototype, const cluster::Labels& namespace_labels, bool& added);
  void AddPods(std::uint32_t id, std::uint64_t pods) { classes_[id].pods += pods; }
  void RemovePods(std::uint32_t id, std::uint64_t pods) { classes_[id].pods -= pods; }

  const std::vector<PodClass>& all() const { return classes_; }
  std::uint32_t size() const { return static_cast<std::uint32_t>(classes_.size()); }

  /// Gives the classes of a namespace its new labels; returns those classes.
  std::vector<std::uint32_t> Relabel(std::string_view ns, const cluster::Labels& namespace_labels);

  /// Classes that the selector matches, host-network ones left out.
  ClassSet Match(const Selector& selector) const;

 private:
  void Index(std::uint32_t id);
  void Unindex(std::uint32_t id);
  const std::vector<std::uint32_t>* Candidates(const Selector& selector,
                                               std::vector<std::uint32_t>& scratch) const;

  std::vector<PodClass> classes_;
  std::map<std::string, std::uint32_t, std::less<>> by_text_;
  // "key" and "key\0value" -> classes that have it, ascending unless relabelled.
  std::unordered_map<std::string, std::vector<std::uint32_t>> postings_;
};

/// Distinct selectors and the classes that each matches.
class SelectorTable {
 public:
  /// The selector's number; finds its classes if it is new, or takes them over from `old`.
  std::uint32_t Add(const Selector& selector, const PodClasses& classes, SelectorTable* old);

  bool Matches(std::uint32_t selector, std::uint32_t id) const {
    return id < entries_[selector].classes.size() && entries_[selector].classes.test(id);
  }
  const ClassSet& classes(std::uint32_t selector) const { return entries_[selector].classes; }
  const Selector& selector(std::uint32_t number) const { return entries_[number].selector; }
  std::uint32_t size() const { return static_cast<std::uint32_t>(entries_.size()); }

  /// Tests every selector against one class: a new one, or one whose labels changed.
  void Refresh(std::uint32_t id, const PodClasses& classes);

 private:
  struct Entry {
    Selector selector;
    ClassSet classes;
  };
  std::vector<Entry> entries_;
  std::unordered_map<std::string, std::uint32_t> by_text_;
};

}  // namespace cnisim::policy::internal
