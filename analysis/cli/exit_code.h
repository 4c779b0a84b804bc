#pragma once

/// @file
/// What the program tells its caller.

namespace cnisim::cli {

enum class ExitCode : int {
  kOk = 0,
  kFinding = 1,        ///< a broken budget, a regression, a mismatch: the answer is no
  kUserInput = 2,      ///< the files, flags or data are wrong; the messages say where
  kInternal = 3,       ///< a defect of the program
  kInterrupted = 130,  ///< SIGINT, as shells count it
};

}  // namespace cnisim::cli
