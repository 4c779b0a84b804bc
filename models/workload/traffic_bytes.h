#pragma once

/// @file
/// Traffic records as bytes and back, for ranks that tell each other what they found.

#include "models/workload/traffic_record.h"

namespace cnisim {
class ByteReader;
class ByteWriter;
}  // namespace cnisim

namespace cnisim::workload {

void Save(const FlowRecord& flow, ByteWriter& writer);
FlowRecord LoadFlow(ByteReader& reader);

void Save(const TrafficRecord& record, ByteWriter& writer);
TrafficRecord LoadTraffic(ByteReader& reader);

}  // namespace cnisim::workload
