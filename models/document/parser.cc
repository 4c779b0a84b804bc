#include "models/document/parser.h"

#include <cerrno>
#include <cstring>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>
#include <unordered_set>
#include <utility>

#include <oneapi/tbb/parallel_for.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include "models/document/edit.h"
#include "models/document/internal/value_children.h"
#include "models/document/quantities.h"
#include "models/document/spelling.h"
#include "sim/base/check.h"

namespace cnisim::document {

namespace {

// Ends the parse from inside yaml-cpp's event loop; what is wrong stands in the diagnostics.
struct Abandoned {};

constexpr std::string_view kStringTag = "tag:yaml.org,2002:str";

bool IsKnownTag(const std::string& tag) {
  if (tag.empty() || tag == "?" || tag == "!") return true;
  static constexpr std::string_view kCore = "tag:yaml.org,2002:";
  if (!tag.starts_with(kCore)) return false;
  const std::string_view name = std::string_view(tag).substr(kCore.size());
  for (const std::string_view known : {"str", "int", "float", "bool", "null", "map", "seq"}) {
    if (name == known) return true;
  }
  return false;
}

// A JSON text may write a character outside the basic plane as two \u escapes; yaml-cpp knows only
// \U.  Elsewhere in valid input the pair cannot stand.
std::string WithoutSurrogatePairs(std::string_view text) {
  const auto unit = [&text](std::size_t at) -> std::uint32_t {
    if (at + 6 > text.size() || text[at] != '\\' || text[at + 1] != 'u') return 0;
    std::uint32_t value = 0;
    for (std::size_t i = at + 2; i < at + 6; ++i) {
      const char c = text[i];
      std::uint32_t digit = 0;
      if (c >= '0' && c <= '9') {
        digit = static_cast<std::uint32_t>(c - '0');
      } else if (c >= 'a' && c <= 'f') {
        digit = static_cast<std::uint32_t>(c - 'a') + 10;
      } else if (c >= 'A' && c <= 'F') {
        digit = static_cast<std::uint32_t>(c - 'A') + 10;
      } else {
        return 0;
      }
      value = value * 16 + digit;
    }
    return value;
  };
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] != '\\') {
      out += text[i++];
      continue;
    }
    const std::uint32_t high = unit(i);
    const std::uint32_t low = high >= 0xD800 && high < 0xDC00 ? unit(i + 6) : 0;
    if (low >= 0xDC00 && low < 0xE000) {
      const std::uint32_t code = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
      out += "\\U";
      for (int shift = 28; shift >= 0; shift -= 4) out += kDigits[(code >> shift) & 0xFU];
      i += 12;
    } else {
      // An escape and what it escapes stay together, so that "\\u" is not taken for "\u".
      out += text[i++];
      if (i < text.size()) out += text[i++];
    }
  }
  return out;
}

bool LooksLikeJson(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && (text[first] == '{' || text[first] == '[');
}

struct Explanation {
  std::string message;
  std::string hint;
};

// What yaml-cpp's words mean to somebody who does not know its scanner.
Explanation Explain(const std::string& yaml_message, std::string_view line) {
  namespace words = YAML::ErrorMsg;
  const std::string_view indentation = line.substr(0, line.find_first_not_of(" \t"));
  if (indentation.find('\t') != std::string_view::npos ||
      yaml_message == words::TAB_IN_INDENTATION) {
    return {"a tab in the indentation", "indent with spaces"};
  }
  if (yaml_message == words::END_OF_MAP_FLOW) return {"a '{' before this is never closed", ""};
  if (yaml_message == words::END_OF_SEQ_FLOW) return {"a '[' before this is never closed", ""};
  if (yaml_message == words::FLOW_END) return {"nothing is open that could be closed here", ""};
  if (yaml_message == words::END_OF_MAP || yaml_message == words::END_OF_SEQ) {
    return {"this line belongs to nothing above it",
            "check its indentation: it fits no level above"};
  }
  if (yaml_message == words::MAP_VALUE || yaml_message == words::MAP_KEY) {
    return {"a key is not allowed here",
            "check the indentation, and quote values that contain ': '"};
  }
  if (yaml_message == words::BLOCK_ENTRY) {
    return {"a sequence is not allowed here", "check the indentation of '- '"};
  }
  if (yaml_message == words::UNKNOWN_TOKEN) {
    return {"no value begins with this character", "put the value in quotes"};
  }
  return {yaml_message, ""};
}

