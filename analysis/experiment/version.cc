#include "analysis/experiment/version.h"

namespace cnisim::experiment {

std::string_view ProgramVersion() { return CNISIM_VERSION; }

}  // namespace cnisim::experiment
