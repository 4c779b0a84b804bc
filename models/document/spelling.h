#pragma once

/// @file
/// Words for messages: near spellings, quoting, lists.

#include <string>
#include <string_view>
#include <vector>

namespace cnisim::document {

/// Candidates that `word` is probably a slip of, nearest first, at most three.  Case, '-' and '_'
/// count as nothing; otherwise insertions, deletions, replacements and swaps of neighbours count.
std::vector<std::string> NearSpellings(std::string_view word,
                                       const std::vector<std::string>& candidates);

/// "did you mean 'cilium'? known: az, calico, cilium": candidates sorted, at most `max_known`.
std::string SpellingHint(std::string_view word, std::vector<std::string> candidates,
                         std::size_t max_known = 20);

/// The word in single quotes, control characters as '?', cut after 60 bytes.
std::string Quote(std::string_view text);

/// "a", "a or b", "a, b or c".
std::string OrList(const std::vector<std::string>& words);

}  // namespace cnisim::document
