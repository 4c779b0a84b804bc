#include "analysis/cli/catalog_command.h"

#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include <CLI/App.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "analysis/cli/invocation.h"
#include "analysis/cli/json_output.h"
#include "analysis/report/catalog_listing.h"
#include "models/azure/limits.h"
#include "models/azure/vm_size.h"
#include "models/datapath/cni_profile.h"
#include "models/datapath/cost_model.h"
#include "models/document/catalog_files.h"
#include "models/document/diagnostics.h"
#include "models/document/spelling.h"

namespace cnisim::cli {
namespace {

struct CatalogOptions {
  std::string kind;
  std::string name;
};

/// The catalog, loaded whole.
struct LoadedCatalog {
  explicit LoadedCatalog(const std::optional<std::string>& overlay)
      : files(document::CatalogFiles::Load(overlay, diagnostics)),
        costs(datapath::CostModel::Load(files, diagnostics)),
        vm_sizes(azure::VmSizeTable::Load(files, diagnostics)),
        limits(azure::Limits::Load(files, diagnostics)) {
    for (const std::string& name : datapath::CniProfile::Names(files)) {
      auto profile = datapath::CniProfile::Load(files, name, costs, diagnostics);
      if (profile) profiles.push_back(std::move(*profile));
    }
  }

  document::Diagnostics diagnostics;
  document::CatalogFiles files;
  datapath::CostModel costs;
  azure::VmSizeTable vm_sizes;
  azure::Limits limits;
  std::vector<datapath::CniProfile> profiles;
};

report::CatalogParts PartsOf(const LoadedCatalog& catalog, const CommonOptions& options) {
  report::CatalogParts parts;
  parts.costs = &catalog.costs;
  for (const datapath::CniProfile& profile : catalog.profiles) parts.cnis.push_back(&profile);
  parts.vm_sizes = &catalog.vm_sizes;
  parts.limits = &catalog.limits;
  parts.hash = fmt::format("{:016x}", catalog.files.content_hash());
  parts.overlay = options.catalog;
  return parts;
}

ExitCode Complain(Invocation& invocation, const std::string& message, const std::string& hint) {
  invocation.err.stream << "cnisim catalog: error: " << message << "\n";
  if (!hint.empty()) invocation.err.stream << "  " << hint << "\n";
  return ExitCode::kUserInput;
}

ExitCode Show(const CatalogOptions& options, Invocation& invocation) {
  const LoadedCatalog catalog(invocation.options.catalog);
  if (catalog.diagnostics.has_errors()) {
    invocation.err.stream << catalog.diagnostics.ToString();
    return ExitCode::kUserInput;
  }
  const report::CatalogParts parts = PartsOf(catalog, invocation.options);
  const auto kind = report::FindCatalogKind(options.kind);
  if (!options.kind.empty() && !kind) {
    return Complain(invocation, fmt::format("unknown kind {}", document::Quote(options.kind)),
                    document::SpellingHint(options.kind, {"cni", "sku", "cost", "limit"}));
  }
  std::string text;
  if (!kind) {
    text = report::OverviewText(parts);
  } else if (options.name.empty()) {
    text = report::ListText(parts, *kind);
  } else if (const auto entry = report::EntryText(parts, *kind, options.name)) {
    text = *entry;
  } else {
    return Complain(
        invocation,
        fmt::format("the catalog has no {} {}", options.kind, document::Quote(options.name)),
        document::SpellingHint(options.name, report::EntryNames(parts, *kind), 12));
  }
  if (invocation.options.json) {
    const nlohmann::ordered_json json = options.name.empty()
                                            ? report::ListJson(parts, kind)
                                            : report::EntryJson(parts, *kind, options.name);
    if (!WriteJson(json, invocation)) return ExitCode::kUserInput;
    if (invocation.options.json_on_stdout()) return ExitCode::kOk;
  }
  invocation.out.stream << text;
  return ExitCode::kOk;
}

}  // namespace

Action AddCatalogCommand(CLI::App& command) {
  auto options = std::make_shared<CatalogOptions>();
  command.add_option("KIND", options->kind, "cni, sku, cost or limit; an overview if not given");
  command.add_option("NAME", options->name, "one entry of that kind, in full");
  return [options](Invocation& invocation) { return Show(*options, invocation); };
}

}  // namespace cnisim::cli
