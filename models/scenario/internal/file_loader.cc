#include "models/scenario/internal/file_loader.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "models/document/parser.h"

namespace cnisim::scenario::internal {

std::vector<const document::Value*> FileLoader::Objects(
    std::string_view path, const document::SourceLocation& referred_from) {
  const std::string resolved = document::ResolvePath(std::string(path), referred_from.file);
  auto found = documents_.find(resolved);
  if (found == documents_.end()) {
    const std::optional<std::string> text =
        document::ReadFile(resolved, diagnostics_, referred_from);
    if (!text) return {};
    contents_.emplace(resolved, *text);
    found =
        documents_.emplace(resolved, document::ParseDocuments(*text, resolved, diagnostics_)).first;
  }
  std::vector<const document::Value*> roots;
  for (const document::Document& document : found->second) roots.push_back(&document.root());
  return roots;
}

const std::string* FileLoader::Text(std::string_view path,
                                    const document::SourceLocation& referred_from) {
  const std::string resolved = document::ResolvePath(std::string(path), referred_from.file);
  const auto found = texts_.find(resolved);
  if (found != texts_.end()) return &found->second;
  std::optional<std::string> text = document::ReadFile(resolved, diagnostics_, referred_from);
  if (!text) return nullptr;
  contents_.emplace(resolved, *text);
  diagnostics_.AddSource(resolved, std::make_shared<const std::string>(*text));
  return &texts_.emplace(resolved, std::move(*text)).first->second;
}

std::vector<document::Document> FileLoader::TakeDocuments() {
  std::vector<document::Document> all;
  for (auto& [path, documents] : documents_) {
    for (document::Document& document : documents) all.push_back(std::move(document));
  }
  documents_.clear();
  return all;
}

std::string FileLoader::Contents() const {
  std::string all;
  for (const auto& [path, text] : contents_) all += std::to_string(text.size()) + '\n' + text;
  return all;
}

}  // namespace cnisim::scenario::internal
