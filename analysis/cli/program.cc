#include "analysis/cli/program.h"

#include <algorithm>
#include <exception>
#include <memory>
#include <ostream>
#include <thread>
#include <utility>
#include <vector>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include "analysis/cli/option_checks.h"
#include "analysis/experiment/version.h"
#include "models/document/spelling.h"
#include "sim/engine/ranks.h"

namespace cnisim::cli {
namespace {

/// Help in the house's form: what it does, usage, options, example; two columns that fit 80.
class HelpFormatter : public CLI::Formatter {
 public:
  HelpFormatter() { column_width(26); }

  std::string make_usage(const CLI::App* app, std::string /*name*/) const override {
    std::string text = "usage: " + app->get_name();
    for (const CLI::Option* option : app->get_options()) {
      if (!option->get_positional()) continue;
      const std::string name = option->get_name() + (option->get_expected_max() > 1 ? "..." : "");
      text += option->get_required() ? " " + name : " [" + name + "]";
    }
    return text + " [OPTION...]\n";
  }

  std::string make_option_opts(const CLI::Option* option) const override {
    if (option->get_positional() || option->get_expected_max() == 0) return "";
    return " " + option->get_type_name() + (option->get_expected_max() > 1 ? "..." : "");
  }

  std::string make_footer(const CLI::App* app) const override { return app->get_footer() + "\n"; }
};

void AddCommonOptions(CLI::App& app, const Command& command, CommonOptions& options) {
  if (command.common & kOutputOption) {
    app.add_option("-o,--output", options.output, std::string(command.output_help))
        ->type_name("PATH");
  }
  if (command.common & kJsonOption) {
    app.add_option("--json", options.json, "also write the result as JSON; - for standard output")
        ->type_name("FILE");
  }
  if (command.common & kSeedOption) {
    app.add_option("--seed", options.seed, "seed of all random numbers, instead of the scenario's")
        ->type_name("N")
        ->check(WholeNumberFrom(0, UINT64_MAX));
  }
  if (command.common & kThreadsOption) {
    app.add_option("--threads", options.threads, "threads to use; all cores if not given")
        ->type_name("N")
        ->check(WholeNumberFrom(1));
  }
  if (command.common & kCatalogOption) {
    app.add_option("--catalog", options.catalog, "folder laid over the built-in catalog")
        ->type_name("DIR")
        ->check(ExistingFolder());
  }
}

/// One message in the form of all our errors, without a file to point to.
class Complaints {
 public:
  Complaints(std::ostream& stream, std::string who) : stream_(stream), who_(std::move(who)) {}

  void Add(std::string_view message, std::string_view hint) {
    stream_ << who_ << ": error: " << message << '\n';
    if (!hint.empty()) stream_ << "  " << hint << '\n';
    any_ = true;
  }
  bool any() const { return any_; }

