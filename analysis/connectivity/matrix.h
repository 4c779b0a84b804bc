#pragma once

/// @file
/// Who may talk to whom, as a table of groups of pods.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/policy/evaluator.h"

namespace cnisim::connectivity {

/// A protocol and port to ask about.
struct PortProbe {
  cluster::Protocol protocol = cluster::Protocol::kTcp;
  std::uint16_t port = 0;

  std::string ToString() const;  ///< "8080", "53/UDP"

  friend auto operator<=>(const PortProbe&, const PortProbe&) = default;
};

enum class Grouping : std::uint8_t { kWorkload, kPod };

/// Pods that get the same verdicts, by one of them.
struct Group {
  std::string name;  ///< workload or pod; "shop/web (2)" for a part of a workload that differs
  policy::Endpoint example;
  std::uint64_t pods = 1;        ///< 0 for the world
  std::vector<PortProbe> ports;  ///< that the matrix asks about when it is the destination
};

/// What one group may do to another.
struct Cell {
  std::uint16_t asked = 0;    ///< ports of the destination
  std::uint16_t allowed = 0;  ///< of those
  bool l7 = false;            ///< a proxy decides about requests on some of them

  friend bool operator==(const Cell&, const Cell&) = default;
};

struct MatrixOptions {
  Grouping grouping = Grouping::kWorkload;
  /// Ask about this port everywhere; otherwise about the container ports of each destination, or
  /// kAnyPort of one that declares none.
  std::optional<PortProbe> port;
  unsigned threads = 1;
};

/// Stands for "some port" where a pod declares none: one that policies do not name.
inline constexpr std::uint16_t kAnyPort = 1;

class Matrix {
 public:
  const std::vector<Group>& groups() const { return groups_; }
  std::size_t size() const { return groups_.size(); }
  const Cell& At(std::size_t source, std::size_t destination) const {
    return cells_[source * groups_.size() + destination];
  }

  std::uint64_t pairs() const;          ///< of different groups
  std::uint64_t pairs_allowed() const;  ///< on every port asked
  std::uint64_t pairs_partly() const;   ///< on some

 private:
  friend Matrix BuildMatrix(const policy::Evaluator& evaluator, const MatrixOptions& options);

  std::vector<Group> groups_;
  std::vector<Cell> cells_;  // (source x destination)
};

/// Groups, sorted by name, then the world's endpoints.
std::vector<Group> GroupsOf(const policy::Evaluator& evaluator, const MatrixOptions& options);

/// All pairs.  The result does not depend on the number of threads.
Matrix BuildMatrix(const policy::Evaluator& evaluator, const MatrixOptions& options);

}  // namespace cnisim::connectivity
