#pragma once

/// @file
/// Reads `externals:`: servers outside of the cluster that applications call.

#include <vector>

#include "models/document/diagnostics.h"
#include "models/document/value.h"
#include "models/scenario/catalog.h"
#include "models/scenario/scenario.h"

namespace cnisim::scenario::internal {

/// @param externals  as written; nullptr when absent
/// @param objects    whose Services and workloads have names that externals may not have
std::vector<ExternalSpec> ReadExternals(const document::Value* externals, const Catalog& catalog,
                                        const cluster::Objects& objects,
                                        document::Diagnostics& diagnostics);

/// What `to: external` means: any address outside, with every default.
ExternalSpec AnyExternal(const Catalog& catalog);

}  // namespace cnisim::scenario::internal
