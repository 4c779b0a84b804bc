#pragma once

/// @file
/// Services of every kind at random, and their shapes as models/service counts from them.

#include "models/service/service_port_shape.h"
#include "sim/base/random.h"
#include "tests/property/service/rule_set_writer.h"

namespace cnisim::service {

TestService RandomService(RandomStream& random, int index);
ServicePortShape ShapeOf(const TestService& service);

}  // namespace cnisim::service
