#pragma once

/// @file
/// Distribution of non-negative integers (nanoseconds, bytes, queue lengths) in buckets whose
/// width grows with the value: exact below 256, and within 1/128 (0.8 %) above.
///
/// Everything inside is an integer, so merging is exact and its order does not matter: results
/// are the same for any number of threads.  Count, sum, minimum and maximum are exact.
///
/// Cost: about 3 ns a Record().  Memory: 8 bytes a bucket up to the largest value's, at most
/// 58 KiB; grows when a value beyond all earlier ones comes, never otherwise.

#include <cstddef>
#include <cstdint>
#include <vector>

namespace cnisim {

class ByteReader;
class ByteWriter;

class Histogram {
 public:
  /// The values low .. high, and how many were recorded among them.
  struct Bucket {
    std::int64_t low;
    std::int64_t high;  // inclusive
    std::uint64_t count;
  };

  Histogram() = default;
  /// Has room for values up to `expected_max` at once, so that recording them never allocates.
  explicit Histogram(std::int64_t expected_max);

  /// @pre value >= 0
  void Record(std::int64_t value, std::uint64_t count = 1);

  /// Adds everything that `other` recorded.
  void Merge(const Histogram& other);

  /// Forgets everything, keeps the memory.
  void Clear();

  std::uint64_t count() const { return count_; }
  /// Smallest and largest recorded value; 0 if there is none.
  std::int64_t min() const { return count_ == 0 ? 0 : min_; }
  std::int64_t max() const { return max_; }

  /// Exact mean; 0 if nothing was recorded.
  double Mean() const;

  /// The value that a share `q` of the recorded ones does not exceed: the ceil(q * count)-th
  /// smallest, to the resolution of a bucket (its middle).  0 if nothing was recorded.
  /// @pre 0 <= q <= 1
  std::int64_t Quantile(double q) const;

  /// How many values were recorded that do not exceed `value`, to the resolution of a bucket.
  std::uint64_t CountUpTo(std::int64_t value) const;

  /// The buckets that are not empty, in ascending order.
  std::vector<Bucket> NonEmptyBuckets() const;

  /// Hash of everything recorded.
  std::uint64_t Digest() const;

  /// As bytes and back; see bytes.h.
  void Save(ByteWriter& writer) const;
  static Histogram Load(ByteReader& reader);

  friend bool operator==(const Histogram& a, const Histogram& b);

 private:
  __extension__ using Sum = unsigned __int128;  // 2^64 values of 2^63 fit

  std::vector<std::uint64_t> counts_;  // [bucket index]; grows to the largest value's bucket
  std::uint64_t count_ = 0;
  Sum sum_ = 0;
  std::int64_t min_ = INT64_MAX;
  std::int64_t max_ = 0;
};

}  // namespace cnisim
