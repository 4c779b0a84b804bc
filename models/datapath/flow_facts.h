#pragma once

/// @file
/// Facts of a flow that a `when:` may ask for beside the switches: how the Service is reached, the
/// protocol, whether a proxy or policy stands in the way.  Same form as a switch.

#include <span>
#include <string_view>

#include "models/datapath/flow_class.h"
#include "models/datapath/switches.h"

namespace cnisim::datapath {

/// Every fact, sorted by name; disjoint from the switches.
std::span<const SwitchDefinition> FlowFactVocabulary();

/// The definition of a switch or flow fact, or nullptr.
const SwitchDefinition* FindConditionName(std::string_view name);

/// Value of the fact `name` for `flow`.  @pre `name` is in FlowFactVocabulary()
std::string_view FlowFact(const FlowClass& flow, std::string_view name);

/// Value of the switch or fact `name`.  @pre FindConditionName(name) != nullptr
std::string_view ConditionValue(const Switches& switches, const FlowClass& flow,
                                std::string_view name);

}  // namespace cnisim::datapath
