#pragma once

/// @file
/// A measurement of two endpoints, in the model's words: which path, between which machines, under
/// which load, and what was read off.  Simulated by the same engine and models as `run`.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "models/datapath/cni_profile.h"
#include "models/datapath/cost_model.h"
#include "models/datapath/flow_class.h"
#include "models/datapath/switches.h"
#include "models/workload/defaults.h"
#include "sim/base/histogram.h"
#include "sim/base/units.h"

namespace cnisim::validation {

enum class Load : std::uint8_t {
  kRequestResponse,         ///< one transaction at a time on each open connection
  kConnectRequestResponse,  ///< a new connection for each transaction
  kStream,                  ///< as many bytes as go through, from client to server
  kOpenLoop,                ///< requests at a given rate, whatever becomes of them
  kFlood,                   ///< more packets than the server's cores can take
};

/// What the measurement reports.
enum class Observable : std::uint8_t {
  kTransactions,     ///< per second, all connections together
  kPackets,          ///< a second that got through the server's kernel
  kPeriod,           ///< ns a transaction: 1 / kTransactions
  kThroughput,       ///< bits of payload per second, all connections together
  kLatency,          ///< ns, mean of a transaction
  kLatencyQuantile,  ///< ns, Experiment::quantile of a transaction
  kClientCpu,        ///< cores busy on the client's machine
  kServerCpu,        ///< cores busy on the server's machine
  /// As kClientCpu, without softirq mode.  What a pod's packet meets beyond its veth runs in that
  /// mode, though on the sender's core.
  kClientTasks,
  kServerTasks,
  kClientCpuPerWork,  ///< ns of CPU a transaction, or a byte of a stream
  kServerCpuPerWork,
  kServerIdle,      ///< share of the server's CPU time that nothing used
  kServerProxyCpu,  ///< cores busy in the proxies on the server's machine
};

/// Two equal machines and what is between them.
struct Machine {
  std::uint32_t cores = 2;
  BitsPerSecond link{100'000'000'000};
  /// Cost of the catalog that is the way from NIC to NIC, interrupt included.
  std::string wire = "bare_metal_one_way";
};

struct Experiment {
  std::shared_ptr<const datapath::CniProfile> profile;
  datapath::Switches switches;  ///< on top of the profile's
  /// Equally likely kinds of connection; more than one where Services of a cluster differ in their
  /// place in the rules.  @pre not empty
  std::vector<datapath::FlowClass> flows;
  Machine machine;
  Load load = Load::kRequestResponse;
  std::uint32_t connections = 1;
  Bytes request{1};
  Bytes response{1};
  double rate = 0;          ///< kOpenLoop: requests a second
  bool serves = false;      ///< requests cost the server the catalog's default service time
  bool one_thread = false;  ///< the server is one thread, which hardly works on a request (redis)
  std::string hardware;     ///< class whose costs apply (CostModel::ForHardware)
  Observable observable = Observable::kTransactions;
  double quantile = 0.5;

  /// Everything but what is observed: experiments with one key need one simulation.
  std::string Key() const;
};

/// What a simulation of an experiment shows.
struct Outcome {
  double seconds = 0;
  double transactions = 0;  ///< completed
  double bytes = 0;         ///< of payload that arrived at the server
  Histogram latency;        ///< ns
  struct Cpu {
    double tasks = 0;       ///< ns: application, system calls and what the kernel does inside them
    double in_softirq = 0;  ///< part of `tasks` that is accounted as softirq mode
    double softirq = 0;
    double proxy = 0;
    double total() const { return tasks + softirq + proxy; }
    double accounted() const { return tasks - in_softirq; }
  };
  Cpu client;
  Cpu server;
};

/// Runs the experiment.  Deterministic: fixed seed, one thread.
/// @param costs  already those of the experiment's hardware
Outcome Simulate(const Experiment& experiment, const datapath::CostModel& costs,
                 const workload::Defaults& defaults);

/// The same figures in closed form, for the fit: sums of the compiled segments, and the most loaded
/// resource as the limit.  Within a few per cent of Simulate() where one resource binds clearly.
Outcome Estimate(const Experiment& experiment, const datapath::CostModel& costs,
                 const workload::Defaults& defaults);

/// The figure that `experiment` asks for: transactions/s, bit/s, ns, cores, or a share.
double Read(const Experiment& experiment, const Outcome& outcome);

}  // namespace cnisim::validation
