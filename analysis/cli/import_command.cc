#include "analysis/cli/import_command.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include <CLI/App.hpp>

#include "analysis/cli/invocation.h"
#include "analysis/experiment/output_file.h"
#include "models/document/diagnostics.h"
#include "models/scenario/catalog.h"
#include "models/scenario/import.h"

namespace cnisim::cli {
namespace {

struct ImportOptions {
  std::string az;
  std::vector<std::string> helm_values;  ///< "cilium=values.yaml"
  std::vector<std::string> settings;
  std::string chart_version;
  std::vector<std::string> manifests;
  bool compare_all = false;
  std::string name;
};

/// "shop" for "out/shop.yaml".
std::string NameOf(const std::string& output) {
  return std::filesystem::path(output).stem().string();
}

/// Puts `text` where -o says; why it could not, if so.
std::optional<std::string> Deliver(const std::string& output, const std::string& text,
                                   Invocation& invocation) {
  if (output != "-") return experiment::WriteWholeFile(output, text);
  invocation.out.stream << text;
  return std::nullopt;
}

ExitCode Import(const ImportOptions& options, Invocation& invocation) {
  document::Diagnostics diagnostics;
  const scenario::Catalog catalog =
      scenario::Catalog::Load(invocation.options.catalog, diagnostics);
  scenario::ImportRequest request;
  if (!options.az.empty()) request.az = options.az;
  for (const std::string& values : options.helm_values) {
    const std::size_t equals = values.find('=');
    if (equals == std::string::npos) {
      diagnostics.Error(document::SourceLocation{}, "",
                        "--helm-values is '" + values + "', expected CNI=FILE",
                        "for instance cilium=values.yaml");
      continue;
    }
    request.helm_values.emplace_back(values.substr(0, equals), values.substr(equals + 1));
  }
  request.helm_settings = options.settings;
  request.chart_version = options.chart_version;
  request.manifests = options.manifests;
  request.compare_all = options.compare_all;
  const std::string output = invocation.options.output.value_or("scenario.yaml");
  request.output = output == "-" ? "scenario.yaml" : output;
  request.name = options.name.empty() ? NameOf(request.output) : options.name;

  std::optional<std::string> text;
  if (!diagnostics.has_errors()) text = scenario::ImportScenario(request, catalog, diagnostics);
  invocation.err.stream << diagnostics.ToString();
  if (!text) return ExitCode::kUserInput;
  if (const auto failure = Deliver(output, *text, invocation)) {
    invocation.err.stream << "cnisim: error: " << *failure << '\n';
    return ExitCode::kUserInput;
  }
  if (output != "-") {
    invocation.err.stream << "wrote " << output << "; try: cnisim run " << output << '\n';
  }
  return ExitCode::kOk;
}

}  // namespace

Action AddImportCommand(CLI::App& command) {
  auto options = std::make_shared<ImportOptions>();
  command
      .add_option("--az", options->az,
                  "flags, an az aks create line, or the file of a script with one; the script's "
                  "helm, cilium and kubectl apply lines are read too")
      ->type_name("LINE|FILE");
  command
      .add_option("--helm-values", options->helm_values,
                  "values of a CNI's chart, as cilium=values.yaml; may be given again")
      ->type_name("CNI=FILE")
      ->expected(1)
      ->take_all();
  command
      .add_option("--set", options->settings,
                  "a value of that chart, as helm takes it: hubble.relay.enabled=true")
      ->type_name("PATH=VALUE")
      ->expected(1)
      ->take_all();
  command.add_option("--chart-version", options->chart_version, "version of that chart, 1.15.0")
      ->type_name("V");
  command
      .add_option(
          "--manifest", options->manifests,
          "Kubernetes objects: workloads, Services, policies, kubectl get -o json, Calico's "
          "Installation, Flannel's ConfigMap; a folder means the files in it")
      ->type_name("FILE|FOLDER");
  command.add_flag("--compare-all", options->compare_all, "add AKS's other network modes");
  command.add_option("--name", options->name, "name of the scenario; default: that of the file");
  return [options](Invocation& invocation) { return Import(*options, invocation); };
}

}  // namespace cnisim::cli
