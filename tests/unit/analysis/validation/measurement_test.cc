#include "analysis/validation/measurement.h"

#include <map>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/scenario/catalog.h"

namespace cnisim::validation {
namespace {

using ::testing::HasSubstr;

class MeasurementTest : public ::testing::Test {
 protected:
  std::vector<Measurement> Read(const std::string& text) {
    return ReadMeasurements(text, "mine.csv", lab_, diagnostics_);
  }

  document::Diagnostics diagnostics_;
  scenario::Catalog catalog_ = scenario::Catalog::Load(std::nullopt, diagnostics_);
  Lab lab_{catalog_.files, catalog_.costs, diagnostics_};
};

constexpr const char* kKernelHeader =
    "experiment,topology,routed_hops,bridge_hops,bridge_ip_passages,vxlan_pairs,dataplane,services,"
    "endpoints,position,policy,policy_size,traffic,scheduling,request_bytes,response_bytes,note,"
    "median_ns,low_ns,high_ns,run_ratio\n";

TEST_F(MeasurementTest, EveryBuiltInRowHasAClassAndThoseWithoutScoreAReason) {
  const MeasurementSet set = LoadMeasurements({}, lab_, diagnostics_);
  EXPECT_FALSE(diagnostics_.has_errors()) << diagnostics_.ToString();
  EXPECT_EQ(set.measurements.size(), 1231U + 774U);
  std::map<RowClass, int> classes;
  for (const Measurement& row : set.measurements) {
    ++classes[row.row_class];
    const bool figure = row.row_class == RowClass::kScored || row.row_class == RowClass::kAnchor;
    EXPECT_EQ(row.reason.empty(), figure) << row.id << ": " << row.reason;
    EXPECT_EQ(row.experiment.has_value() || row.counted.has_value(), figure) << row.id;
  }
  EXPECT_GT(classes[RowClass::kScored], 1000);
  EXPECT_GT(classes[RowClass::kAnchor], 100);
}

TEST_F(MeasurementTest, AKernelRowIsAPathOfStages) {
  const auto rows =
      Read(std::string(kKernelHeader) +
           "paths,chain2,2,0,0,0,none,0,0,,,0,tcp_rr,solo,64,64,,12148,12000,12200,1\n");
  ASSERT_EQ(rows.size(), 1U);
  ASSERT_TRUE(rows[0].experiment) << diagnostics_.ToString();
  const datapath::PathDefinition* path =
      rows[0].experiment->profile->Find(datapath::PathKind::kPodToPodSameNode);
  ASSERT_NE(path, nullptr);
  double hops = 0;
  for (const datapath::PathStep& step : path->request.sides[0]) {
    if (step.stage == "routed_hop") hops += step.times;
  }
  EXPECT_EQ(hops, 2);
  EXPECT_EQ(rows[0].value, 12148);
  EXPECT_TRUE(rows[0].absolute);
}

TEST_F(MeasurementTest, WhatIsNotExpressedSaysWhy) {
  const auto rows = Read(std::string(kKernelHeader) +
                         "cold,veth,0,0,0,0,none,0,0,,,0,tcp_rr,solo,64,64,cold,60881,1,2,\n"
                         "load,,,,,,nftables,1,1,,,8,load,,,,full-load,26198255,,,\n");
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].row_class, RowClass::kNotExpressed);
  EXPECT_THAT(rows[0].reason, HasSubstr("caches are warm"));
  EXPECT_EQ(rows[1].row_class, RowClass::kInformative);
  EXPECT_THAT(rows[1].reason, HasSubstr("time to load rules"));
}

TEST_F(MeasurementTest, AWordThatTheModelDoesNotHaveIsNoExperiment) {
  const auto rows = Read(
      "id,publication,hardware,kernel,placement,path,n_services,n_endpoints,n_policies,msg_bytes,"
      "mtu,"
      "streams,metric,stat,unit,value,scope,cni_id,dataplane_id,service_engine,encap_id,"
      "encryption_id,l7_id,hubble,policy_engine,tuning,cpu,cores,link_gbps,traffic,offered,variant,"
      "kind,class,anchor,repeat_spread,config_key\n"
      "M-1,M,pair,6.1,cross_node,pod_pod,,,,1,1500,1,tcp_rr,,transactions/"
      "s,30000,in,calico,iptables,"
      "kube-proxy-ebtables,vxlan,none,none,,calico,,EPYC,16,25,tcp_rr,,,rate,scored,no,,a\n"
      "M-2,M,pair,6.1,cross_node,pod_pod,,,,1,1500,1,tcp_rr,,transactions/"
      "s,30000,in,calico,iptables,"
      "kube-proxy-ipvs,vxlan,none,none,,calico,,EPYC,16,25,tcp_rr,,,rate,scored,no,,b\n");
  ASSERT_EQ(rows.size(), 2U) << diagnostics_.ToString();
  EXPECT_EQ(rows[0].row_class, RowClass::kNotExpressed);
  EXPECT_EQ(rows[0].reason, "the model has no service_engine 'kube-proxy-ebtables'");
  EXPECT_EQ(rows[1].row_class, RowClass::kScored);
}

TEST_F(MeasurementTest, AMissingColumnIsNamedAtTheHeader) {
  EXPECT_TRUE(Read("experiment,topology\npaths,lo\n").empty());
  EXPECT_THAT(diagnostics_.ToString(), HasSubstr("mine.csv:1"));
  EXPECT_THAT(diagnostics_.ToString(), HasSubstr("median_ns"));
}

TEST_F(MeasurementTest, AValueThatIsNoTimeIsAnErrorAtItsRow) {
  Read(std::string(kKernelHeader) +
       "paths,lo,0,0,0,0,none,0,0,,,0,tcp_rr,solo,64,64,,fast,1,2,1\n");
  EXPECT_THAT(diagnostics_.ToString(), HasSubstr("mine.csv:2:"));
  EXPECT_THAT(diagnostics_.ToString(), HasSubstr("found 'fast'"));
}

}  // namespace
}  // namespace cnisim::validation
