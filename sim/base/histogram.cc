#include "sim/base/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "sim/base/bytes.h"
#include "sim/base/check.h"
#include "sim/base/hash.h"

namespace cnisim {
namespace {

// Values below 2^(kSubBits + 1) have a bucket each; above, each power of two has 2^kSubBits.
constexpr int kSubBits = 7;

std::size_t IndexOf(std::int64_t value) {
  const auto v = static_cast<std::uint64_t>(value);
  const int width = static_cast<int>(std::bit_width(v));
  if (width <= kSubBits + 1) return static_cast<std::size_t>(v);
  const int shift = width - kSubBits - 1;
  return (static_cast<std::size_t>(shift) << kSubBits) + static_cast<std::size_t>(v >> shift);
}

std::int64_t LowOf(std::size_t index) {
  if (index < (std::size_t{2} << kSubBits)) return static_cast<std::int64_t>(index);
  const std::size_t shift = (index >> kSubBits) - 1;
  const std::size_t mantissa = index - (shift << kSubBits);
  return static_cast<std::int64_t>(mantissa << shift);
}

std::int64_t HighOf(std::size_t index) {
  if (index < (std::size_t{2} << kSubBits)) return static_cast<std::int64_t>(index);
  const std::size_t shift = (index >> kSubBits) - 1;
  return LowOf(index) + static_cast<std::int64_t>((std::uint64_t{1} << shift) - 1);
}

}  // namespace

Histogram::Histogram(std::int64_t expected_max) {
  CNISIM_CHECK(expected_max >= 0, "a histogram holds no negative values");
  counts_.resize(IndexOf(expected_max) + 1);
}

void Histogram::Record(std::int64_t value, std::uint64_t count) {
  CNISIM_CHECK(value >= 0, "a histogram holds no negative values");
  if (count == 0) return;
  const std::size_t index = IndexOf(value);
  if (index >= counts_.size()) counts_.resize(index + 1);
  counts_[index] += count;
  count_ += count;
  sum_ += static_cast<Sum>(static_cast<std::uint64_t>(value)) * count;
  min_ = std::min(min_, value);
  max_ = std::max(max_, value);
}

void Histogram::Merge(const Histogram& other) {
  if (counts_.size() < other.counts_.size()) counts_.resize(other.counts_.size());
  for (std::size_t i = 0; i < other.counts_.size(); ++i) counts_[i] += other.counts_[i];
  count_ += other.count_;
  sum_ += other.sum_;
  min_ = std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
}

void Histogram::Clear() {
  std::fill(counts_.begin(), counts_.end(), 0);
  count_ = 0;
  sum_ = 0;
  min_ = INT64_MAX;
  max_ = 0;
}

double Histogram::Mean() const {
  return count_ == 0 ? 0 : static_cast<double>(sum_) / static_cast<double>(count_);
}

std::int64_t Histogram::Quantile(double q) const {
  CNISIM_CHECK(q >= 0 && q <= 1, "a quantile is asked for between 0 and 1");
  if (count_ == 0) return 0;
  const double exact_rank = std::ceil(q * static_cast<double>(count_));
  const std::uint64_t rank =
      std::clamp<std::uint64_t>(static_cast<std::uint64_t>(exact_rank), 1, count_);
  // The extremes are known exactly, whatever their buckets.
  if (rank == count_) return max_;
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    seen += counts_[i];
    if (seen < rank) continue;
    const std::int64_t middle = LowOf(i) + (HighOf(i) - LowOf(i)) / 2;
    return std::clamp(middle, min_, max_);
  }
  return max_;
}

std::uint64_t Histogram::CountUpTo(std::int64_t value) const {
  if (value < 0) return 0;
  std::uint64_t seen = 0;
  const std::size_t end = std::min(IndexOf(value) + 1, counts_.size());
  for (std::size_t i = 0; i < end; ++i) seen += counts_[i];
  return seen;
}

std::vector<Histogram::Bucket> Histogram::NonEmptyBuckets() const {
  std::vector<Bucket> buckets;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    if (counts_[i] != 0) buckets.push_back({LowOf(i), HighOf(i), counts_[i]});
  }
  return buckets;
}

std::uint64_t Histogram::Digest() const {
  Hasher hasher;
  hasher.Add(count_);
  hasher.Add(static_cast<std::uint64_t>(sum_));
  hasher.Add(static_cast<std::uint64_t>(sum_ >> 64));
  hasher.Add(static_cast<std::uint64_t>(min()));
  hasher.Add(static_cast<std::uint64_t>(max_));
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    if (counts_[i] == 0) continue;
    hasher.Add(i);
    hasher.Add(counts_[i]);
  }
  return hasher.digest();
}

void Histogram::Save(ByteWriter& writer) const {
  writer.PutAll(counts_);
  writer.Put(count_);
  writer.Put(sum_);
  writer.Put(min_);
  writer.Put(max_);
}

Histogram Histogram::Load(ByteReader& reader) {
  Histogram histogram;
  histogram.counts_ = reader.GetAll<std::uint64_t>();
  histogram.count_ = reader.Get<std::uint64_t>();
  histogram.sum_ = reader.Get<Sum>();
  histogram.min_ = reader.Get<std::int64_t>();
  histogram.max_ = reader.Get<std::int64_t>();
  return histogram;
}

bool operator==(const Histogram& a, const Histogram& b) {
  if (a.count_ != b.count_ || a.sum_ != b.sum_ || a.min_ != b.min_ || a.max_ != b.max_) {
    return false;
  }
  const std::size_t common = std::min(a.counts_.size(), b.counts_.size());
  return std::equal(a.counts_.begin(), a.counts_.begin() + static_cast<std::ptrdiff_t>(common),
                    b.counts_.begin());
}

}  // namespace cnisim
