#include "models/cni/shell_words.h"

#include <cctype>
#include <map>
#include <utility>

namespace cnisim::cni {
namespace {

bool IsNameStart(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_'; }
bool IsName(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

/// `NAME=value`: the length of NAME, 0 if `text` is no assignment.
std::size_t AssignedNameLength(std::string_view text) {
  if (text.empty() || !IsNameStart(text[0])) return 0;
  std::size_t end = 1;
  while (end < text.size() && IsName(text[end])) ++end;
  return end < text.size() && text[end] == '=' ? end : 0;
}

class Splitter {
 public:
  Splitter(std::string_view text, const document::SourceLocation& start, bool one_place)
      : text_(text), start_(start), one_place_(one_place) {}

  std::vector<ShellCommand> Split() {
    while (position_ < text_.size()) {
      const char c = text_[position_];
      if (JoinsLines()) {
        SkipJoin();
      } else if (c == '\n' || c == ';' || c == '|' || c == '&') {
        EndCommand();
        Advance();
      } else if (c == ' ' || c == '\t' || c == '\r') {
        Advance();
      } else if (c == '#') {
        while (position_ < text_.size() && text_[position_] != '\n') Advance();
      } else {
        ReadWord();
      }
    }
    EndCommand();
    return std::move(commands_);
  }

 private:
  char Peek(std::size_t ahead = 0) const {
    return position_ + ahead < text_.size() ? text_[position_ + ahead] : '\0';
  }

  void Advance() {
    if (text_[position_] == '\n') {
      ++line_;
      line_start_ = position_ + 1;
    }
    ++position_;
  }

  document::SourceLocation Here() const {
    document::SourceLocation here = start_;
    if (one_place_) return here;
    const int column = static_cast<int>(position_ - line_start_);
    here.line += line_;
    here.column = line_ == 0 ? start_.column + column : column + 1;
    return here;
  }

  // `\` or a backtick at the end of a line, blanks after it forgiven: people paste those.
  bool JoinsLines() const {
    if (Peek() != '\\' && Peek() != '`') return false;
    std::size_t next = 1;
    while (Peek(next) == ' ' || Peek(next) == '\t' || Peek(next) == '\r') ++next;
    return Peek(next) == '\n' || position_ + next >= text_.size();
  }

  void SkipJoin() {
    while (position_ < text_.size() && text_[position_] != '\n') Advance();
    if (position_ < text_.size()) Advance();
  }

  void ReadWord() {
    ShellWord word;
    word.where = Here();
    while (position_ < text_.size()) {
      const char c = text_[position_];
      if (c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == ';' || c == '|' || c == '&')
        break;
      if (JoinsLines()) break;
      if (c == '\'') {
        ReadQuoted(word, '\'', /*expands=*/false);
      } else if (c == '"') {
        ReadQuoted(word, '"', /*expands=*/true);
      } else if (c == '$') {
        ReadVariable(word);
      } else if (c == '`') {
        ReadSubstitution(word, '`');
      } else {
        if (c == '\\' && position_ + 1 < text_.size()) Advance();
        word.text += text_[position_];
        Advance();
      }
    }
    command_.push_back(std::move(word));
  }

  void ReadQuoted(ShellWord& word, char quote, bool expands) {
    word.quoted = true;
    Advance();
    while (position_ < text_.size() && text_[position_] != quote) {
      if (expands && text_[position_] == '$') {
        ReadVariable(word);
        continue;
      }
      if (expands && text_[position_] == '\\' && position_ + 1 < text_.size()) Advance();
      word.text += text_[position_];
      Advance();
    }
    if (position_ < text_.size()) Advance();
  }

  void ReadSubstitution(ShellWord& word, char close) {
    const std::size_t begin = position_;
    Advance();
    while (position_ < text_.size() && text_[position_] != close && text_[position_] != '\n')
      Advance();
    if (Peek() == close) Advance();
    Unresolved(word, text_.substr(begin, position_ - begin));
  }

  void ReadVariable(ShellWord& word) {
    const std::size_t begin = position_;
    Advance();
    if (Peek() == '(') {
      int depth = 0;
      while (position_ < text_.size()) {
        if (Peek() == '(') ++depth;
        if (Peek() == ')') --depth;
        Advance();
        if (depth == 0) break;
      }
      Unresolved(word, text_.substr(begin, position_ - begin));
      return;
    }
    const bool braces = Peek() == '{';
    if (braces) Advance();
    const std::size_t name_begin = position_;
    while (position_ < text_.size() && IsName(text_[position_])) Advance();
    const std::string name(text_.substr(name_begin, position_ - name_begin));
    if (braces) {
      while (position_ < text_.size() && Peek() != '}' && Peek() != '\n') Advance();
      if (Peek() == '}') Advance();
    }
    const std::string_view written = text_.substr(begin, position_ - begin);
    const auto known = variables_.find(name);
    if (name.empty()) {
      word.text += written;
    } else if (known != variables_.end() && written.size() == name.size() + (braces ? 3u : 1u)) {
      word.text += known->second;
    } else {
      Unresolved(word, written);
    }
  }

  static void Unresolved(ShellWord& word, std::string_view written) {
    if (word.unresolved.empty()) word.unresolved = written;
    word.text += written;
  }

  void EndCommand() {
    if (command_.empty()) return;
    if (command_[0].text == "export" && !command_[0].quoted) command_.erase(command_.begin());
    std::size_t assignments = 0;
    while (assignments < command_.size()) {
      const ShellWord& word = command_[assignments];
      const std::size_t length = AssignedNameLength(word.text);
      if (length == 0) break;
      const std::string name = word.text.substr(0, length);
      variables_.erase(name);
      if (word.unresolved.empty()) variables_[name] = word.text.substr(length + 1);
      ++assignments;
    }
    command_.erase(command_.begin(), command_.begin() + static_cast<std::ptrdiff_t>(assignments));
    if (!command_.empty()) commands_.push_back(std::move(command_));
    command_.clear();
  }

  std::string_view text_;
  document::SourceLocation start_;
  bool one_place_;
  std::size_t position_ = 0;
  int line_ = 0;
  std::size_t line_start_ = 0;
  ShellCommand command_;
  std::vector<ShellCommand> commands_;
  std::map<std::string, std::string> variables_;
};

}  // namespace

std::vector<ShellCommand> SplitCommands(std::string_view text,
                                        const document::SourceLocation& start, bool one_place) {
  return Splitter(text, start, one_place).Split();
}

}  // namespace cnisim::cni
