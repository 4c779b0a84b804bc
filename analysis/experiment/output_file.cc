#include "analysis/experiment/output_file.h"

#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

namespace cnisim::experiment {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPartial = ".partial-";  // then the process that writes it

std::string Failed(const std::string& path, int error) {
  return "cannot write " + path + ": " + std::strerror(error);
}

enum class Sync : bool { kNo, kYes };

/// Writes to `path` itself; 0 or an errno.
int WriteDirectly(const std::string& path, std::string_view text, Sync sync) {
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (file < 0) return errno;
  int error = 0;
  while (!text.empty() && error == 0) {
    const ssize_t written = write(file, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      error = errno;
    }
  }
  if (error == 0 && sync == Sync::kYes && fsync(file) != 0) error = errno;
  if (close(file) != 0 && error == 0) error = errno;
  return error;
}

/// Removes what killed processes left of earlier attempts at `target`.
void RemoveLeftovers(const fs::path& target) {
  const std::string prefix = target.filename().string() + std::string(kPartial);
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(target.parent_path(), ignored)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(prefix)) continue;
    pid_t process = 0;
    const char* end = name.data() + name.size();
    const auto [stop, error] = std::from_chars(name.data() + prefix.size(), end, process);
    if (error != std::errc() || stop != end || process <= 0) continue;
    // Signal 0 only asks whether there is such a process.
    if (kill(process, 0) != 0 && errno == ESRCH) fs::remove(entry.path(), ignored);
  }
}

}  // namespace

std::optional<std::string> WriteWholeFile(const std::string& path, std::string_view text) {
  std::error_code ignored;
  if (fs::exists(path, ignored) && !fs::is_regular_file(path, ignored)) {
    const int error = WriteDirectly(path, text, Sync::kNo);  // pipes cannot
    return error == 0 ? std::nullopt : std::optional(Failed(path, error));
  }
  // A link stays a link: what it points to is replaced.
  const fs::path target = fs::weakly_canonical(path, ignored);
  std::error_code made;
  if (target.has_parent_path()) fs::create_directories(target.parent_path(), made);
  if (made) return "cannot make folder " + target.parent_path().string() + ": " + made.message();

  RemoveLeftovers(target);
  const std::string temporary = target.string() + std::string(kPartial) + std::to_string(getpid());
  // On disk before it takes the name: else a crash could leave an empty file under it.
  int error = WriteDirectly(temporary, text, Sync::kYes);
  if (error == 0 && rename(temporary.c_str(), target.c_str()) != 0) error = errno;
  if (error == 0) return std::nullopt;
  unlink(temporary.c_str());
  return Failed(path, error);
}

}  // namespace cnisim::experiment
