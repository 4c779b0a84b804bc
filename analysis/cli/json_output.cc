#include "analysis/cli/json_output.h"

#include <optional>
#include <ostream>
#include <string>

#include <nlohmann/json.hpp>

#include "analysis/experiment/output_file.h"

namespace cnisim::cli {

bool WriteJson(const nlohmann::ordered_json& json, Invocation& invocation) {
  if (!invocation.options.json) return true;
  const std::string text = json.dump(2) + "\n";
  if (invocation.options.json_on_stdout()) {
    invocation.out.stream << text;
    return true;
  }
  const std::optional<std::string> problem =
      experiment::WriteWholeFile(*invocation.options.json, text);
  if (problem) invocation.err.stream << "cnisim: error: " << *problem << "\n";
  return !problem;
}

}  // namespace cnisim::cli
