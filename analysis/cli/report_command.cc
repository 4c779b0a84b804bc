#include "analysis/cli/report_command.h"

#include <filesystem>
#include <fstream>
#include <memory>
#include <ostream>
#include <sstream>
#include <string>

#include <CLI/App.hpp>
#include <fmt/format.h>

#include "analysis/cli/invocation.h"
#include "analysis/cli/scenario_input.h"
#include "analysis/experiment/result_json.h"
#include "analysis/report/html_report.h"
#include "analysis/report/markdown_report.h"

namespace cnisim::cli {
namespace {

struct ReportOptions {
  std::string results;
  bool markdown = false;
};

ExitCode Refuse(const std::string& path, const std::string& why, Invocation& invocation) {
  invocation.err.stream << fmt::format("{}: error: {}\n", path, why);
  return ExitCode::kUserInput;
}

ExitCode Report(const ReportOptions& options, Invocation& invocation) {
  std::ifstream file(options.results);
  if (!file) return Refuse(options.results, "cannot be read", invocation);
  std::ostringstream text;
  text << file.rdbuf();
  const auto document = experiment::ParseResults(text.str());
  if (!document.ok()) return Refuse(options.results, document.error(), invocation);
  if (document->configurations.empty()) {
    return Refuse(options.results, "holds no configuration", invocation);
  }
  if (options.markdown) {
    invocation.out.stream << report::MarkdownReport(*document);
    return ExitCode::kOk;
  }
  const std::filesystem::path folder = invocation.options.output.value_or(
      std::filesystem::path(options.results).parent_path().string());
  const std::string html = (folder / "report.html").string();
  const std::string markdown = (folder / "report.md").string();
  if (!WriteResult(html, report::HtmlReport(*document, {invocation.command_line}), invocation) ||
      !WriteResult(markdown, report::MarkdownReport(*document), invocation)) {
    return ExitCode::kUserInput;
  }
  invocation.out.stream << fmt::format("Written: {} and {}\n", html, markdown);
  return ExitCode::kOk;
}

}  // namespace

Action AddReportCommand(CLI::App& command) {
  auto options = std::make_shared<ReportOptions>();
  command.add_option("RESULTS", options->results, "results.json of a run")->required();
  command.add_flag("--markdown", options->markdown,
                   "print Markdown to standard output and write nothing");
  return [options](Invocation& invocation) { return Report(*options, invocation); };
}

}  // namespace cnisim::cli
