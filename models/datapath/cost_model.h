#pragma once

/// @file
/// What each stage costs, with range and source: the typed form of models/catalog/costs.

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/datapath/compiled_flow.h"
#include "models/datapath/flow_class.h"

namespace cnisim::document {
class CatalogFiles;
class Diagnostics;
class Value;
}  // namespace cnisim::document

namespace cnisim::datapath {

/// Which messages of a connection pay for a stage.
enum class Paid : std::uint8_t {
  kConnect,       ///< in the client's connect()
  kAccept,        ///< in the server's accept()
  kBare,          ///< packets without payload: SYN, SYN-ACK, ACK, FIN
  kFirst,         ///< the first packet of a connection, on its way to the server
  kFirstReply,    ///< the first packet back
  kEach,          ///< every packet, both directions
  kForward,       ///< every packet from client to server
  kBackward,      ///< every packet from server to client
  kData,          ///< messages with payload, both directions
  kRequest,       ///< every request
  kFirstRequest,  ///< the first request of a connection
  kReply,         ///< every reply
  kControlPlane,  ///< no packet: an agent or kube-proxy, when something changes
};
std::string_view Name(Paid paid);

/// True if a message of `kind` in a flow of `protocol` pays for a stage that is `paid`.
bool Pays(Paid paid, MessageKind kind, TransportProtocol protocol);

/// What multiplies a stage's fixed cost when a message is more than one packet.
enum class Per : std::uint8_t { kMessage, kAggregate, kPacket, kFragment };
std::string_view Name(Per per);

enum class CostStatus : std::uint8_t { kMeasured, kDerived, kAssumed };
std::string_view Name(CostStatus status);

struct CostSource {
  std::string title;  ///< repository, paper or page
  std::string where;  ///< file, table, figure, or the arithmetic that gives the number
};

/// A coefficient with its bounds.  ns for fixed costs, ns/B for costs a byte.
struct CostRange {
  double low = 0;
  double typical = 0;  ///< the catalog's, or fitted to measurements
  double high = 0;
  double catalog_typical = 0;  ///< as the source has it

  /// Median is typical; linear on both sides of it.  @pre 0 <= u < 1
  double At(double u) const {
    return u < 0.5 ? low + (typical - low) * 2 * u : typical + (high - typical) * (2 * u - 1);
  }
};

/// Where a chain of rules, walked by every packet, no longer fits the cache.
struct CostKnee {
  double count = 0;     ///< executions at the stage's own price
  CostRange fixed;      ///< ns, each one beyond
  double fixed_ns = 0;  ///< the value in use
};

/// One entry of models/catalog/costs.
struct StageCost {
  std::string id;    ///< the word that paths use
  std::string does;  ///< one line for people
  Resource paid_by = Resource::kSoftirqCore;
  Paid paid = Paid::kEach;
  Per per = Per::kAggregate;
  Count count = Count::kOne;  ///< what multiplies the fixed cost; a path may say otherwise
  CostRange fixed;            ///< ns
  CostRange per_byte;         ///< ns a byte of payload
  double cv = 0;              ///< of one execution
  CostStatus status = CostStatus::kAssumed;
  CostSource source;
  std::string why;                     ///< of an assumed cost
  std::string same_as;                 ///< another cost, whose values these are; empty: its own
  std::uint8_t conntrack_entries = 0;  ///< made on the node where it is paid
  std::uint8_t snat_ports = 0;
  std::uint8_t monitor_events = 0;
  std::string file;       ///< catalog file that it comes from
  bool overlaid = false;  ///< of a user's own file, which the catalog's fit does not know

  /// Measurements that the typical value was fitted to; 0 if it is its source's.
  int informed_by = 0;

  double fixed_ns = 0;     ///< the value in use: typical, or drawn from the range
  double per_byte_ns = 0;  ///< likewise
  std::optional<CostKnee> beyond;

  /// `times` executions at the values in use, ns.
  double FixedFor(double times) const;
  /// The same at the ends and the middle of the range.
  CostRange RangeFor(double times) const;
};

/// A number without a unit that scales stages: how much dearer cold caches make them.
struct CostFactor {
  std::string id;
  std::string does;
  CostRange value;
  CostStatus status = CostStatus::kAssumed;
  CostSource source;
  std::string why;
  std::string file;

  double in_use = 0;  ///< typical, or drawn from the range
};

/// A cost as measurements of one class of machines have it.
struct FittedCost {
  double fixed_ns = 0;
  double per_byte_ns = 0;
  double error_ns = 0;   ///< standard error of the fixed part, or of the part a byte if that is all
  int measurements = 0;  ///< how many inform it
  bool at_bound = false;  ///< the measurements would have it outside the sources' range
};

/// Machines that are alike, with the costs that were fitted to what was measured on them
/// (models/catalog/hardware, written by `cnisim fit`).
struct HardwareClass {
  std::string name;
  std::string about;                                     ///< one line for people
  bool overlaid = false;                                 ///< of a user's own file
  std::map<std::string, FittedCost, std::less<>> costs;  ///< by id of the cost
};

/// All costs.  Immutable after loading; shared by all threads.
class CostModel {
 public:
  /// Reads costs/*.yaml and hardware/*.yaml of the catalog; the values in use are those of the
  /// default hardware class.  What is wrong goes to `diagnostics`; the model then holds the entries
  /// that are right.
  static CostModel Load(const document::CatalogFiles& files, document::Diagnostics& diagnostics);

  /// The entry named `id`, or nullptr.
  const StageCost* Find(std::string_view id) const;
  /// @pre Find(id) != nullptr
  const StageCost& At(std::string_view id) const;
  /// Every entry, sorted by id.
  std::span<const StageCost> all() const { return costs_; }
  /// The factor named `id`, or nullptr.
  const CostFactor* FindFactor(std::string_view id) const;
  /// Every factor, sorted by id.
  std::span<const CostFactor> factors() const { return factors_; }

  /// Every class of hardware, sorted by name.
  std::span<const HardwareClass> hardware() const { return hardware_; }
  /// The same costs with the values of another class; costs that nothing on its machines informed
  /// have their catalog's typical value, and so have those of a user's own cost file.  @pre the
  /// class is in hardware(), or `name` is empty: every cost has the catalog's typical value
  CostModel ForHardware(std::string_view name) const;
  /// Gives one stage other values, and with it those that are the same.  @pre Find(id) != nullptr
  void SetValue(std::string_view id, double fixed_ns, double per_byte_ns);

  /// The same model with each stage somewhere inside its range.  A stage's draw depends on `seed`
  /// and its name only: all configurations of a comparison see the same one, and a new stage does
  /// not change another's.
  CostModel Draw(std::uint64_t seed) const;
  /// The same model with every stage at the lower (false) or upper (true) end of its range.
  CostModel AtBound(bool upper) const;
  /// The same model with all work of processors, background work included, `factor` times as dear.
  /// Waits, fabric delays and caps are as they were.  @pre factor > 0
  CostModel WithWorkScaled(double factor) const;

 private:
  void ShareValues();
  void CheckShared(document::Diagnostics& diagnostics) const;
  std::string LoadHardware(const document::CatalogFiles& files, document::Diagnostics& diagnostics);
  void CheckFitted(const document::Value& where, const HardwareClass& hardware,
                   document::Diagnostics& diagnostics) const;

  std::vector<StageCost> costs_;         // sorted by id
  std::vector<CostFactor> factors_;      // sorted by id
  std::vector<HardwareClass> hardware_;  // sorted by name
};

}  // namespace cnisim::datapath
