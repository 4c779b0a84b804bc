// Ranks of a program that was built without MPI: none.

#include "sim/engine/ranks.h"

namespace cnisim::engine {

std::unique_ptr<Ranks> ConnectRanks(int& /*argc*/, char**& /*argv*/) { return nullptr; }

bool BuiltWithMpi() { return false; }

}  // namespace cnisim::engine
