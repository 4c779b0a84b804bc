#pragma once

/// @file
/// The named switches that decide which stages a path has.  A CNI profile gives defaults, a CNI's
/// own configuration (Helm values, Installation, az flags) sets them, path lists ask for them with
/// `when:`.  This is the one place that defines the words; a switch or value that is not here is an
/// error wherever it is written.

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace cnisim::datapath {

/// Switch name -> value, e.g. {"encapsulation", "vxlan"}.  A missing name has its default.
using Switches = std::map<std::string, std::string, std::less<>>;

/// One word of the vocabulary.
struct SwitchDefinition {
  std::string_view name;
  std::string_view meaning;                  ///< one line for people
  std::span<const std::string_view> values;  ///< the first one is the default
};

/// Every switch, sorted by name.
std::span<const SwitchDefinition> SwitchVocabulary();

/// The definition of `name`, or nullptr if there is no such switch.
const SwitchDefinition* FindSwitch(std::string_view name);

/// True if `name` exists and may have `value`.
bool IsSwitchValue(std::string_view name, std::string_view value);

/// Value of `name` in `switches`, its default if it is not set.
/// @pre FindSwitch(name) != nullptr
std::string_view SwitchValue(const Switches& switches, std::string_view name);

/// `base` with the settings of `changes` on top.
Switches Merge(Switches base, const Switches& changes);

}  // namespace cnisim::datapath
