#pragma once

/// @file
/// How the program was called and where it may speak: what every command gets.

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>

namespace cnisim::engine {
class Ranks;
}  // namespace cnisim::engine

namespace cnisim::cli {

/// The options that mean the same in every command that has them.
struct CommonOptions {
  std::optional<std::string> output;   ///< -o: a folder or a file, as the command says
  std::optional<std::string> json;     ///< --json: a file, "-" for standard output
  std::optional<std::uint64_t> seed;   ///< --seed; otherwise the scenario's
  unsigned threads = 0;                ///< --threads; 0 on the command line's silence: all cores
  std::optional<std::string> catalog;  ///< --catalog: a folder laid over the built-in catalog

  /// True if the result itself goes to standard output as JSON, so that nothing else may.
  bool json_on_stdout() const { return json == "-"; }
};

/// A place to print to.
struct Output {
  std::ostream& stream;
  bool terminal = false;  ///< somebody watches it
  bool color = false;     ///< a terminal, and NO_COLOR is not set
};

struct Invocation {
  Output out;                ///< results
  Output err;                ///< everything else
  std::string command_line;  ///< for "how to reproduce", as typed, quoted for a shell
  CommonOptions options;
  engine::Ranks* ranks = nullptr;  ///< that run the command together; nullptr: this process alone
  bool writes = true;              ///< this process writes files: the others found the same
};

}  // namespace cnisim::cli
