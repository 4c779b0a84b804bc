#pragma once

/// @file
/// A scenario as it stands and at every point of its sweep, side by side, and such that what is
/// finished stays finished: a point's results are kept in a file until the whole is written, so an
/// experiment that was interrupted, even killed, goes on where it was.

#include <optional>
#include <string>

#include "analysis/experiment/scenario_experiment.h"

namespace cnisim::experiment {

/// As RunScenario(), which it is for a scenario without a sweep.  Every configuration has the same
/// random numbers at every point.
/// @param keep_folder  where results of finished points are kept; empty, or under MPI: nowhere.
/// What an earlier
///                     call left there for the same experiment is taken, not simulated again; the
///                     document has the same bytes in either case.
std::optional<ResultDocument> RunExperiment(const scenario::Scenario& scenario,
                                            const scenario::Catalog& catalog,
                                            const ScenarioOptions& options,
                                            const std::string& keep_folder,
                                            document::Diagnostics& diagnostics,
                                            ExperimentTiming& timing);

/// Where the finished points of results in `output_folder` are kept.
std::string KeptPointsFolder(const std::string& output_folder);

/// Call it when the results are written: removes what RunExperiment() kept.
void ForgetKeptPoints(const std::string& keep_folder);

}  // namespace cnisim::experiment
