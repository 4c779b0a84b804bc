#pragma once

/// @file
/// One measured value, from a file in either of the two column formats, with the experiment that
/// the model makes of it or the reason why it makes none.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/validation/experiment.h"
#include "models/datapath/cost_model.h"
#include "models/document/catalog_files.h"
#include "models/document/diagnostics.h"

namespace cnisim::validation {

enum class Kind : std::uint8_t { kLatency, kRate, kThroughput, kCpu, kCount, kOther };
std::string_view Name(Kind kind);

/// What becomes of a row.
enum class RowClass : std::uint8_t {
  kScored,
  kAnchor,        ///< sets the publication's machine; never scored
  kInformative,   ///< nothing that the model predicts: control plane, memory, loss, gains
  kNotExpressed,  ///< the model has no such path or load; `reason` says which
};
std::string_view Name(RowClass row_class);

/// Anchors cover the rows with the same words, the closest first.
struct AnchorKey {
  std::string hardware;
  std::string kernel;
  std::string streams;
  std::string message;
  std::string mtu;
  std::string variant;
};

struct Measurement {
  std::string id;           ///< of the file, or "kernel-<line>"
  std::string publication;  ///< rows measured together
  std::string metric;
  std::string configuration;  ///< what tells configurations of a publication apart, for people
  std::string stat;
  Kind kind = Kind::kOther;
  double value = 0;  ///< in `unit`
  std::string unit;  ///< as the file has it
  /// From what Read() gives to `unit`.
  double scale = 1;
  RowClass row_class = RowClass::kNotExpressed;
  std::string reason;          ///< of kInformative and kNotExpressed
  bool composed = false;       ///< kernel rows that no fit may use
  bool of_cluster = false;     ///< a data path of a cluster or its hosts that the product names
  bool machine_known = false;  ///< a server whose processor is stated
  bool absolute = false;       ///< measured on hardware whose costs are known: no anchor is needed
  AnchorKey anchor;
  std::string repeats;  ///< rows with this key are the same to the model; includes the metric
  std::string group;    ///< rows with this key differ in configuration only: pairs are compared
  double repeat_spread = 0;  ///< (max - min) / value, 0 = not stated
  document::SourceLocation where;
  std::optional<Experiment> experiment;
  /// An exact count that is no experiment (rules a Service).
  std::optional<double> counted;
};

/// What row builders need of the catalog: its CNIs, and profiles made up for a row.  Equal profiles
/// are parsed once.
class Lab {
 public:
  /// Both must outlive the lab.
  Lab(const document::CatalogFiles& files, const datapath::CostModel& costs,
      document::Diagnostics& diagnostics);

  using Profile = std::shared_ptr<const datapath::CniProfile>;
  /// A CNI of the catalog; nullptr with an error in the diagnostics if it cannot be read.
  Profile Cni(const std::string& name);
  /// A profile in the catalog's words; likewise.
  Profile Made(const std::string& text, const document::SourceLocation& where);

 private:
  const document::CatalogFiles& files_;
  const datapath::CostModel& costs_;
  document::Diagnostics& diagnostics_;
  std::shared_ptr<const datapath::CniFragments> fragments_;
  std::map<std::string, Profile> cnis_;  // by name
  std::map<std::string, Profile> made_;  // by text
};

/// Reads a file in the column format of published measurements or of kernel measurements; which of
/// the two its header says.  What is wrong goes to `diagnostics`.
std::vector<Measurement> ReadMeasurements(std::string_view text, const std::string& file_name,
                                          Lab& lab, document::Diagnostics& diagnostics);

/// Measurements and where they came from.
struct MeasurementSet {
  std::vector<std::string> files;
  std::vector<Measurement> measurements;
};

/// Those of the files or, if there is none, those that the program was built with: published ones,
/// then the kernel's.  What is wrong goes to `diagnostics`.
MeasurementSet LoadMeasurements(const std::vector<std::string>& files, Lab& lab,
                                document::Diagnostics& diagnostics);

}  // namespace cnisim::validation
