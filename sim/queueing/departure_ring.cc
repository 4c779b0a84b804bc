#include "sim/queueing/departure_ring.h"

#include <utility>

namespace cnisim::queueing {

void DepartureRing::Grow() {
  auto larger = std::make_unique<SimTime[]>(std::size_t{2} * room_);
  for (std::uint32_t i = 0; i < size_; ++i) larger[i] = times()[(first_ + i) & (room_ - 1)];
  many_ = std::move(larger);
  room_ *= 2;
  first_ = 0;
}

}  // namespace cnisim::queueing
