#include "models/policy/internal/pod_classes.h"

#include <algorithm>

namespace cnisim::policy::internal {
namespace {

std::string PostingKey(std::string_view key, std::string_view value) {
  std::string text(key);
  text += '\0';
  text += value;
  return text;
}

// Everything that tells a class from another; no part may hold the separators.
std::string TextOf(const PodClass& prototype) {
  std::string text = prototype.ns;
  for (const auto& [key, value] : prototype.labels) text += '\1' + key + '\2' + value;
  text += '\3';
  for (const cluster::ContainerPort& port : prototype.ports) {
    text += port.name + '\2' + std::to_string(static_cast<int>(port.protocol)) + '\2' +
            std::to_string(port.port) + '\1';
  }
  if (prototype.host_network) text += '\4';
  return text;
}

// Equal exactly for selectors with the same conditions.
std::string KeyOf(const Selector& selector) {
  std::vector<std::string> parts;
  for (const LabelTerm& term : selector.terms) {
    std::string part = term.key + '\2' + static_cast<char>('a' + term.op);
    for (const std::string& value : term.values) part += '\2' + value;
    parts.push_back(std::move(part));
  }
  std::sort(parts.begin(), parts.end());
  parts.erase(std::unique(parts.begin(), parts.end()), parts.end());
  std::string text;
  for (const std::string& part : parts) text += part + '\1';
  if (selector.expression) text += '\3' + selector.expression->ToString();
  return text;
}

}  // namespace

std::uint32_t PodClasses::Find(PodClass prototype, const cluster::Labels& namespace_labels,
                               bool& added) {
  std::string text = TextOf(prototype);
  const auto known = by_text_.find(text);
  added = known == by_text_.end();
  if (!added) return known->second;
  const std::uint32_t id = size();
  prototype.composite = CompositeLabels(prototype.labels, prototype.ns, namespace_labels);
  prototype.pods = 0;
  classes_.push_back(std::move(prototype));
  by_text_.emplace(std::move(text), id);
  Index(id);
  return id;
}

void PodClasses::Index(std::uint32_t id) {
  for (const auto& [key, value] : classes_[id].composite) {
    postings_[key].push_back(id);
    postings_[PostingKey(key, value)].push_back(id);
  }
}

void PodClasses::Unindex(std::uint32_t id) {
  for (const auto& [key, value] : classes_[id].composite) {
    std::erase(postings_[key], id);
    std::erase(postings_[PostingKey(key, value)], id);
  }
}

std::vector<std::uint32_t> PodClasses::Relabel(std::string_view ns,
                                               const cluster::Labels& namespace_labels) {
  std::vector<std::uint32_t> changed;
  const auto found = postings_.find(PostingKey(kNamespaceKey, ns));
  if (found == postings_.end()) return changed;
  changed = found->second;
  std::sort(changed.begin(), changed.end());
  for (const std::uint32_t id : changed) {
    Unindex(id);
    PodClass& pod_class = classes_[id];
    pod_class.composite = CompositeLabels(pod_class.labels, pod_class.ns, namespace_labels);
    Index(id);
  }
  return changed;
}

// The shortest list of classes that the selector's terms leave to be tested; nullptr means all.
const std::vector<std::uint32_t>* PodClasses::Candidates(
    const Selector& selector, std::vector<std::uint32_t>& scratch) const {
  static const std::vector<std::uint32_t> kNobody;
  const std::vector<std::uint32_t>* best = nullptr;
  const LabelTerm* several = nullptr;
  std::size_t best_size = classes_.size() + 1;
  for (const LabelTerm& term : selector.terms) {
    if (term.op == LabelTerm::kIn) {
      std::size_t total = 0;
      const std::vector<std::uint32_t>* only = &kNobody;
      for (const std::string& value : term.values) {
        const auto found = postings_.find(PostingKey(term.key, value));
        if (found == postings_.end()) continue;
        only = &found->second;
        total += found->second.size();
      }
      if (total >= best_size) continue;
      best_size = total;
      best = only;
      several = term.values.size() > 1 ? &term : nullptr;
    } else if (term.op != LabelTerm::kNotIn && term.op != LabelTerm::kDoesNotExist) {
      const auto found = postings_.find(term.key);
      const std::size_t total = found == postings_.end() ? 0 : found->second.size();
      if (total >= best_size) continue;
      best_size = total;
      best = found == postings_.end() ? &kNobody : &found->second;
      several = nullptr;
    }
  }
  if (several == nullptr) return best;
  for (const std::string& value : several->values) {
    const auto found = postings_.find(PostingKey(several->key, value));
    if (found == postings_.end()) continue;
    scratch.insert(scratch.end(), found->second.begin(), found->second.end());
  }
  return &scratch;
}

ClassSet PodClasses::Match(const Selector& selector) const {
  ClassSet matched(classes_.size());
  std::vector<std::uint32_t> scratch;
  const auto test = [&](std::uint32_t id) {
    if (!classes_[id].host_network && selector.Matches(classes_[id].composite)) matched.set(id);
  };
  if (const auto* candidates = Candidates(selector, scratch)) {
    for (const std::uint32_t id : *candidates) test(id);
  } else {
    for (std::uint32_t id = 0; id < size(); ++id) test(id);
  }
  return matched;
}

std::uint32_t SelectorTable::Add(const Selector& selector, const PodClasses& classes,
                                 SelectorTable* old) {
  std::string text = KeyOf(selector);
  const auto known = by_text_.find(text);
  if (known != by_text_.end()) return known->second;
  Entry entry{selector, {}};
  const auto before = old == nullptr ? by_text_.end() : old->by_text_.find(text);
  if (old != nullptr && before != old->by_text_.end()) {
    entry.classes = std::move(old->entries_[before->second].classes);
  } else {
    entry.classes = classes.Match(selector);
  }
  const std::uint32_t number = size();
  entries_.push_back(std::move(entry));
  by_text_.emplace(std::move(text), number);
  return number;
}

void SelectorTable::Refresh(std::uint32_t id, const PodClasses& classes) {
  const PodClass& pod_class = classes.all()[id];
  for (Entry& entry : entries_) {
    if (entry.classes.size() <= id) entry.classes.resize(id + 1);
    entry.classes.set(id, !pod_class.host_network && entry.selector.Matches(pod_class.composite));
  }
}

}  // namespace cnisim::policy::internal
