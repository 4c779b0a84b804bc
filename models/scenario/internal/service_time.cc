#include "models/scenario/internal/service_time.h"

#include <fmt/format.h>

#include "models/document/object_reader.h"
#include "models/document/quantities.h"

namespace cnisim::scenario::internal {

std::optional<ServiceTime> ReadServiceTime(const document::Value& value,
                                           document::Diagnostics& diagnostics) {
  if (value.is_map()) {
    document::ObjectReader reader(value, diagnostics, document::UnknownKeys::kError);
    const auto mean = reader.RequireDuration("mean");
    const auto cv = reader.Number("cv", 0, 10);
    const bool exponential =
        reader.Choice<bool>("distribution", {{"log_normal", false}, {"exponential", true}})
            .value_or(false);
    if (exponential && cv && *cv != 1) {
      reader.Error("the cv of an exponential distribution is 1");
    }
    reader.Finish();
    if (!mean) return std::nullopt;
    return ServiceTime{*mean, exponential ? 1 : cv.value_or(0), exponential};
  }
  const auto mean = document::ParseDuration(value.text());
  if (!mean.ok()) {
    diagnostics.Error(value, fmt::format("found {}, expected a duration", value.Describe()),
                      "for instance 2ms, or {mean: 2ms, cv: 0.5}");
    return std::nullopt;
  }
  return ServiceTime{*mean, 0};
}

}  // namespace cnisim::scenario::internal
