#pragma once

/// @file
/// A folder of a test's own, gone with it.  Tests run side by side, as processes: no two share one.

#include <filesystem>
#include <string>

namespace cnisim::test {

class ScratchFolder {
 public:
  ScratchFolder();
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  /// The path of a file in it.
  std::string File(const std::string& name) const { return (path_ / name).string(); }
  /// Writes a file, with the folders above it; its path.
  std::string Write(const std::string& name, const std::string& text) const;
  /// The text of a file; empty if there is none.
  std::string Read(const std::string& name) const;

 private:
  std::filesystem::path path_;
};

}  // namespace cnisim::test
