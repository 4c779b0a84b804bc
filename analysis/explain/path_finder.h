#pragma once

/// @file
/// From the names that a user gives to the paths of a prepared configuration.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/explain/path_explanation.h"
#include "models/document/diagnostics.h"
#include "models/scenario/catalog.h"
#include "models/scenario/prepared_configuration.h"
#include "models/scenario/scenario.h"

namespace cnisim::explain {

/// One end by name: "external", "shop/cart", or "cart" if one namespace only has it (else namespace
/// default).  As a server a Service is preferred, as a client a workload.  An unknown name is an
/// error with near spellings.
std::optional<scenario::Party> FindParty(const scenario::Scenario& scenario, std::string_view name,
                                         bool as_server, document::Diagnostics& diagnostics);

/// Sizes of a request and its reply between two parties.
struct ExchangeSizes {
  Bytes request;
  Bytes reply;
};
/// What the scenario says of its call or traffic between them; nullopt if it has none.
std::optional<ExchangeSizes> SizesBetween(const scenario::Scenario& scenario,
                                          const scenario::Party& from, const scenario::Party& to);

/// The ways that connections between two parties take, likeliest first.
/// @param port  of the Service (0: that of the scenario's call, or the first)
/// The results refer to `prepared` and `catalog`, which must outlive them.
std::vector<PathQuestion> FindPaths(const scenario::Scenario& scenario,
                                    const scenario::PreparedConfiguration& prepared,
                                    const scenario::Catalog& catalog, const scenario::Party& from,
                                    const scenario::Party& to, int port,
                                    const ExchangeSizes& sizes);

}  // namespace cnisim::explain
