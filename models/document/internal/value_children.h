#pragma once

/// @file
/// What a map or a sequence holds; apart from Value, so that a scalar pays one pointer for it.

#include <vector>

#include "models/document/value.h"

namespace cnisim::document {

struct Value::Children {
  std::vector<Value> items;
  std::vector<Member> members;
};

}  // namespace cnisim::document
