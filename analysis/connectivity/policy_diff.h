#pragma once

/// @file
/// Which flows change their verdict between two ways to enforce policies, why, and what to do.

#include <cstdint>
#include <string>
#include <vector>

#include "analysis/connectivity/matrix.h"
#include "models/policy/evaluator.h"

namespace cnisim::connectivity {

/// Why a verdict flips, as far as it is one of the documented differences.
enum class FlipCause : std::uint8_t {
  kBlockOverPods,      ///< ipBlock matches pods or nodes in one engine only
  kOwnNode,            ///< egress to the pod's own node is always open in one engine only
  kEndPort,            ///< one release does not know endPort
  kNamedPort,          ///< one name with several numbers
  kNodePort,           ///< what a node forwards is unchecked in one engine only
  kUnlistedDirection,  ///< rules under a direction that policyTypes leaves out
  kUnreadPolicy,       ///< a policy that only one engine reads
  kPolicies,           ///< the policies themselves differ
  kOther,
};
std::string_view ToString(FlipCause cause);  ///< "ipBlock over pods or nodes"

/// One flow whose verdict flips.
struct Flip {
  std::string source;
  std::string destination;
  PortProbe port;
  std::string entry;  ///< "through a node's port", or empty
  policy::Outcome before = policy::Outcome::kAllow;
  policy::Outcome after = policy::Outcome::kAllow;
  FlipCause cause = FlipCause::kOther;
  std::string because;   ///< what decided before and after
  std::string fix;       ///< what to do, in words
  std::string manifest;  ///< a policy to add that removes the flip; empty if the fix is none
};

struct DiffReport {
  std::uint64_t flows = 0;  ///< compared
  std::vector<Flip> flips;  ///< in the order of source, destination, port
};

/// Compares every pair of groups on the destination's ports, every pod with its own and one other
/// node, and outside traffic through node ports to pods behind such Services.
/// @pre both evaluators hold the same cluster
DiffReport Diff(const policy::Evaluator& before, const policy::Evaluator& after,
                const MatrixOptions& options);

}  // namespace cnisim::connectivity
