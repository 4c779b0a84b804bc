#include "sim/queueing/departure_ring.h"

#include <utility>

namespace cnisim::queueing {

void DepartureRing::Grow() {
  std::vector<SimTime> larger(times_.empty() ? 4 : 2 * times_.size());
  for (std::size_t i = 0; i < size_; ++i) {
    larger[i] = times_[(first_ + i) & (times_.size() - 1)];
  }
  times_ = std::move(larger);
  first_ = 0;
}

}  // namespace cnisim::queueing