 private:
  std::ostream& stream_;
  std::string who_;
  bool any_ = false;
};

std::vector<std::string> OptionNames(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

/// "did you mean '--seed'? see 'cnisim run --help'".
std::string DidYouMean(std::string_view word, const std::vector<std::string>& known,
                       const std::string& otherwise) {
  const std::vector<std::string> near = document::NearSpellings(word, known);
  if (near.empty()) return otherwise;
  return fmt::format("did you mean '{}'? {}", near.front(), otherwise);
}

/// Words of the command line that no option took: unknown options, and arguments too many.  The
/// value that follows an unknown option belongs to it.
void ComplainAboutExtras(const CLI::App& app, const std::string& help, Complaints& complaints) {
  bool after_unknown_option = false;
  for (const std::string& word : app.remaining()) {
    if (word.size() > 1 && word[0] == '-') {
      const std::string name = word.substr(0, word.find('='));
      complaints.Add(fmt::format("unknown option '{}'", name),
                     DidYouMean(name, OptionNames(app), help));
      after_unknown_option = true;
    } else {
      if (!after_unknown_option) complaints.Add(fmt::format("unexpected '{}'", word), help);
      after_unknown_option = false;
    }
  }
}

std::string LowerFirst(std::string text) {
  if (text.size() > 1 && text[0] >= 'A' && text[0] <= 'Z' && text[1] >= 'a' && text[1] <= 'z') {
    text[0] = static_cast<char>(text[0] - 'A' + 'a');
  }
  while (!text.empty() && (text.back() == '.' || text.back() == '\n')) text.pop_back();
  return text;
}

std::string GeneralHelp(std::span<const Command> commands) {
  std::string text =
      "usage: cnisim COMMAND [ARGUMENT...]\n\n"
      "What each way to give the pods of an AKS cluster their network costs: VNet\n"
      "addresses, latency, throughput, CPU, policies.  Simulated, not measured.\n\n";
  for (const Command& command : commands) {
    text += fmt::format("  {:<13}{}\n", command.name, command.summary);
  }
  text +=
      "\n  -h, --help     this text; 'cnisim COMMAND --help' for a command's\n"
      "  --version      version of program and result format\n"
      "\nexample: cnisim run scenarios/quickstart.yaml\n";
  return text;
}

ExitCode RunCommand(const Command& command, std::span<const std::string> arguments,
                    Invocation& invocation) {
  const std::string full_name = fmt::format("cnisim {}", command.name);
  CLI::App app(std::string(command.summary), full_name);
  app.formatter(std::make_shared<HelpFormatter>());
  app.get_formatter()->label("Positionals", "arguments");
  app.option_defaults()->group("options");
  app.footer(fmt::format("example: {}", command.example));
  app.set_help_flag("-h,--help", "this text");
  app.allow_extras();
  const Action action = command.add(app);
  AddCommonOptions(app, command, invocation.options);

  const std::string help = fmt::format("see '{} --help'", full_name);
  Complaints complaints(invocation.err.stream, full_name);
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::CallForHelp&) {
    invocation.out.stream << app.help();
    return ExitCode::kOk;
  } catch (const CLI::Error& error) {
    ComplainAboutExtras(app, help, complaints);
    complaints.Add(LowerFirst(error.what()), help);
    return ExitCode::kUserInput;
  }
  ComplainAboutExtras(app, help, complaints);
  if (complaints.any()) return ExitCode::kUserInput;
  if (invocation.options.threads == 0) {
    invocation.options.threads = std::max(1U, std::thread::hardware_concurrency());
  }
  if (!invocation.writes && (command.common & kUsesRanks) == 0) return ExitCode::kOk;
  return action(invocation);
}

}  // namespace

std::string ShellLine(std::span<const std::string> arguments) {
  constexpr std::string_view kSafe =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=:,@%+";
  std::string line;
  for (const std::string& argument : arguments) {
    if (!line.empty()) line += ' ';
    if (!argument.empty() && argument.find_first_not_of(kSafe) == std::string::npos) {
      line += argument;
      continue;
    }
    line += '\'';
    for (const char c : argument) line += c == '\'' ? std::string("'\\''") : std::string(1, c);
    line += '\'';
  }
  return line;
}

ExitCode RunProgram(std::span<const std::string> arguments, std::span<const Command> commands,
                    Output out, Output err, engine::Ranks* ranks) {
  if (arguments.empty()) {
    err.stream << GeneralHelp(commands);
    return ExitCode::kUserInput;
  }
  const std::string& word = arguments.front();
  if (word == "-h" || word == "--help" || word == "help") {
    out.stream << GeneralHelp(commands);
    return ExitCode::kOk;
  }
  if (word == "--version") {
    out.stream << fmt::format("cnisim {} (results version {})\n", experiment::ProgramVersion(),
                              experiment::kResultsVersion);
    return ExitCode::kOk;
  }
  const auto command = std::find_if(commands.begin(), commands.end(),
                                    [&](const Command& known) { return known.name == word; });
  if (command == commands.end()) {
    std::vector<std::string> names;
    for (const Command& known : commands) names.emplace_back(known.name);
    Complaints(err.stream, "cnisim")
        .Add(fmt::format("unknown {} '{}'", word[0] == '-' ? "option" : "command", word),
             DidYouMean(word, names, "see 'cnisim --help'"));
    return ExitCode::kUserInput;
  }
  std::vector<std::string> whole{"cnisim"};
  whole.insert(whole.end(), arguments.begin(), arguments.end());
  Invocation invocation{out, err,   ShellLine(whole),
                        {},  ranks, ranks == nullptr || ranks->rank() == 0};
  try {
    return RunCommand(*command, arguments.subspan(1), invocation);
  } catch (const std::exception& error) {
    err.stream << "cnisim: internal error: " << error.what() << '\n';
    return ExitCode::kInternal;
  }
}

}  // namespace cnisim::cli
