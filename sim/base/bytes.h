#pragma once

/// @file
/// Values as bytes and back, for processes of one program on machines of one kind.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "sim/base/check.h"

namespace cnisim {

class ByteWriter {
 public:
  /// @pre the value holds no pointer
  template <class T>
  void Put(const T& value) {
    static_assert(std::is_trivially_copyable_v<T>);
    Append(&value, sizeof value);
  }
  template <class T>
  void PutAll(const std::vector<T>& values) {
    static_assert(std::is_trivially_copyable_v<T>);
    Put<std::uint64_t>(values.size());
    Append(values.data(), values.size() * sizeof(T));
  }
  void PutText(const std::string& text) {
    Put<std::uint64_t>(text.size());
    Append(text.data(), text.size());
  }
  const std::vector<std::byte>& bytes() const { return bytes_; }

 private:
  void Append(const void* from, std::size_t size) {
    if (size == 0) return;
    const std::size_t at = bytes_.size();
    bytes_.resize(at + size);
    std::memcpy(bytes_.data() + at, from, size);
  }

  std::vector<std::byte> bytes_;
};

/// Reads in the order in which a ByteWriter wrote.  The bytes must outlive it.
class ByteReader {
 public:
  explicit ByteReader(std::span<const std::byte> bytes) : bytes_(bytes) {}

  template <class T>
  T Get() {
    static_assert(std::is_trivially_copyable_v<T>);
    T value;
    Take(&value, sizeof value);
    return value;
  }
  template <class T>
  std::vector<T> GetAll() {
    std::vector<T> values(Count(sizeof(T)));
    Take(values.data(), values.size() * sizeof(T));
    return values;
  }
  std::string GetText() {
    std::string text(Count(1), '\0');
    Take(text.data(), text.size());
    return text;
  }
  bool at_end() const { return bytes_.empty(); }

 private:
  std::size_t Count(std::size_t size) {
    const auto count = Get<std::uint64_t>();
    CNISIM_CHECK(count <= bytes_.size() / size, "bytes hold what their writer put there");
    return count;
  }
  void Take(void* to, std::size_t size) {
    CNISIM_CHECK(size <= bytes_.size(), "bytes hold what their writer put there");
    if (size != 0) std::memcpy(to, bytes_.data(), size);
    bytes_ = bytes_.subspan(size);
  }

  std::span<const std::byte> bytes_;
};

}  // namespace cnisim
