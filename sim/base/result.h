#pragma once

/// @file
/// A value or the reason why there is none.  For what the modelled world may refuse (an address
/// pool that is empty); never thrown, never ignored.

#include <string_view>
#include <utility>
#include <variant>

#include "sim/base/check.h"

namespace cnisim {

template <class Error>
struct Failure {
  Error error;
};
template <class Error>
Failure(Error) -> Failure<Error>;

/// Either a T or an E:  `return address;`  or  `return Failure{AllocateError::kExhausted};`
template <class T, class E>
class [[nodiscard]] Result {
 public:
  Result(T value)
      : state_(std::in_place_index<0>, std::move(value)) {
  }                           // NOLINT(google-explicit-constructor): returns read as values
  Result(Failure<E> failure)  // NOLINT(google-explicit-constructor): as above
      : state_(std::in_place_index<1>, std::move(failure.error)) {}

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  /// @pre ok()
  const T& value() const& {
    CNISIM_CHECK(ok(), "a result was read that holds an error");
    return *std::get_if<0>(&state_);
  }
  T&& value() && {
    CNISIM_CHECK(ok(), "a result was read that holds an error");
    return std::move(*std::get_if<0>(&state_));
  }
  /// @pre !ok()
  const E& error() const {
    CNISIM_CHECK(!ok(), "an error was read from a result that holds a value");
    return *std::get_if<1>(&state_);
  }
  const T& operator*() const& { return value(); }
  const T* operator->() const { return &value(); }

 private:
  std::variant<T, E> state_;
};

}  // namespace cnisim
