#pragma once

/// @file
/// Quantities that carry their unit in the type.  None converts to another or to a bare number by
/// itself: `SimTime t = now + 5_us`, `Bytes{1500} / 10_Gbps` is a SimTime.

#include <compare>
#include <cstdint>

namespace cnisim {

/// A point or span of simulated time: signed 64-bit nanoseconds, about 292 years, no rounding.
class SimTime {
 public:
  constexpr SimTime() = default;

  static constexpr SimTime FromNanos(std::int64_t nanos) { return SimTime(nanos); }
  static constexpr SimTime Max() { return SimTime(INT64_MAX); }

  constexpr std::int64_t nanos() const { return nanos_; }
  constexpr double micros() const { return static_cast<double>(nanos_) / 1e3; }
  constexpr double millis() const { return static_cast<double>(nanos_) / 1e6; }
  constexpr double seconds() const { return static_cast<double>(nanos_) / 1e9; }

  friend constexpr auto operator<=>(SimTime, SimTime) = default;
  friend constexpr SimTime operator+(SimTime a, SimTime b) { return SimTime(a.nanos_ + b.nanos_); }
  friend constexpr SimTime operator-(SimTime a, SimTime b) { return SimTime(a.nanos_ - b.nanos_); }
  friend constexpr SimTime operator*(SimTime a, std::int64_t n) { return SimTime(a.nanos_ * n); }
  friend constexpr SimTime operator*(std::int64_t n, SimTime a) { return a * n; }
  /// How many whole `b` fit into `a`.
  friend constexpr std::int64_t operator/(SimTime a, SimTime b) { return a.nanos_ / b.nanos_; }
  friend constexpr SimTime operator/(SimTime a, std::int64_t n) { return SimTime(a.nanos_ / n); }
  constexpr SimTime& operator+=(SimTime other) { return *this = *this + other; }
  constexpr SimTime& operator-=(SimTime other) { return *this = *this - other; }

 private:
  explicit constexpr SimTime(std::int64_t nanos) : nanos_(nanos) {}

  std::int64_t nanos_ = 0;
};

/// A cost finer than a nanosecond: what a stage asks for, summed and rounded once when it is
/// scheduled (Round()).
class Nanoseconds {
 public:
  constexpr Nanoseconds() = default;
  explicit constexpr Nanoseconds(double value) : value_(value) {}

  constexpr double value() const { return value_; }
  /// Nearest SimTime, halves up.  @pre 0 <= value() < 2^62
  constexpr SimTime Round() const {
    return SimTime::FromNanos(static_cast<std::int64_t>(value_ + 0.5));
  }

  friend constexpr auto operator<=>(Nanoseconds, Nanoseconds) = default;
  friend constexpr Nanoseconds operator+(Nanoseconds a, Nanoseconds b) {
    return Nanoseconds(a.value_ + b.value_);
  }
  friend constexpr Nanoseconds operator-(Nanoseconds a, Nanoseconds b) {
    return Nanoseconds(a.value_ - b.value_);
  }
  friend constexpr Nanoseconds operator*(Nanoseconds a, double n) {
    return Nanoseconds(a.value_ * n);
  }
  friend constexpr Nanoseconds operator*(double n, Nanoseconds a) { return a * n; }
  constexpr Nanoseconds& operator+=(Nanoseconds other) { return *this = *this + other; }

 private:
  double value_ = 0;
};

/// A number of bytes.
class Bytes {
 public:
  constexpr Bytes() = default;
  explicit constexpr Bytes(std::int64_t count) : count_(count) {}

  constexpr std::int64_t count() const { return count_; }

  friend constexpr auto operator<=>(Bytes, Bytes) = default;
  friend constexpr Bytes operator+(Bytes a, Bytes b) { return Bytes(a.count_ + b.count_); }
  friend constexpr Bytes operator-(Bytes a, Bytes b) { return Bytes(a.count_ - b.count_); }
  friend constexpr Bytes operator*(Bytes a, std::int64_t n) { return Bytes(a.count_ * n); }
  friend constexpr Bytes operator*(std::int64_t n, Bytes a) { return a * n; }
  constexpr Bytes& operator+=(Bytes other) { return *this = *this + other; }
  constexpr Bytes& operator-=(Bytes other) { return *this = *this - other; }

 private:
  std::int64_t count_ = 0;
};

/// CPU or link time that each byte costs; may be far below a nanosecond.
class NanosecondsPerByte {
 public:
  constexpr NanosecondsPerByte() = default;
  explicit constexpr NanosecondsPerByte(double value) : value_(value) {}

  constexpr double value() const { return value_; }

  friend constexpr auto operator<=>(NanosecondsPerByte, NanosecondsPerByte) = default;
  friend constexpr NanosecondsPerByte operator+(NanosecondsPerByte a, NanosecondsPerByte b) {
    return NanosecondsPerByte(a.value_ + b.value_);
  }
  friend constexpr NanosecondsPerByte operator*(NanosecondsPerByte a, double n) {
    return NanosecondsPerByte(a.value_ * n);
  }
  friend constexpr Nanoseconds operator*(NanosecondsPerByte a, Bytes b) {
    return Nanoseconds(a.value_ * static_cast<double>(b.count()));
  }

 private:
  double value_ = 0;
};

/// A data rate.
class BitsPerSecond {
 public:
  constexpr BitsPerSecond() = default;
  explicit constexpr BitsPerSecond(std::int64_t value) : value_(value) {}

  constexpr std::int64_t value() const { return value_; }
  /// Time on the wire of one byte.  @pre value() > 0
  constexpr NanosecondsPerByte PerByte() const {
    return NanosecondsPerByte(8e9 / static_cast<double>(value_));
  }

  friend constexpr auto operator<=>(BitsPerSecond, BitsPerSecond) = default;

 private:
  std::int64_t value_ = 0;
};

/// Serialisation time, rounded up.  @pre size <= 1'000'000'000 B (the product is 64 bit)
constexpr SimTime operator/(Bytes size, BitsPerSecond rate) {
  const std::int64_t bit_nanos = size.count() * 8 * 1'000'000'000;
  return SimTime::FromNanos((bit_nanos + rate.value() - 1) / rate.value());
}

namespace literals {

constexpr SimTime operator""_ns(unsigned long long n) {
  return SimTime::FromNanos(static_cast<std::int64_t>(n));
}
constexpr SimTime operator""_us(unsigned long long n) {
  return SimTime::FromNanos(static_cast<std::int64_t>(n) * 1'000);
}
constexpr SimTime operator""_ms(unsigned long long n) {
  return SimTime::FromNanos(static_cast<std::int64_t>(n) * 1'000'000);
}
constexpr SimTime operator""_s(unsigned long long n) {
  return SimTime::FromNanos(static_cast<std::int64_t>(n) * 1'000'000'000);
}
constexpr Bytes operator""_B(unsigned long long n) { return Bytes(static_cast<std::int64_t>(n)); }
constexpr Bytes operator""_KiB(unsigned long long n) {
  return Bytes(static_cast<std::int64_t>(n) * 1024);
}
constexpr Bytes operator""_MiB(unsigned long long n) {
  return Bytes(static_cast<std::int64_t>(n) * 1024 * 1024);
}
constexpr BitsPerSecond operator""_Mbps(unsigned long long n) {
  return BitsPerSecond(static_cast<std::int64_t>(n) * 1'000'000);
}
constexpr BitsPerSecond operator""_Gbps(unsigned long long n) {
  return BitsPerSecond(static_cast<std::int64_t>(n) * 1'000'000'000);
}

}  // namespace literals
}  // namespace cnisim
