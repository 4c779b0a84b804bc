#pragma once

/// @file
/// Random clusters with random policies, and the same as manifests.

#include <string>

#include "sim/base/random.h"
#include "tests/differential/policy/policy_oracle.h"

namespace cnisim::oracle {

World RandomWorld(RandomStream& random);
/// One flow between two ends of the world.
Question RandomQuestion(RandomStream& random, const World& world);

/// Namespaces, pods and policies as a YAML stream.
std::string ToYaml(const World& world);
/// "10.1.2.3".
std::string AddressText(std::uint32_t ip);

}  // namespace cnisim::oracle
