#include "analysis/experiment/result_context.h"

namespace cnisim::experiment {

const AddressPlanResult::Operation* AddressPlanResult::FirstFailure() const {
  for (const Operation& operation : operations) {
    if (operation.failed) return &operation;
  }
  return nullptr;
}

}  // namespace cnisim::experiment
