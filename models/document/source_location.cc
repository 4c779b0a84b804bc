#include "models/document/source_location.h"

namespace cnisim::document {

std::string SourceLocation::ToString() const {
  if (line == 0) return file;
  return file + ":" + std::to_string(line) + ":" + std::to_string(column);
}

}  // namespace cnisim::document
