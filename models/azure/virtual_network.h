#pragma once

/// @file
/// A VNet and its subnets: who has which address, and when there is none left.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/azure/limits.h"
#include "models/net/cidr.h"
#include "models/net/index_pool.h"
#include "models/net/ip_address.h"
#include "sim/base/id.h"
#include "sim/base/result.h"

namespace cnisim::azure {

/// Addresses of a subnet of that prefix length that a NIC can get: all but the five that Azure
/// keeps; 0 for a subnet that has no more than those.  @pre 0 <= prefix_length <= 32
std::uint64_t UsableAddresses(int prefix_length, const Limits& limits);

/// Prefix length of the smallest subnet with that many usable addresses; nothing above what IPv4
/// has.
std::optional<int> SmallestSubnetFor(std::uint64_t addresses, const Limits& limits);

using SubnetId = Id<struct SubnetTag>;

enum class TakeError : std::uint8_t {
  kSubnetFull,
  kVnetFull,   ///< the subnet has room, the VNet's limit of private addresses is reached
  kOtherMode,  ///< the subnet hands out single addresses and blocks were asked for, or the reverse
};

/// Single addresses or blocks: a subnet does one of the two for ever, whichever came first.
enum class SubnetMode : std::uint8_t { kUnused, kAddresses, kBlocks };

/// One subnet as a reader sees it; VirtualNetwork changes it.
class Subnet {
 public:
  const std::string& name() const { return name_; }
  net::Cidr prefix() const { return prefix_; }
  SubnetMode mode() const { return mode_; }

  /// Addresses that a NIC can get: without the reserved ones, and in a subnet of blocks only those
  /// of blocks without a reserved one.
  std::uint64_t usable() const { return usable_; }
  std::uint64_t taken() const;  ///< addresses, a block counting all of its own
  std::uint64_t free() const { return usable_ - taken(); }
  std::uint64_t peak() const { return peak_; }  ///< the most that were ever taken at once

 private:
  friend class VirtualNetwork;
  Subnet(std::string name, net::Cidr prefix, const Limits& limits);

  std::string name_;
  net::Cidr prefix_;
  SubnetMode mode_ = SubnetMode::kUnused;
  int block_length_ = 32;
  std::uint64_t usable_ = 0;
  std::uint64_t peak_ = 0;
  net::IndexPool pool_;         // of addresses or of blocks; the reserved ones are never free
  std::uint64_t reserved_ = 0;  // numbers of the pool that are taken for good
};

/// A VNet.  Hands out the lowest free address of a subnet, so that two runs of a scenario give a
/// node the same one.  IPv4: AKS's node and pod subnets have no IPv6 addresses to run out of.
class VirtualNetwork {
 public:
  /// `limits` must outlive it.
  explicit VirtualNetwork(const Limits& limits) : limits_(&limits) {}

  /// @pre prefix is IPv4, no longer than /29 and no shorter than /8
  SubnetId AddSubnet(std::string name, net::Cidr prefix);

  const std::vector<Subnet>& subnets() const { return subnets_; }  // [subnet id]
  const Subnet& subnet(SubnetId id) const { return subnets_[id.value()]; }
  SubnetId Find(std::string_view name) const;  ///< invalid when there is none

  Result<net::IpAddress, TakeError> TakeAddress(SubnetId id);
  /// All of them or none, ascending.
  Result<std::vector<net::IpAddress>, TakeError> TakeAddresses(SubnetId id, std::uint64_t count);
  /// A block of the given length without reserved addresses.  Blocks of a subnet have one length.
  Result<net::Cidr, TakeError> TakeBlock(SubnetId id, int length);

  /// @pre it was taken from that subnet
  void GiveAddress(SubnetId id, const net::IpAddress& address);
  void GiveBlock(SubnetId id, const net::Cidr& block);

  /// What counts against the VNet's limit of private addresses: each address, each block once.
  std::uint64_t mappings() const { return mappings_; }
  std::uint64_t most_mappings() const;
  /// Addresses taken in all subnets.
  std::uint64_t taken() const;

 private:
  void Note(Subnet& subnet);

  const Limits* limits_;
  std::vector<Subnet> subnets_;
  std::uint64_t mappings_ = 0;
};

/// A route table with one route a node and family (kubenet).
class RouteTable {
 public:
  explicit RouteTable(const Limits& limits)
      : most_(static_cast<std::uint64_t>(limits[LimitId::kRouteTableRoutes])) {}

  std::uint64_t routes() const { return routes_; }
  std::uint64_t most() const { return most_; }
  /// False, and nothing added, when the table would hold more than it can.
  bool Add(std::uint64_t count);
  /// @pre count <= routes()
  void Remove(std::uint64_t count);

 private:
  std::uint64_t most_;
  std::uint64_t routes_ = 0;
};

}  // namespace cnisim::azure