std::string_view LineOf(std::string_view text, int number) {
  for (int line = 0; line < number; ++line) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  return text.substr(0, text.find('\n'));
}

}  // namespace

namespace internal {

/// Builds the tree from yaml-cpp's events.  A value is finished when its end is seen; parents and
/// indices are filled in when the whole document stands, since vectors move their elements before.
class TreeBuilder : public YAML::EventHandler {
 public:
  /// @param lines_before  of the file, where the parser sees a piece of it
  TreeBuilder(std::shared_ptr<const std::string> file, Diagnostics& diagnostics,
              const ParseLimits& limits, int lines_before = 0)
      : file_(std::move(file)),
        diagnostics_(diagnostics),
        limits_(limits),
        lines_before_(lines_before) {}

  // The document that has been read; nothing when it is empty.
  std::optional<Document> TakeDocument() {
    std::unique_ptr<Value> root = std::move(root_);
    if (root == nullptr || root->is_null()) return std::nullopt;
    LinkChildren(*root);
    return Document(file_, std::move(root));
  }

  static std::optional<Document> Edited(const Document& document, const std::vector<Edit>& edits,
                                        std::string& missing) {
    auto root = std::make_unique<Value>(CopyTree(document.root()));
    for (const Edit& edit : edits) {
      Value* place = root.get();
      for (const PathStep& step : edit.path) {
        place = step.is_item || place->is_sequence() ? Item(*place, step.name)
                                                     : MemberOf(*place, step.name, *edit.value);
        if (place != nullptr) continue;
        missing = step.name;
        return std::nullopt;
      }
      *place = CopyTree(*edit.value);
    }
    LinkChildren(*root);
    return Document(document.file_, std::move(root));
  }

  std::size_t nodes() const { return nodes_; }
  std::size_t copied() const { return copied_; }

