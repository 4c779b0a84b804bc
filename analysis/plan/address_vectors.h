#pragma once

/// @file
/// Holds the program against published address arithmetic: a CSV file with a calculation a row.
///
///     id,mode,inputs,expected,source,confidence
///     NS-01,azure_node_subnet,fn=node_subnet_required;nodes=50;surge=1;max_pods=30,ips=1581;min_prefix=21,...
///
/// Every row is computed by the allocators, checks and limits that plans and simulations use: a
/// question about nodes adds nodes to a VNet until it is answered.

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "models/azure/limits.h"
#include "models/document/diagnostics.h"

namespace cnisim::plan {

/// `key=value` pairs.
using VectorFields = std::map<std::string, std::string>;

struct AddressVector {
  std::string id;
  std::string mode;
  std::string function;
  VectorFields inputs;    ///< without fn
  VectorFields expected;  ///< all of them are compared
  std::string source;
  document::SourceLocation where;
};

/// One expected value that the program does not agree with.
struct VectorMismatch {
  std::string id;
  std::string field;  ///< empty: the row could not be computed
  std::string expected;
  std::string found;  ///< what the program says, or why it says nothing
  document::SourceLocation where;
};

struct VectorReport {
  std::size_t rows = 0;
  std::size_t equal = 0;
  std::vector<VectorMismatch> mismatches;
};

/// Rows of a vector file; what is wrong with its form goes to `diagnostics`.
std::vector<AddressVector> ReadAddressVectors(std::string_view text, const std::string& file_name,
                                              document::Diagnostics& diagnostics);

VectorReport CheckAddressVectors(const std::vector<AddressVector>& vectors,
                                 const azure::Limits& limits);

/// Names of the calculations, sorted.
std::vector<std::string> VectorFunctions();

/// "113 of 113 rows equal", with a line a mismatch before it.
std::string ToText(const VectorReport& report);

}  // namespace cnisim::plan
