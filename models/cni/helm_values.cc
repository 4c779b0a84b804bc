#include "models/cni/helm_values.h"

#include <algorithm>

#include <fmt/format.h>

#include "models/document/quantities.h"
#include "models/document/spelling.h"

namespace cnisim::cni {
namespace {

bool IsBelow(std::string_view path, std::string_view top) {
  return path.size() > top.size() && path.starts_with(top) && path[top.size()] == '.';
}

}  // namespace

void HelmValues::Add(const document::Value& root) { AddBelow("", root); }

void HelmValues::AddSettings(const document::Value& settings) {
  if (settings.is_map()) {
    for (const document::Member& member : settings.members()) AddBelow(member.key, member.value);
    return;
  }
  if (!settings.is_sequence()) {
    diagnostics_.Error(settings,
                       fmt::format("found {}, expected a map of dotted keys", settings.Describe()),
                       "for instance {hubble.relay.enabled: true}");
    return;
  }
  for (const document::Value& item : settings.items()) {
    const std::size_t equals = item.text().find('=');
    if (!item.is_scalar() || equals == std::string_view::npos || equals == 0) {
      diagnostics_.Error(item, fmt::format("found {}, expected key=value", item.Describe()),
                         "for instance hubble.relay.enabled=true");
      continue;
    }
    Entry entry;
    entry.value = &item;
    entry.text = item.text().substr(equals + 1);
    entry.key_where = item.where();
    entry.where = item.where();
    entry.is_list = entry.text.size() >= 2 && entry.text.front() == '{' && entry.text.back() == '}';
    Put(std::string(item.text().substr(0, equals)), std::move(entry));
  }
}

void HelmValues::AddBelow(const std::string& path, const document::Value& value) {
  if (value.is_map() && !value.members().empty()) {
    for (const document::Member& member : value.members()) {
      AddBelow(path.empty() ? member.key : path + "." + member.key, member.value);
    }
    return;
  }
  if (path.empty()) {
    if (!value.is_null() && !value.is_map()) {
      diagnostics_.Error(value,
                         fmt::format("found {}, expected a map of Helm values", value.Describe()));
    }
    return;
  }
  if (value.is_null()) {
    std::erase_if(
        leaves_, [&](const auto& leaf) { return leaf.first == path || IsBelow(leaf.first, path); });
    return;
  }
  Entry entry;
  entry.value = &value;
  entry.key_where = value.key_where();
  entry.where = value.where();
  entry.is_list = value.is_sequence();
  entry.text = value.text();
  entry.quoted = value.quoted();
  Put(path, std::move(entry));
}

void HelmValues::Put(const std::string& path, Entry entry) {
  // A scalar in the place of a map replaces it, and the other way round.
  std::erase_if(leaves_, [&](const auto& leaf) {
    return IsBelow(leaf.first, path) || IsBelow(path, leaf.first);
  });
  leaves_[path] = Leaf{std::move(entry), false};
}

const HelmValues::Entry* HelmValues::Find(std::string_view path) {
  const auto found = leaves_.find(path);
  if (found == leaves_.end()) return nullptr;
  found->second.read = true;
  return &found->second.entry;
}

bool HelmValues::Has(std::string_view path) const {
  return std::any_of(leaves_.begin(), leaves_.end(), [&](const auto& leaf) {
    return leaf.first == path || IsBelow(leaf.first, path);
  });
}

void HelmValues::Wrong(std::string_view path, const Entry& entry, std::string_view expected,
                       std::string hint) {
  const std::string found =
      entry.value->is_scalar() ? document::Quote(entry.text) : entry.value->Describe();
  diagnostics_.Error(entry.where, std::string(path),
                     fmt::format("found {}, expected {}", found, expected), std::move(hint));
}

std::optional<bool> HelmValues::Boolean(std::string_view path) {
  const Entry* entry = Find(path);
  if (entry == nullptr) return std::nullopt;
  if (entry->text == "true" && !entry->quoted) return true;
  if (entry->text == "false" && !entry->quoted) return false;
  // A template takes every text but the empty one as true, so "false" would switch the thing on.
  const bool a_text = entry->text == "true" || entry->text == "false";
  Wrong(path, *entry, "true or false",
        a_text ? "remove the quotes: a chart takes any text as true" : "");
  return std::nullopt;
}

std::optional<std::int64_t> HelmValues::Integer(std::string_view path, std::int64_t min,
                                                std::int64_t max) {
  const Entry* entry = Find(path);
  if (entry == nullptr) return std::nullopt;
  const std::optional<std::int64_t> value = document::ParseInteger(entry->text);
  if (entry->is_list || !value || *value < min || *value > max) {
    Wrong(path, *entry, fmt::format("a whole number from {} to {}", min, max));
    return std::nullopt;
  }
  return value;
}

std::optional<std::string> HelmValues::String(std::string_view path) {
  const Entry* entry = Find(path);
  if (entry == nullptr) return std::nullopt;
  if (entry->is_list || !entry->value->is_scalar()) {
    Wrong(path, *entry, "a text");
    return std::nullopt;
  }
  return entry->text;
}

std::optional<std::string> HelmValues::Choice(std::string_view path,
                                              std::initializer_list<std::string_view> choices) {
  const Entry* entry = Find(path);
  if (entry == nullptr) return std::nullopt;
  if (!entry->is_list && std::find(choices.begin(), choices.end(), entry->text) != choices.end()) {
    return entry->text;
  }
  Wrong(path, *entry, document::OrList(std::vector<std::string>(choices.begin(), choices.end())));
  return std::nullopt;
}

std::vector<std::pair<std::string, document::SourceLocation>> HelmValues::Strings(
    std::string_view path) {
  const Entry* entry = Find(path);
  std::vector<std::pair<std::string, document::SourceLocation>> strings;
  if (entry == nullptr) return strings;
  if (entry->value->is_sequence()) {
    for (const document::Value& item : entry->value->items()) {
      strings.emplace_back(std::string(item.text()), item.where());
    }
    return strings;
  }
  // A chart ranges over one text too, and --set writes {a,b}.
  std::string_view text = entry->text;
  if (entry->is_list) text = text.substr(1, text.size() - 2);
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    strings.emplace_back(std::string(text.substr(0, comma)), entry->where);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return strings;
}

void HelmValues::NotModelled(std::string_view path) {
  const auto found = leaves_.find(path);
  if (found != leaves_.end()) found->second.read = false;
}

void HelmValues::Ignore(std::string_view path) {
  for (auto& [key, leaf] : leaves_) {
    if (key == path || IsBelow(key, path)) leaf.read = true;
  }
}

void HelmValues::ReportUnread() {
  for (const auto& [path, leaf] : leaves_) {
    if (!leaf.read) diagnostics_.NotModelled(*leaf.entry.value);
  }
}

}  // namespace cnisim::cni
