#include "models/document/catalog_files.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

#include "models/document/embedded_files.h"
#include "models/document/object_reader.h"
#include "models/document/parser.h"
#include "models/document/spelling.h"
#include "sim/base/hash.h"

namespace cnisim::document {

namespace {

bool ByPath(const CatalogFile& a, const CatalogFile& b) { return a.path < b.path; }

std::vector<CatalogFile> ReadOverlay(const std::string& directory, Diagnostics& diagnostics) {
  namespace fs = std::filesystem;
  std::vector<CatalogFile> files;
  std::error_code error;
  if (!fs::is_directory(directory, error)) {
    diagnostics.Error({directory, 0, 0}, "",
                      "the catalog directory " + Quote(directory) + " does not exist");
    return files;
  }
  fs::recursive_directory_iterator entry(directory, error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    const fs::path& path = entry->path();
    if (!entry->is_regular_file() || (path.extension() != ".yaml" && path.extension() != ".csv")) {
      continue;
    }
    std::optional<std::string> text = ReadFile(path.string(), diagnostics);
    if (!text) continue;
    files.push_back({path.lexically_relative(directory).generic_string(), std::move(*text),
                     path.string(), /*overlaid=*/true});
  }
  if (error) {
    diagnostics.Error({directory, 0, 0}, "",
                      "the catalog directory cannot be read: " + error.message());
  }
  std::sort(files.begin(), files.end(), ByPath);
  return files;
}

/// "costs" of "costs/own.yaml"; empty for a file at the top.
std::string FolderOf(std::string_view path) {
  const std::size_t slash = path.find('/');
  return slash == std::string_view::npos ? "" : std::string(path.substr(0, slash));
}

/// Nobody would read a file of a folder that the catalog does not have.
void CheckOverlay(const std::string& directory, const std::vector<CatalogFile>& files,
                  Diagnostics& diagnostics) {
  std::set<std::string> known;
  for (const EmbeddedFile& embedded : EmbeddedCatalogFiles()) {
    known.insert(FolderOf(embedded.path));
  }
  const std::vector<std::string> folders(known.begin(), known.end());
  if (files.empty()) {
    diagnostics.Error({directory, 0, 0}, "",
                      "the catalog directory has no .yaml or .csv file below it",
                      "it has folders such as the catalog's: " + OrList(folders));
  }
  for (const CatalogFile& file : files) {
    const std::string folder = FolderOf(file.path);
    if (known.count(folder) > 0) continue;
    diagnostics.Error({file.origin, 0, 0}, "",
                      folder.empty() ? "the file stands in no folder of the catalog"
                                     : "the catalog has no folder " + Quote(folder),
                      "known: " + OrList(folders));
  }
}

}  // namespace

CatalogFiles::CatalogFiles(std::vector<CatalogFile> files) : files_(std::move(files)) {
  std::sort(files_.begin(), files_.end(), ByPath);
  Hasher hasher;
  for (const CatalogFile& file : files_) {
    hasher.Add(std::string_view(file.path));
    hasher.Add(std::string_view(file.text));
  }
  content_hash_ = hasher.digest();
}

CatalogFiles CatalogFiles::Load(const std::optional<std::string>& overlay_dir,
                                Diagnostics& diagnostics) {
  std::vector<CatalogFile> files;
  if (overlay_dir) {
    const std::size_t errors = diagnostics.error_count();
    files = ReadOverlay(*overlay_dir, diagnostics);
    if (diagnostics.error_count() == errors) CheckOverlay(*overlay_dir, files, diagnostics);
  }
  const std::size_t overlaid = files.size();
  for (const EmbeddedFile& embedded : EmbeddedCatalogFiles()) {
    const auto end = files.begin() + static_cast<std::ptrdiff_t>(overlaid);
    const auto same = std::lower_bound(
        files.begin(), end, embedded.path,
        [](const CatalogFile& file, std::string_view path) { return file.path < path; });
    if (same != end && same->path == embedded.path) continue;
    files.push_back({std::string(embedded.path), std::string(embedded.text),
                     "catalog/" + std::string(embedded.path), /*overlaid=*/false});
  }
  return CatalogFiles(std::move(files));
}

CatalogFiles CatalogFiles::FromFiles(std::vector<CatalogFile> files) {
  return CatalogFiles(std::move(files));
}

std::vector<const CatalogFile*> CatalogFiles::Below(std::string_view prefix) const {
  std::vector<const CatalogFile*> below;
  for (const CatalogFile& file : files_) {
    if (file.path.starts_with(prefix)) below.push_back(&file);
  }
  return below;
}

const CatalogFile* CatalogFiles::Find(std::string_view path) const {
  for (const CatalogFile& file : files_) {
    if (file.path == path) return &file;
  }
  return nullptr;
}

IgnoredKeys ReadIgnoredKeys(const CatalogFiles& catalog, Diagnostics& diagnostics) {
  IgnoredKeys keys;
  const CatalogFile* file = catalog.Find("inputs/ignored_keys.yaml");
  if (file == nullptr) return keys;
  const std::optional<Document> document = ParseDocument(file->text, file->origin, diagnostics);
  if (!document) return keys;
  ObjectReader reader(document->root(), diagnostics, UnknownKeys::kError);
  if (const Value* groups = reader.RequireSequence("ignored_keys")) {
    for (const Value& group : groups->items()) {
      ObjectReader entry(group, diagnostics, UnknownKeys::kError);
      entry.RequireString("why");
      for (std::string& key : entry.Strings("keys")) keys.Add(std::move(key));
      entry.Finish();
    }
  }
  reader.Finish();
  return keys;
}

}  // namespace cnisim::document
