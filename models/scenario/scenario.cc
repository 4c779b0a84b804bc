#include "models/scenario/scenario.h"

#include <algorithm>

namespace cnisim::scenario {

std::string Party::ToString() const {
  if (kind == Kind::kExternal) return name.empty() ? "external" : name;
  return ns == "default" ? name : ns + "/" + name;
}

std::string TrafficSpec::ToString() const {
  return name.empty() ? from.ToString() + " -> " + to.ToString() : name;
}

const SubnetSpec* VnetSpec::Find(std::string_view name) const {
  const auto found = std::find_if(subnets.begin(), subnets.end(),
                                  [&](const SubnetSpec& subnet) { return subnet.name == name; });
  return found == subnets.end() ? nullptr : &*found;
}

const ConfigurationSpec* Scenario::FindConfiguration(std::string_view configuration) const {
  const auto found =
      std::find_if(configurations.begin(), configurations.end(),
                   [&](const ConfigurationSpec& spec) { return spec.name == configuration; });
  return found == configurations.end() ? nullptr : &*found;
}

const ExternalSpec* Scenario::FindExternal(std::string_view external) const {
  const auto found = std::find_if(externals.begin(), externals.end(),
                                  [&](const ExternalSpec& spec) { return spec.name == external; });
  return found == externals.end() ? nullptr : &*found;
}

}  // namespace cnisim::scenario
