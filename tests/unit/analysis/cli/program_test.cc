#include "analysis/cli/program.h"

#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <CLI/App.hpp>
#include <gtest/gtest.h>

namespace cnisim::cli {
namespace {

// A command as others write them: one argument, one flag, all common options.
Action AddEcho(CLI::App& command) {
  struct Options {
    std::string word;
    bool loud = false;
  };
  auto options = std::make_shared<Options>();
  command.add_option("WORD", options->word, "what to say")->required();
  command.add_flag("--loud", options->loud, "say it loudly");
  return [options](Invocation& invocation) {
    if (options->word == "fail") throw std::runtime_error("a promise was broken");
    invocation.out.stream << options->word << (options->loud ? "!" : "") << " seed "
                          << invocation.options.seed.value_or(0) << " threads "
                          << invocation.options.threads << " output "
                          << invocation.options.output.value_or("none") << " json "
                          << invocation.options.json.value_or("none") << '\n'
                          << invocation.command_line << '\n';
    return options->word == "no" ? ExitCode::kFinding : ExitCode::kOk;
  };
}

constexpr Command kTestCommands[] = {
    {"echo", "say a word", "cnisim echo hello",
     kOutputOption | kJsonOption | kSeedOption | kThreadsOption | kCatalogOption,
     "folder for what was said", AddEcho},
};

struct Outcome {
  ExitCode code;
  std::string out;
  std::string err;
};

Outcome Call(const std::vector<std::string>& arguments) {
  std::ostringstream out;
  std::ostringstream err;
  const ExitCode code = RunProgram(arguments, kTestCommands, Output{out}, Output{err});
  return {code, out.str(), err.str()};
}

TEST(ProgramTest, RunsACommandWithItsOptions) {
  const Outcome outcome = Call(
      {"echo", "--seed", "7", "hello", "--threads=2", "--loud", "-o", "my folder", "--json", "-"});
  EXPECT_EQ(outcome.code, ExitCode::kOk);
  EXPECT_EQ(outcome.out,
            "hello! seed 7 threads 2 output my folder json -\n"
            "cnisim echo --seed 7 hello --threads=2 --loud -o 'my folder' --json -\n");
  EXPECT_EQ(outcome.err, "");
}

TEST(ProgramTest, TheCommandsAnswerIsTheExitCode) {
  EXPECT_EQ(Call({"echo", "no"}).code, ExitCode::kFinding);
}

TEST(ProgramTest, NothingAskedIsAMistakeHelpAskedIsNot) {
  const Outcome nothing = Call({});
  EXPECT_EQ(nothing.code, ExitCode::kUserInput);
  EXPECT_EQ(nothing.out, "");
  const Outcome help = Call({"--help"});
  EXPECT_EQ(help.code, ExitCode::kOk);
  EXPECT_EQ(help.err, "");
  EXPECT_EQ(help.out, nothing.err);
  EXPECT_EQ(help.out,
            "usage: cnisim COMMAND [ARGUMENT...]\n"
            "\n"
            "What each way to give the pods of an AKS cluster their network costs: VNet\n"
            "addresses, latency, throughput, CPU, policies.  Simulated, not measured.\n"
            "\n"
            "  echo         say a word\n"
            "\n"
            "  -h, --help     this text; 'cnisim COMMAND --help' for a command's\n"
            "  --version      version of program and result format\n"
            "\n"
            "example: cnisim run scenarios/quickstart.yaml\n");
}

TEST(ProgramTest, ACommandsHelpEndsInAnExample) {
  const Outcome help = Call({"echo", "--help"});
  EXPECT_EQ(help.code, ExitCode::kOk);
  EXPECT_EQ(help.err, "");
  EXPECT_EQ(help.out,
            "say a word\n"
            "usage: cnisim echo WORD [OPTION...]\n"
            "\n"
            "arguments:\n"
            "  WORD                    what to say\n"
            "\n"
            "options:\n"
            "  -h,--help               this text\n"
            "  --loud                  say it loudly\n"
            "  -o,--output PATH        folder for what was said\n"
            "  --json FILE             also write the result as JSON; - for standard output\n"
            "  --seed N                seed of all random numbers, instead of the scenario's\n"
            "  --threads N             threads to use; all cores if not given\n"
            "  --catalog DIR           folder laid over the built-in catalog\n"
            "\n"
            "example: cnisim echo hello\n");
}

TEST(ProgramTest, Version) {
  const Outcome version = Call({"--version"});
  EXPECT_EQ(version.code, ExitCode::kOk);
  EXPECT_EQ(version.out, "cnisim 0.1.0 (results version 1)\n");
}

TEST(ProgramTest, UnknownWords) {
  const Outcome command = Call({"ehco", "hello"});
  EXPECT_EQ(command.code, ExitCode::kUserInput);
  EXPECT_EQ(command.out, "");
  EXPECT_EQ(command.err,
            "cnisim: error: unknown command 'ehco'\n  did you mean 'echo'? see 'cnisim --help'\n");

  // All of them, and the value of an unknown option is not reported beside it.
  const Outcome options = Call({"echo", "hello", "again", "--sed", "7", "--quiet=yes"});
  EXPECT_EQ(options.code, ExitCode::kUserInput);
  EXPECT_EQ(options.out, "");
  EXPECT_EQ(options.err,
            "cnisim echo: error: unexpected 'again'\n"
            "  see 'cnisim echo --help'\n"
            "cnisim echo: error: unknown option '--sed'\n"
            "  did you mean '--seed'? see 'cnisim echo --help'\n"
            "cnisim echo: error: unknown option '--quiet'\n"
            "  see 'cnisim echo --help'\n");
}

TEST(ProgramTest, WrongValues) {
  const auto error_of = [](const std::vector<std::string>& arguments) {
    const Outcome outcome = Call(arguments);
    EXPECT_EQ(outcome.code, ExitCode::kUserInput);
    EXPECT_EQ(outcome.out, "");
    return outcome.err;
  };
  const std::string see = "  see 'cnisim echo --help'\n";
  EXPECT_EQ(error_of({"echo", "hello", "--seed", "-3"}),
            "cnisim echo: error: --seed: expected a whole number from 0, found '-3'\n" + see);
  EXPECT_EQ(error_of({"echo", "hello", "--seed", "18446744073709551616"}),
            "cnisim echo: error: --seed: expected a whole number from 0, found "
            "'18446744073709551616'\n" +
                see);
  EXPECT_EQ(error_of({"echo", "hello", "--threads", "0"}),
            "cnisim echo: error: --threads: expected a whole number from 1, found '0'\n" + see);
  EXPECT_EQ(error_of({"echo", "hello", "--catalog", "no/such/folder"}),
            "cnisim echo: error: --catalog: there is no folder 'no/such/folder'\n" + see);
  EXPECT_EQ(error_of({"echo", "hello", "--json"}),
            "cnisim echo: error: --json: 1 required FILE missing\n" + see);
  EXPECT_EQ(error_of({"echo"}), "cnisim echo: error: WORD is required\n" + see);
}

TEST(ProgramTest, ADefectIsAnInternalError) {
  const Outcome outcome = Call({"echo", "fail"});
  EXPECT_EQ(outcome.code, ExitCode::kInternal);
  EXPECT_EQ(outcome.err, "cnisim: internal error: a promise was broken\n");
}

TEST(ShellLineTest, QuotesWhatAShellWouldRead) {
  const std::vector<std::string> words{"a b", "it's", "", "plain-1.yaml", "$x"};
  EXPECT_EQ(ShellLine(words), R"('a b' 'it'\''s' '' plain-1.yaml '$x')");
}

}  // namespace
}  // namespace cnisim::cli
