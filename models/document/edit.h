#pragma once

/// @file
/// A document with some of its values replaced by others, as a sweep needs it.  What is replaced
/// keeps the place where the new value stands, so that a message about it points there.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/document/value.h"

namespace cnisim::document {

/// A member of a map by its key, or an item of a sequence by its index or by its `name`.
struct PathStep {
  std::string name;      ///< key, index in digits, or name
  bool is_item = false;  ///< it stood in brackets
};

/// "traffic.0.rate", "cluster.node_pools.apps.count", or with items in brackets, which YAML wants
/// quoted inside of {}: "traffic[0].rate"; nullopt if it has no such form.
std::optional<std::vector<PathStep>> ParsePath(std::string_view text);

struct Edit {
  std::vector<PathStep> path;
  const Value* value = nullptr;  ///< of the document that is edited, or of one of the same file
};

/// A copy of `document` with the edits made in order.  A member that is not there is added, and the
/// maps around it; an item of a sequence must be there.
/// @param missing  set to the part of a path that leads nowhere when nothing is returned
std::optional<Document> Edited(const Document& document, const std::vector<Edit>& edits,
                               std::string& missing);

}  // namespace cnisim::document
