#include "models/document/spelling.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace cnisim::document {

namespace {

constexpr std::size_t kMaxWord = 64;  // longer words are no slips, and the distance is quadratic
constexpr std::size_t kMaxNear = 3;
constexpr std::size_t kMaxQuoted = 60;

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string Normalised(std::string_view word) {
  std::string plain;
  for (const char c : word) {
    if (c != '-' && c != '_') plain += Lower(c);
  }
  return plain;
}

// Optimal string alignment: edits and swaps of neighbours.
std::size_t Distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replace = d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, replace});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
      }
    }
  }
  return d[a.size()][b.size()];
}

}  // namespace

std::vector<std::string> NearSpellings(std::string_view word,
                                       const std::vector<std::string>& candidates) {
  const std::string plain = Normalised(word);
  if (plain.empty() || plain.size() > kMaxWord) return {};
  const std::size_t allowed = std::max<std::size_t>(1, plain.size() / 3);
  std::vector<std::pair<std::size_t, std::string>> near;
  for (const std::string& candidate : candidates) {
    const std::string other = Normalised(candidate);
    if (other.empty() || other.size() > kMaxWord) continue;
    const std::size_t distance = Distance(plain, other);
    // A word of which every letter is replaced is another word, however short.
    if (distance <= allowed && distance < std::max(plain.size(), other.size())) {
      near.emplace_back(distance, candidate);
    }
  }
  std::sort(near.begin(), near.end());
  near.erase(std::unique(near.begin(), near.end()), near.end());
  if (near.size() > kMaxNear) near.resize(kMaxNear);
  std::vector<std::string> words;
  for (auto& [distance, candidate] : near) words.push_back(std::move(candidate));
  return words;
}

std::string SpellingHint(std::string_view word, std::vector<std::string> candidates,
                         std::size_t max_known) {
  std::string hint;
  std::vector<std::string> near = NearSpellings(word, candidates);
  if (!near.empty()) {
    for (std::string& candidate : near) candidate = Quote(candidate);
    hint = "did you mean " + OrList(near) + "?";
  }
  std::sort(candidates.begin(), candidates.end());
  candidates.erase(std::unique(candidates.begin(), candidates.end()), candidates.end());
  if (candidates.empty()) return hint;
  if (!hint.empty()) hint += ' ';
  hint += "known: ";
  const std::size_t shown = std::min(max_known, candidates.size());
  for (std::size_t i = 0; i < shown; ++i) {
    if (i > 0) hint += ", ";
    hint += candidates[i];
  }
  if (shown < candidates.size()) {
    hint += " and " + std::to_string(candidates.size() - shown) + " more";
  }
  return hint;
}

std::string Quote(std::string_view text) {
  std::string quoted = "'";
  std::size_t cut = text.size();
  if (cut > kMaxQuoted) {
    cut = kMaxQuoted;
    // Not inside a UTF-8 sequence.
    while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xC0U) == 0x80U) --cut;
  }
  for (const char c : text.substr(0, cut)) {
    const auto byte = static_cast<unsigned char>(c);
    quoted += byte < 0x20 || byte == 0x7F ? '?' : c;
  }
  quoted += cut < text.size() ? "...'" : "'";
  return quoted;
}

std::string OrList(const std::vector<std::string>& words) {
  std::string list;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) list += i + 1 == words.size() ? " or " : ", ";
    list += words[i];
  }
  return list;
}

}  // namespace cnisim::document