  void OnDocumentStart(const YAML::Mark& mark) override {
    // yaml-cpp takes a stray ',' or '}' for an empty document and never gets past it.
    if (mark.pos == document_start_) {
      Abandon(mark, "broken YAML: unexpected text", "is a bracket or a quote missing before it?");
    }
    document_start_ = mark.pos;
    anchors_.clear();
    open_.clear();
    root_.reset();
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Close(New(mark, Kind::kNull), anchor);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override {
    CheckTag(mark, tag);
    Value value = New(mark, Kind::kScalar);
    value.text_ = text;
    value.quoted_ = tag == "!" || tag == kStringTag;
    Close(std::move(value), anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) {
      Abandon(mark, "the alias refers to a value that contains it");
    }
    Close(Copy(*found->second, mark), YAML::NullAnchor);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    Open(mark, tag, anchor, Kind::kSequence);
  }
  void OnSequenceEnd() override { CloseOpen(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    Open(mark, tag, anchor, Kind::kMap);
  }
  void OnMapEnd() override {
    if (!open_.empty()) {
      MergeMembers(open_.back());
      ReportDuplicates(open_.back());
    }
    CloseOpen();
  }

 private:
  // A map or sequence whose end has not been seen.
  struct OpenValue {
    Value value;
    YAML::anchor_t anchor = YAML::NullAnchor;
    std::optional<Member> pending;  // a map's key that waits for its value
    std::vector<Value> merged;      // values of `<<`
  };

  SourceLocation At(const YAML::Mark& mark) const {
    return {*file_, lines_before_ + mark.line + 1, mark.column + 1};
  }

  [[noreturn]] void Abandon(const YAML::Mark& mark, std::string message, std::string hint = {}) {
    diagnostics_.Error(At(mark), "", std::move(message), std::move(hint));
    throw Abandoned{};
  }

  void CheckTag(const YAML::Mark& mark, const std::string& tag) {
    if (IsKnownTag(tag)) return;
    diagnostics_.Error(At(mark), "", "unknown tag " + Quote(tag), "write the plain value");
  }

  Value New(const YAML::Mark& mark, Kind kind) {
    if (++nodes_ > limits_.nodes) {
      Abandon(mark, "more than " + std::to_string(limits_.nodes) + " values in one file");
    }
    Value value;
    value.kind_ = kind;
    value.line_ = lines_before_ + mark.line + 1;
    value.column_ = mark.column + 1;
    value.file_ = file_.get();
    return value;
  }

  void Open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, Kind kind) {
    CheckTag(mark, tag);
    if (open_.size() >= limits_.depth) {
      Abandon(mark, "nested more than " + std::to_string(limits_.depth) + " levels deep");
    }
    OpenValue open{New(mark, kind), anchor, std::nullopt, {}};
    open.value.children_ = std::make_unique<Value::Children>();
    open_.push_back(std::move(open));
  }

  void CloseOpen() {
    CNISIM_CHECK(!open_.empty(), "yaml-cpp ended more values than it began");
    OpenValue closed = std::move(open_.back());
    open_.pop_back();
    closed.value.children_->items.shrink_to_fit();
    closed.value.children_->members.shrink_to_fit();
    Close(std::move(closed.value), closed.anchor);
  }

  // A value is complete: it becomes the root, an item, a key or a member's value.
  void Close(Value value, YAML::anchor_t anchor) {
    if (anchor != YAML::NullAnchor) {
      anchors_[anchor] = std::make_unique<Value>(CopyTree(value));
    }
    if (open_.empty()) {
      root_ = std::make_unique<Value>(std::move(value));
      return;
    }
    OpenValue& parent = open_.back();
    if (parent.value.kind_ == Kind::kSequence) {
      parent.value.children_->items.push_back(std::move(value));
    } else if (!parent.pending) {
      parent.pending = KeyFrom(value);
    } else if (parent.pending->key == "<<" && !parent.pending->value.quoted_) {
      parent.pending.reset();
      parent.merged.push_back(std::move(value));
    } else {
      parent.pending->value = std::move(value);
      parent.value.children_->members.push_back(std::move(*parent.pending));
      parent.pending.reset();
    }
  }

  Member KeyFrom(Value& key) {
    if (key.kind_ != Kind::kScalar) {
      diagnostics_.Error({*file_, key.line_, key.column_}, "",
                         "a key must be a single word or text, found " + key.Describe(),
                         key.kind_ == Kind::kMap
                             ? "text such as {{ .Values.x }} is a template: render it first"
                             : "");
    }
    Member member{std::move(key.text_), key.line_, key.column_, Value()};
    member.value.quoted_ = key.quoted_;  // until the value replaces it: is this a merge key?
    return member;
  }

  // Members of `<<` values that the map itself does not have.
  void MergeMembers(OpenValue& open) {
    for (const Value& merged : open.merged) {
      if (merged.kind_ == Kind::kMap) {
        MergeMap(open.value, merged);
        continue;
      }
      for (const Value& item : merged.items()) MergeMap(open.value, item);
      if (merged.kind_ == Kind::kScalar || merged.kind_ == Kind::kNull)
        MergeMap(open.value, merged);
    }
  }

  void MergeMap(Value& into, const Value& from) {
    if (from.kind_ != Kind::kMap) {
      diagnostics_.Error(from.where(), "", "'<<' merges maps, found " + from.Describe());
      return;
    }
    for (const Member& member : from.members()) {
      if (into.Find(member.key) != nullptr) continue;
      YAML::Mark mark;
      mark.line = member.key_line - 1 - lines_before_;
      mark.column = member.key_column - 1;
      into.children_->members.push_back(
          {member.key, member.key_line, member.key_column, Copy(member.value, mark)});
    }
  }

  void ReportDuplicates(const OpenValue& open) {
    std::unordered_set<std::string_view> seen;  // asked, never walked
    std::map<std::string_view, int> first_line;
    const std::vector<Member>& members = open.value.children_->members;
    for (const Member& member : members) {
      if (seen.insert(member.key).second) continue;
      for (const Member& earlier : members) {
        if (earlier.key != member.key) continue;
        diagnostics_.Error({*file_, member.key_line, member.key_column}, "",
                           "duplicate key " + Quote(member.key),
                           "it stands already in line " + std::to_string(earlier.key_line));
        break;
      }
    }
  }

  // For Edited(): the item with that index or name; nullptr if there is none.
  static Value* Item(Value& sequence, const std::string& name) {
    if (sequence.kind_ != Kind::kSequence) return nullptr;
    std::vector<Value>& items = sequence.children_->items;
    if (const auto index = ParseInteger(name)) {
      const bool inside = *index >= 0 && *index < static_cast<std::int64_t>(items.size());
      return inside ? &items[static_cast<std::size_t>(*index)] : nullptr;
    }
    for (Value& item : items) {
      const Value* own = item.Find("name");
      if (own != nullptr && own->text() == name) return &item;
    }
    return nullptr;
  }

  // For Edited(): the member of that key, a new one if need be; nullptr if this can have none.
  static Value* MemberOf(Value& map, const std::string& key, const Value& stands_at) {
    if (map.kind_ == Kind::kNull) {
      map.kind_ = Kind::kMap;
      map.children_ = std::make_unique<Value::Children>();
    }
    if (map.kind_ != Kind::kMap) return nullptr;
    std::vector<Member>& members = map.children_->members;
    for (Member& member : members) {
      if (member.key == key) return &member.value;
    }
    Value none;
    none.line_ = stands_at.line_;
    none.column_ = stands_at.column_;
    none.file_ = stands_at.file_;
    members.push_back({key, stands_at.line_, stands_at.column_, std::move(none)});
    return &members.back().value;
  }

  // A copy for an alias; counted, since aliases of aliases grow without end.
  Value Copy(const Value& value, const YAML::Mark& mark) {
    copied_ += Count(value);
    if (copied_ > limits_.alias_nodes) {
      Abandon(mark, "aliases expand to more than " + std::to_string(limits_.alias_nodes) +
                        " values in one file");
    }
    return CopyTree(value);
  }

  static std::size_t Count(const Value& value) {
    std::size_t count = 1;
    for (const Value& item : value.items()) count += Count(item);
    for (const Member& member : value.members()) count += Count(member.value);
    return count;
  }

  static Value CopyTree(const Value& value) {
    Value copy;
    copy.kind_ = value.kind_;
    copy.quoted_ = value.quoted_;
    copy.line_ = value.line_;
    copy.column_ = value.column_;
    copy.file_ = value.file_;
    copy.text_ = value.text_;
    if (value.children_ != nullptr) {
      copy.children_ = std::make_unique<Value::Children>();
      copy.children_->items.reserve(value.items().size());
      for (const Value& item : value.items()) copy.children_->items.push_back(CopyTree(item));
      copy.children_->members.reserve(value.members().size());
      for (const Member& member : value.members()) {
        copy.children_->members.push_back(
            {member.key, member.key_line, member.key_column, CopyTree(member.value)});
      }
    }
    return copy;
  }

  static void LinkChildren(Value& value) {
    if (value.children_ == nullptr) return;
    std::uint32_t index = 0;
    for (Value& item : value.children_->items) {
      item.parent_ = &value;
      item.index_ = index++;
      LinkChildren(item);
    }
    index = 0;
    for (Member& member : value.children_->members) {
      member.value.parent_ = &value;
      member.value.index_ = index++;
      LinkChildren(member.value);
    }
  }

  std::shared_ptr<const std::string> file_;
  Diagnostics& diagnostics_;
  const ParseLimits& limits_;
  int lines_before_;
  std::map<YAML::anchor_t, std::unique_ptr<Value>> anchors_;
  std::vector<OpenValue> open_;
  std::unique_ptr<Value> root_;
  std::size_t nodes_ = 0;
  std::size_t copied_ = 0;
  int document_start_ = -1;  // of the last document
};

}  // namespace internal

namespace {

/// Some documents of a stream.
struct Piece {
  std::string_view text;
  int lines_before = 0;
};

// Large enough that a piece takes milliseconds.
constexpr std::size_t kPieceBytes = std::size_t{128} << 10;

bool BeginsDocument(std::string_view line) {
  return line.starts_with("---") &&
         (line.size() == 3 || line[3] == ' ' || line[3] == '\t' || line[3] == '\r');
}

/// Cuts a stream where documents begin; one piece when it is small or only a whole makes sense of
/// it (a directive speaks for what follows).
std::vector<Piece> Pieces(std::string_view text) {
  std::vector<Piece> pieces{{text, 0}};
  if (text.size() < 2 * kPieceBytes || LooksLikeJson(text) || text.starts_with('%')) return pieces;
  std::size_t begin = 0;  // of the last piece
  int line = 0;
  for (std::size_t at = text.find('\n'); at != std::string_view::npos && at + 1 < text.size();
       at = text.find('\n', at + 1)) {
    ++line;
    const std::size_t next = at + 1;
    if (text[next] == '%') return {{text, 0}};
    if (next - begin < kPieceBytes || text[next] != '-') continue;
    if (!BeginsDocument(text.substr(next, text.find('\n', next) - next))) continue;
    pieces.back().text = text.substr(begin, next - begin);
    pieces.push_back({text.substr(next), line});
    begin = next;
  }
  return pieces;
}

/// All documents of the pieces, read side by side; nothing if there is anything to say about them.
std::optional<std::vector<Document>> ParsePieces(const std::vector<Piece>& pieces,
                                                 const std::shared_ptr<const std::string>& file,
                                                 const ParseLimits& limits) {
  struct Parsed {
    std::vector<Document> documents;
    std::size_t nodes = 0;
    std::size_t copied = 0;
    bool clean = false;
  };
  std::vector<Parsed> all(pieces.size());
  tbb::parallel_for(std::size_t{0}, pieces.size(), [&](std::size_t i) {
    Parsed& parsed = all[i];
    Diagnostics diagnostics;
    internal::TreeBuilder builder(file, diagnostics, limits, pieces[i].lines_before);
    try {
      std::istringstream stream{std::string(pieces[i].text)};
      YAML::Parser parser(stream);
      while (parser.HandleNextDocument(builder)) {
        if (std::optional<Document> document = builder.TakeDocument()) {
          parsed.documents.push_back(std::move(*document));
        }
      }
      parsed.clean = diagnostics.list().empty();
    } catch (const Abandoned&) {
      // Found again, and reported, by who reads the text in one piece.
    } catch (const std::exception&) {
    }
    parsed.nodes = builder.nodes();
    parsed.copied = builder.copied();
  });
  std::vector<Document> documents;
  std::size_t nodes = 0;
  std::size_t copied = 0;
  for (Parsed& parsed : all) {
    nodes += parsed.nodes;
    copied += parsed.copied;
    if (!parsed.clean || nodes > limits.nodes || copied > limits.alias_nodes) return std::nullopt;
    std::move(parsed.documents.begin(), parsed.documents.end(), std::back_inserter(documents));
  }
  return documents;
}

}  // namespace

std::vector<Document> ParseDocuments(std::string_view text, const std::string& file_name,
                                     Diagnostics& diagnostics, const ParseLimits& limits) {
  std::vector<Document> documents;
  auto source = std::make_shared<const std::string>(text);
  diagnostics.AddSource(file_name, source);
  if (text.size() > limits.bytes) {
    diagnostics.Error({file_name, 0, 0}, "",
                      "the file has " + std::to_string(text.size()) + " bytes, more than " +
                          std::to_string(limits.bytes));
    return documents;
  }
  const auto file = std::make_shared<const std::string>(file_name);
  if (const std::vector<Piece> pieces = Pieces(*source); pieces.size() > 1) {
    // A text with mistakes is read once more, in one piece: messages do not depend on the cuts.
    if (auto read = ParsePieces(pieces, file, limits)) return std::move(*read);
  }
  internal::TreeBuilder builder(file, diagnostics, limits);
  try {
    std::istringstream stream(LooksLikeJson(text) ? WithoutSurrogatePairs(text) : *source);
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
      if (std::optional<Document> document = builder.TakeDocument()) {
        documents.push_back(std::move(*document));
      }
    }
  } catch (const Abandoned&) {
    // Reported where it was found.
  } catch (const YAML::Exception& problem) {
    SourceLocation where{file_name, 0, 0};
    std::string_view line;
    if (!problem.mark.is_null()) {
      where.line = problem.mark.line + 1;
      where.column = problem.mark.column + 1;
      line = LineOf(text, problem.mark.line);
    }
    Explanation explanation = Explain(problem.msg, line);
    diagnostics.Error(std::move(where), "", "broken YAML: " + explanation.message,
                      std::move(explanation.hint));
  } catch (const std::exception& problem) {
    diagnostics.Error({file_name, 0, 0}, "", std::string("broken YAML: ") + problem.what());
  }
  return documents;
}

