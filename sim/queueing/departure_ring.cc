#include "sim/queueing/departure_ring.h"

#include <utility>

namespace cnisim::queueing {

void DepartureRing::Grow() {
  std::vector<SimTime> larger(2 * room());
  for (std::size_t i = 0; i < size_; ++i) larger[i] = times()[(first_ + i) & (room() - 1)];
  many_ = std::move(larger);
  first_ = 0;
}

}  // namespace cnisim::queueing
