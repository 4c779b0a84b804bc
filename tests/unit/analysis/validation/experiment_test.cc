#include "analysis/validation/experiment.h"

#include <cmath>
#include <string>

#include <gtest/gtest.h>

#include "analysis/validation/measurement.h"
#include "models/scenario/catalog.h"

namespace cnisim::validation {
namespace {

class ExperimentTest : public ::testing::Test {
 protected:
  Experiment Make(const std::string& cni, datapath::PathKind path, Load load) {
    Experiment experiment;
    experiment.profile = lab_.Cni(cni);
    datapath::FlowClass flow;
    flow.path = path;
    experiment.flows = {flow};
    experiment.load = load;
    experiment.machine.cores = 16;
    return experiment;
  }
  double ErrorOfEstimate(Experiment experiment, Observable observable) {
    experiment.observable = observable;
    const double simulated =
        cnisim::validation::Read(experiment, Simulate(experiment, costs(), catalog_.workload));
    const double estimated =
        cnisim::validation::Read(experiment, Estimate(experiment, costs(), catalog_.workload));
    EXPECT_GT(simulated, 0);
    return std::abs(std::log(estimated / simulated));
  }
  const datapath::CostModel& costs() const { return catalog_.costs; }

  document::Diagnostics diagnostics_;
  scenario::Catalog catalog_ = scenario::Catalog::Load(std::nullopt, diagnostics_);
  Lab lab_{catalog_.files, catalog_.costs, diagnostics_};
};

using datapath::PathKind;

TEST_F(ExperimentTest, TheClosedFormIsTheSimulationWhereOneResourceBinds) {
  for (const std::string cni : {"host-network", "byocni-calico", "byocni-cilium"}) {
    const PathKind path =
        cni == "host-network" ? PathKind::kHostToHostCrossNode : PathKind::kPodToPodCrossNode;
    const Experiment rr = Make(cni, path, Load::kRequestResponse);
    EXPECT_LT(ErrorOfEstimate(rr, Observable::kTransactions), 0.02) << cni;
    EXPECT_LT(ErrorOfEstimate(rr, Observable::kClientCpuPerWork), 0.02) << cni;
    EXPECT_LT(ErrorOfEstimate(rr, Observable::kServerCpuPerWork), 0.02) << cni;
    const Experiment crr = Make(cni, path, Load::kConnectRequestResponse);
    EXPECT_LT(ErrorOfEstimate(crr, Observable::kTransactions), 0.03) << cni;
    EXPECT_LT(ErrorOfEstimate(crr, Observable::kClientCpuPerWork), 0.03) << cni;
    const Experiment stream = Make(cni, path, Load::kStream);
    EXPECT_LT(ErrorOfEstimate(stream, Observable::kThroughput), 0.05) << cni;
  }
}

TEST_F(ExperimentTest, OneCoreMakesATransactionTheSumOfItsWork) {
  Experiment experiment =
      Make("byocni-calico", PathKind::kPodToPodSameNode, Load::kRequestResponse);
  experiment.machine.cores = 1;
  EXPECT_LT(ErrorOfEstimate(experiment, Observable::kPeriod), 0.02);
}

TEST_F(ExperimentTest, TheLinkBindsManyStreams) {
  Experiment experiment = Make("host-network", PathKind::kHostToHostCrossNode, Load::kStream);
  experiment.connections = 8;
  experiment.machine.link = BitsPerSecond(10'000'000'000);
  experiment.observable = Observable::kThroughput;
  const double rate =
      cnisim::validation::Read(experiment, Simulate(experiment, costs(), catalog_.workload));
  // Payload of full packets: 1448 of 1514 bytes on the wire.
  EXPECT_NEAR(rate, 1e10 * 1448 / 1514, 0.02e10);
}

TEST_F(ExperimentTest, DatagramsHaveNoHandshakeAndNoAcknowledgement) {
  Experiment experiment =
      Make("host-network", PathKind::kHostToHostCrossNode, Load::kConnectRequestResponse);
  experiment.observable = Observable::kTransactions;
  const double tcp =
      cnisim::validation::Read(experiment, Simulate(experiment, costs(), catalog_.workload));
  experiment.flows[0].protocol = datapath::TransportProtocol::kUdp;
  const double udp =
      cnisim::validation::Read(experiment, Simulate(experiment, costs(), catalog_.workload));
  EXPECT_GT(udp, 1.5 * tcp);
  EXPECT_LT(ErrorOfEstimate(experiment, Observable::kTransactions), 0.03);
}

TEST_F(ExperimentTest, WhatIsObservedIsNoPartOfTheKey) {
  Experiment one = Make("byocni-calico", PathKind::kPodToPodCrossNode, Load::kStream);
  Experiment other = one;
  other.observable = Observable::kClientCpu;
  EXPECT_EQ(one.Key(), other.Key());
  other.connections = 8;
  EXPECT_NE(one.Key(), other.Key());
  other = one;
  other.switches["encapsulation"] = "none";
  EXPECT_NE(one.Key(), other.Key());
}

}  // namespace
}  // namespace cnisim::validation
