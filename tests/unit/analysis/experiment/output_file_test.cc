#include "analysis/experiment/output_file.h"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace cnisim::experiment {
namespace {

namespace fs = std::filesystem;

class OutputFileTest : public testing::Test {
 protected:
  OutputFileTest() : folder_(fs::path(testing::TempDir()) / Name()) { fs::remove_all(folder_); }
  ~OutputFileTest() override { fs::remove_all(folder_); }

  static std::string Name() {
    return std::string("output_file_") + std::to_string(getpid()) + "_" +
           testing::UnitTest::GetInstance()->current_test_info()->name();
  }
  std::string Path(const std::string& name) const { return (folder_ / name).string(); }
  static std::string Read(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }
  std::size_t FilesInFolder() const {
    std::size_t count = 0;
    for (const auto& entry : fs::directory_iterator(folder_)) count += entry.exists() ? 1U : 0U;
    return count;
  }

  fs::path folder_;
};

TEST_F(OutputFileTest, MakesFoldersAndReplacesWithoutLeftovers) {
  EXPECT_EQ(WriteWholeFile(Path("results.json"), "one"), std::nullopt);
  EXPECT_EQ(WriteWholeFile(Path("results.json"), "two"), std::nullopt);
  EXPECT_EQ(Read(Path("results.json")), "two");
  EXPECT_EQ(FilesInFolder(), 1U);
}

TEST_F(OutputFileTest, LeftoversOfKilledWritersGo) {
  fs::create_directories(folder_);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) _exit(0);
  waitpid(child, nullptr, 0);  // from here on there is no such process
  std::ofstream(Path("results.json.partial-" + std::to_string(child))) << "ha";
  std::ofstream(Path("results.json.partial-" + std::to_string(getppid()))) << "being written";
  std::ofstream(Path("other.json.partial-" + std::to_string(child))) << "not ours";
  EXPECT_EQ(WriteWholeFile(Path("results.json"), "one"), std::nullopt);
  EXPECT_FALSE(fs::exists(Path("results.json.partial-" + std::to_string(child))));
  EXPECT_TRUE(fs::exists(Path("results.json.partial-" + std::to_string(getppid()))));
  EXPECT_TRUE(fs::exists(Path("other.json.partial-" + std::to_string(child))));
}

TEST_F(OutputFileTest, ALinkStaysALink) {
  fs::create_directories(folder_);
  std::ofstream(Path("real.json")) << "old";
  fs::create_symlink("real.json", Path("link.json"));
  EXPECT_EQ(WriteWholeFile(Path("link.json"), "new"), std::nullopt);
  EXPECT_TRUE(fs::is_symlink(Path("link.json")));
  EXPECT_EQ(Read(Path("real.json")), "new");
}

TEST_F(OutputFileTest, ADeviceIsWrittenToNotReplaced) {
  EXPECT_EQ(WriteWholeFile("/dev/null", "gone"), std::nullopt);
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
  EXPECT_EQ(WriteWholeFile("/dev/full", "gone"), "cannot write /dev/full: No space left on device");
}

TEST_F(OutputFileTest, SaysWhyItFailed) {
  fs::create_directories(folder_);
  std::ofstream(Path("file")) << "a file, not a folder";
  EXPECT_EQ(WriteWholeFile(Path("file/results.json"), "x"),
            "cannot make folder " + Path("file") + ": Not a directory");
  EXPECT_EQ(WriteWholeFile(folder_.string(), "x"),
            "cannot write " + folder_.string() + ": Is a directory");
}

}  // namespace
}  // namespace cnisim::experiment
