#pragma once

/// @file
/// What the program knows, with sources: the catalog as lists and single entries, for people and
/// as JSON.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "models/azure/limits.h"
#include "models/azure/vm_size.h"
#include "models/datapath/cni_profile.h"
#include "models/datapath/cost_model.h"

namespace cnisim::report {

/// The parts of the catalog that are listed; all must outlive the listing.
struct CatalogParts {
  const datapath::CostModel* costs = nullptr;
  std::vector<const datapath::CniProfile*> cnis;  // sorted by name
  const azure::VmSizeTable* vm_sizes = nullptr;
  const azure::Limits* limits = nullptr;
  std::string hash;                    ///< of the whole catalog
  std::optional<std::string> overlay;  ///< folder laid over it
};

enum class CatalogKind : std::uint8_t { kCni, kSku, kCost, kLimit };
/// "cni", "sku", "cost" or "limit".
std::optional<CatalogKind> FindCatalogKind(std::string_view word);

/// Everything in a few lines: how many entries of each kind, how many costs are assumed.
std::string OverviewText(const CatalogParts& parts);
/// All entries of a kind, one line each; of costs also why the assumed ones are assumed.
std::string ListText(const CatalogParts& parts, CatalogKind kind);
/// One entry in full; nullopt if there is none of that name.
std::optional<std::string> EntryText(const CatalogParts& parts, CatalogKind kind,
                                     std::string_view name);
/// Names of all entries of a kind, for near spellings.
std::vector<std::string> EntryNames(const CatalogParts& parts, CatalogKind kind);

/// The same as JSON: one kind, or all of them.
nlohmann::ordered_json ListJson(const CatalogParts& parts, std::optional<CatalogKind> kind);
/// @pre the entry exists
nlohmann::ordered_json EntryJson(const CatalogParts& parts, CatalogKind kind,
                                 std::string_view name);

}  // namespace cnisim::report
