#pragma once

/// @file
/// Promises of our own code, checked in release builds too.  What a user wrote wrongly is a
/// Diagnostic instead, and what the modelled world refuses is a value.

#include <string_view>

namespace cnisim {

/// Prints the place, the condition and the message to standard error and ends the program with
/// exit code 3 (internal failure).
[[noreturn]] void CheckFailed(std::string_view file, int line, std::string_view condition,
                              std::string_view message);

}  // namespace cnisim

/// Ends the program unless `cond` holds; `what` says what that means.  The one macro of the
/// project: a function could not show the condition.
#define CNISIM_CHECK(cond, what)                              \
  do {                                                        \
    if (!(cond)) [[unlikely]]                                 \
      ::cnisim::CheckFailed(__FILE__, __LINE__, #cond, what); \
  } while (false)
