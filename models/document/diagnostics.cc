#include "models/document/diagnostics.h"

#include <algorithm>
#include <utility>

#include "models/document/value.h"

namespace cnisim::document {

namespace {

constexpr std::size_t kLineShown = 100;  // bytes of a source line; JSON can have all in one

std::string_view Word(Severity severity) {
  switch (severity) {
    case Severity::kError:
      return "error";
    case Severity::kWarning:
      return "warning";
    case Severity::kNote:
      return "note";
  }
  return "";
}

// The text of line `number` (from 1), without its end.
std::string_view LineOf(std::string_view text, int number) {
  for (int line = 1; line < number; ++line) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  text = text.substr(0, text.find('\n'));
  if (text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

bool ContinuesCharacter(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

// A byte of a foreign file as it may go to a terminal.
char Printable(char c) {
  const auto byte = static_cast<unsigned char>(c);
  if (c == '\t') return ' ';
  return byte < 0x20 || byte == 0x7F ? '?' : c;
}

// Keys and file names stand in messages as they are in the file.
std::string AllPrintable(std::string text) {
  for (char& c : text) c = Printable(c);
  return text;
}

// The piece of a line that is shown, and the caret's offset in it, in bytes.
struct Excerpt {
  std::string_view text;
  std::size_t caret = 0;
  bool cut_before = false;
  bool cut_behind = false;
};

Excerpt Around(std::string_view line, std::size_t caret) {
  caret = std::min(caret, line.size());
  if (line.size() <= kLineShown) return {line, caret, false, false};
  std::size_t begin = caret > kLineShown / 2 ? caret - kLineShown / 2 : 0;
  std::size_t end = std::min(line.size(), begin + kLineShown);
  while (begin > 0 && ContinuesCharacter(line[begin])) --begin;
  while (end < line.size() && ContinuesCharacter(line[end])) ++end;
  return {line.substr(begin, end - begin), caret - begin, begin > 0, end < line.size()};
}

void AppendSourceLine(std::string& out, std::string_view line, int number, int column) {
  const Excerpt excerpt = Around(line, column > 0 ? static_cast<std::size_t>(column - 1) : 0);
  std::string label = std::to_string(number);
  if (label.size() < 5) label.insert(0, 5 - label.size(), ' ');
  out += label + " | ";
  if (excerpt.cut_before) out += "...";
  for (const char c : excerpt.text) out += Printable(c);
  if (excerpt.cut_behind) out += "...";
  out += '\n';
  out.append(label.size(), ' ');
  out += " | ";
  if (excerpt.cut_before) out += "   ";
  for (std::size_t i = 0; i < excerpt.caret; ++i) {
    if (!ContinuesCharacter(excerpt.text[i])) out += ' ';
  }
  out += "^\n";
}

bool IsWordCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// Whether the message already speaks of the field, as a word of its own.
bool Names(std::string_view message, std::string_view field) {
  for (std::size_t at = message.find(field); at != std::string_view::npos;
       at = message.find(field, at + 1)) {
    const std::size_t end = at + field.size();
    const bool begins = at == 0 || !IsWordCharacter(message[at - 1]);
    if (begins && (end == message.size() || !IsWordCharacter(message[end]))) return true;
  }
  return false;
}

std::string MessageWithField(const Diagnostic& diagnostic) {
  if (diagnostic.field.empty() || Names(diagnostic.message, diagnostic.field)) {
    return diagnostic.message;
  }
  return diagnostic.message + " in " + diagnostic.field;
}

}  // namespace

bool IgnoredKeys::Matches(std::string_view key_path) const {
  if (patterns_.empty()) return false;
  // Every tail of the path that begins at a key: after the kind, and after each dot.
  std::string_view tail = key_path;
  while (true) {
    if (patterns_.find(tail) != patterns_.end()) return true;
    const std::size_t step = tail.find_first_of(". ");
    if (step == std::string_view::npos) return false;
    tail.remove_prefix(step + 1);
  }
}

void Diagnostics::Add(Diagnostic diagnostic) {
  auto key = std::make_tuple(static_cast<int>(diagnostic.severity), diagnostic.where.ToString(),
                             MessageWithField(diagnostic));
  if (seen_.size() < 2 * kMaxKept && !seen_.insert(std::move(key)).second) return;
  if (diagnostic.severity == Severity::kError) ++errors_;
  if (diagnostic.severity == Severity::kWarning) ++warnings_;
  if (list_.size() >= kMaxKept) {
    ++left_out_;
    return;
  }
  list_.push_back(std::move(diagnostic));
}

void Diagnostics::Error(SourceLocation where, std::string field, std::string message,
                        std::string hint) {
  Add({Severity::kError, std::move(where), std::move(field), std::move(message), std::move(hint)});
}

void Diagnostics::Error(const Value& at, std::string message, std::string hint) {
  Error(at.where(), at.path(), std::move(message), std::move(hint));
}

void Diagnostics::Warning(SourceLocation where, std::string field, std::string message,
                          std::string hint) {
  Add({Severity::kWarning, std::move(where), std::move(field), std::move(message),
       std::move(hint)});
}

void Diagnostics::Warning(const Value& at, std::string message, std::string hint) {
  Warning(at.where(), at.path(), std::move(message), std::move(hint));
}

void Diagnostics::Note(SourceLocation where, std::string field, std::string message,
                       std::string hint) {
  Add({Severity::kNote, std::move(where), std::move(field), std::move(message), std::move(hint)});
}

void Diagnostics::Note(const Value& at, std::string message, std::string hint) {
  Note(at.where(), at.path(), std::move(message), std::move(hint));
}

void Diagnostics::NotModelled(const Value& value) {
  NotModelled(value.generic_path(), value.key_where());
}

void Diagnostics::NotModelled(std::string key_path, SourceLocation where) {
  if (ignored_keys_.Matches(key_path)) {
    ++ignored_;
    return;
  }
  NotModelledKey& entry = not_modelled_[key_path];
  if (entry.count++ == 0) {
    entry.key_path = std::move(key_path);
    entry.first = std::move(where);
  }
}

std::vector<NotModelledKey> Diagnostics::not_modelled() const {
  std::vector<NotModelledKey> keys;
  keys.reserve(not_modelled_.size());
  for (const auto& [path, entry] : not_modelled_) keys.push_back(entry);
  return keys;
}

void Diagnostics::AddSource(const std::string& file, std::shared_ptr<const std::string> text) {
  sources_[file] = std::move(text);
}

void Diagnostics::Merge(const Diagnostics& other) {
  for (const Diagnostic& diagnostic : other.list_) Add(diagnostic);
  left_out_ += other.left_out_;
  for (const auto& [path, entry] : other.not_modelled_) {
    const auto [mine, added] = not_modelled_.emplace(path, entry);
    if (!added) mine->second.count += entry.count;
  }
  ignored_ += other.ignored_;
  sources_.insert(other.sources_.begin(), other.sources_.end());
}

std::string Diagnostics::Render(const Diagnostic& diagnostic) const {
  std::string out;
  const std::string place = diagnostic.where.ToString();
  if (!place.empty()) out += AllPrintable(place) + ": ";
  out += Word(diagnostic.severity);
  out += ": " + AllPrintable(MessageWithField(diagnostic)) + '\n';
  const auto source = sources_.find(diagnostic.where.file);
  if (diagnostic.where.line > 0 && source != sources_.end()) {
    AppendSourceLine(out, LineOf(*source->second, diagnostic.where.line), diagnostic.where.line,
                     diagnostic.where.column);
  }
  if (!diagnostic.hint.empty()) out += "  " + AllPrintable(diagnostic.hint) + '\n';
  return out;
}

void Diagnostics::Print(std::string& out) const {
  for (const Diagnostic& diagnostic : list_) out += Render(diagnostic);
  if (left_out_ > 0) out += std::to_string(left_out_) + " more are not shown\n";
}

std::string Diagnostics::ToString() const {
  std::string out;
  Print(out);
  return out;
}

}  // namespace cnisim::document
