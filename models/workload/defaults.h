#pragma once

/// @file
/// What the traffic model needs to know and scenarios seldom say: timers, queues, worker pools.
/// Read from models/catalog/workload/*.yaml, where every value has its source.

#include <cstdint>
#include <string>
#include <vector>

#include "models/document/catalog_files.h"
#include "models/document/diagnostics.h"
#include "sim/base/units.h"

namespace cnisim::workload {

struct Defaults {
  // Applications.
  SimTime service_time;  ///< mean CPU time of a request
  double service_cv = 0;
  std::uint32_t workers = 1;                  ///< requests that a pod serves at once
  std::uint32_t queue = 0;                    ///< requests that wait for a worker
  std::uint32_t requests_per_connection = 1;  ///< before a connection is replaced
  SimTime timeout;                            ///< of a call

  SimTime cpu_period;  ///< of a CPU limit's quota

  // TCP.
  SimTime syn_timeout;  ///< before the first SYN is repeated; doubles each time
  std::uint32_t syn_retries = 0;
  SimTime data_timeout;     ///< least retransmission timeout; doubles each time
  SimTime longest_timeout;  ///< where doubling ends
  std::uint32_t data_retries = 0;
  std::uint32_t initial_window = 0;  ///< segments
  Bytes receive_window;              ///< most that is in flight on one connection
  Bytes longest_train;               ///< most that the kernel hands to the NIC as one
  SimTime delayed_ack;               ///< how long one segment waits to be acknowledged with another
  std::uint32_t quick_acks = 0;      ///< first segments that are acknowledged at once
  Bytes udp_receive_buffer;          ///< most that a UDP socket holds unread

  // Names.
  std::uint32_t dns_ndots = 0;
  std::uint32_t dns_most_ndots = 0;
  std::string dns_search;  ///< the node's own domain
  SimTime dns_timeout;     ///< of a query
  std::uint32_t dns_attempts = 0;
  std::uint32_t dns_most_attempts = 0;
  Bytes dns_query;
  Bytes dns_answer;
  SimTime dns_work;                     ///< CPU time of CoreDNS for a query
  SimTime dns_forward_work;             ///< more of it, to ask somebody else
  std::uint32_t dns_least_threads = 0;  ///< of CoreDNS, whatever its CPU limit
  std::uint32_t dns_queue = 0;          ///< queries that wait in a server's socket
  SimTime dns_ttl;                      ///< most that CoreDNS keeps an answer
  SimTime dns_upstream;                 ///< to a resolver outside and back
  double dns_upstream_cv = 0;
  SimTime local_dns_ttl;                ///< as dns_ttl, of LocalDNS
  std::uint32_t local_dns_queries = 0;  ///< that LocalDNS works on at once
  std::uint32_t local_dns_cores = 0;    ///< that a node must have for it
  std::uint32_t local_dns_cpu = 0;      ///< its CPU limit, thousandths of a core

  // Nodes.
  std::uint32_t softirq_backlog = 0;   ///< packets that wait for a core
  Bytes nic_queue;                     ///< bytes that wait for the NIC
  Bytes egress_burst;                  ///< that a VM may send at once beyond its bandwidth
  BitsPerSecond egress;                ///< of a SKU whose bandwidth is not published
  double conntrack_per_mib = 0;        ///< entries a MiB of memory
  std::uint64_t conntrack_ebpf = 0;    ///< entries of the eBPF table
  SimTime conntrack_closed;            ///< how long a closed connection keeps its entry
  SimTime conntrack_udp;               ///< and a UDP flow, from its last datagram on
  std::uint32_t source_ports = 0;      ///< of an address to one destination
  SimTime time_wait;                   ///< how long a client keeps a port that it has closed
  std::uint64_t vm_flows = 0;          ///< a direction that Azure's network keeps for a VM
  SimTime flow_closed;                 ///< how long it keeps one of a closed connection
  SimTime flow_idle;                   ///< and one that nobody closes
  std::uint32_t masquerade_ports = 0;  ///< of a node's address to one destination
  std::uint32_t proxy_workers = 0;     ///< threads of a node's L7 proxy
  std::uint32_t proxy_queue = 0;       ///< messages that wait for one of them

  static Defaults Load(const document::CatalogFiles& files, document::Diagnostics& diagnostics);
};

}  // namespace cnisim::workload