std::optional<Document> ParseDocument(std::string_view text, const std::string& file_name,
                                      Diagnostics& diagnostics, const ParseLimits& limits) {
  const std::size_t errors_before = diagnostics.error_count();
  std::vector<Document> documents = ParseDocuments(text, file_name, diagnostics, limits);
  if (diagnostics.error_count() != errors_before) return std::nullopt;
  if (documents.empty()) {
    diagnostics.Error({file_name, 0, 0}, "", "the file is empty");
    return std::nullopt;
  }
  if (documents.size() > 1) {
    diagnostics.Error(documents[1].root().where(), "",
                      "expected one document, found " + std::to_string(documents.size()),
                      "remove the line '---' and what follows it");
    return std::nullopt;
  }
  return std::move(documents.front());
}

std::optional<std::string> ReadFile(const std::string& path, Diagnostics& diagnostics,
                                    const SourceLocation& referred_from) {
  const SourceLocation where =
      referred_from.file.empty() ? SourceLocation{path, 0, 0} : referred_from;
  const auto fail = [&](const std::string& why) {
    diagnostics.Error(where, "", "cannot read " + Quote(path) + ": " + why);
    return std::nullopt;
  };
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (status.type() == std::filesystem::file_type::not_found) return fail("no such file");
  if (std::filesystem::is_directory(status)) return fail("it is a directory");
  errno = 0;
  std::ifstream stream(path, std::ios::binary);
  if (!stream) return fail(errno != 0 ? std::strerror(errno) : "it cannot be opened");
  std::string text((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
  if (stream.bad()) return fail("reading failed");
  return text;
}

std::string ResolvePath(const std::string& path, const std::string& from_file) {
  const std::filesystem::path given(path);
  if (given.is_absolute()) return path;
  return (std::filesystem::path(from_file).parent_path() / given).lexically_normal().string();
}

std::optional<std::vector<PathStep>> ParsePath(std::string_view text) {
  std::vector<PathStep> path;
  bool want_key = true;  // at the beginning and behind a dot
  while (!text.empty()) {
    if (text.front() == '[' && !want_key) {
      const std::size_t end = text.find(']');
      if (end == std::string_view::npos || end == 1) return std::nullopt;
      path.push_back({std::string(text.substr(1, end - 1)), true});
      text.remove_prefix(end + 1);
      continue;
    }
    if (!want_key) {
      if (text.front() != '.') return std::nullopt;
      text.remove_prefix(1);
      want_key = true;
      continue;
    }
    const std::size_t end = std::min(text.find_first_of(".["), text.size());
    if (end == 0) return std::nullopt;
    path.push_back({std::string(text.substr(0, end)), false});
    text.remove_prefix(end);
    want_key = false;
  }
  if (want_key) return std::nullopt;
  return path;
}

std::optional<Document> Edited(const Document& document, const std::vector<Edit>& edits,
                               std::string& missing) {
  return internal::TreeBuilder::Edited(document, edits, missing);
}

}  // namespace cnisim::document
