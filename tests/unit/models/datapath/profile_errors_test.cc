/// What a wrong catalog file is told, whole.

#include <string>

#include <gtest/gtest.h>

#include "models/datapath/cni_profile.h"
#include "models/datapath/cost_model.h"
#include "models/document/catalog_files.h"
#include "models/document/diagnostics.h"

namespace cnisim::datapath {
namespace {

constexpr const char* kCost =
    "costs:\n"
    "  - {id: host_pass, does: x, paid_by: softirq, paid: each, fixed: {typical: 1ns, low: 1ns, "
    "high: 1ns}, status: assumed, why: y}\n";

std::string ErrorsOfProfile(const std::string& text) {
  document::Diagnostics diagnostics;
  const auto files = document::CatalogFiles::FromFiles(
      {{"costs/a.yaml", kCost, "costs/a.yaml", false}, {"cni/my.yaml", text, "my.yaml", true}});
  const CostModel costs = CostModel::Load(files, diagnostics);
  CniProfile::Load(files, "my", costs, diagnostics);
  std::string out;
  for (const auto& d : diagnostics.list()) {
    out += d.where.ToString() + ": " + d.message + (d.hint.empty() ? "" : " | " + d.hint) + "\n";
  }
  return out;
}

std::string ErrorsOfCost(const std::string& text) {
  document::Diagnostics diagnostics;
  const auto files = document::CatalogFiles::FromFiles({{"costs/a.yaml", text, "a.yaml", true}});
  CostModel::Load(files, diagnostics);
  std::string out;
  for (const auto& d : diagnostics.list()) {
    out += d.where.ToString() + ": " + d.message + (d.hint.empty() ? "" : " | " + d.hint) + "\n";
  }
  return out;
}

TEST(ProfileErrors, UnknownStage) {
  EXPECT_EQ(ErrorsOfProfile("name: my\nsummary: s\npaths:\n  pod_to_external:\n    request:\n"
                            "      client: [host_pas]\n"),
            "my.yaml:6:16: no cost for the stage 'host_pas' | did you mean 'host_pass'?\n");
}

TEST(ProfileErrors, UnknownSwitchAndValue) {
  EXPECT_EQ(
      ErrorsOfProfile("name: my\nsummary: s\nswitches: {pod_link: vethh}\npaths:\n"
                      "  pod_to_external:\n    request:\n"
                      "      client: [{stage: host_pass, when: {encryption: [none, wiregard]}}]\n"),
      "my.yaml:3:22: unknown value 'vethh' of pod_link | did you mean 'veth'? known: bridge, "
      "netkit, veth\n"
      "my.yaml:7:61: unknown value 'wiregard' of encryption | did you mean 'wireguard'? known: "
      "ipsec, none, wireguard\n");
}

TEST(ProfileErrors, UnknownPath) {
  EXPECT_EQ(ErrorsOfProfile("name: my\nsummary: s\npaths:\n  pod_to_externl: {request: {client: "
                            "[host_pass]}}\n"),
            "my.yaml:4:3: unknown path 'pod_to_externl' | did you mean 'pod_to_external'? known: "
            "external_to_pod, external_to_pod_via_node, host_to_host_cross_node, "
            "host_to_pod_cross_node, host_to_pod_same_node, pod_to_external, "
            "pod_to_host_cross_node, pod_to_pod_cross_node, pod_to_pod_same_node\n");
}

TEST(ProfileErrors, UnknownFragment) {
  EXPECT_EQ(ErrorsOfProfile("name: my\nsummary: s\npaths:\n  pod_to_external: {request: {client: "
                            "[{use: nothing}]}}\n"),
            "my.yaml:4:46: unknown fragment 'nothing'\n");
}

TEST(ProfileErrors, AnotherNameThanItsFile) {
  EXPECT_EQ(ErrorsOfProfile("name: yours\nsummary: s\n"),
            "my.yaml:1:1: the file of 'my' has another name | name: my\n");
}

TEST(CostErrors, NoSourceAndNoWhy) {
  EXPECT_EQ(ErrorsOfCost("costs:\n  - {id: a, does: x, paid_by: task, paid: each, fixed: {typical: "
                         "1ns, low: 1ns, high: 1ns}, status: measured}\n"
                         "  - {id: b, does: x, paid_by: task, paid: each, fixed: {typical: 1ns, "
                         "low: 1ns, high: 1ns}, status: assumed}\n"),
            "a.yaml:2:5: a cost that is not assumed has a source | add source: and where:, or "
            "status: assumed and why:\n"
            "a.yaml:3:5: an assumed cost says why | add why: ...\n");
}

TEST(CostErrors, RangeOutOfOrderAndUnitMissing) {
  EXPECT_EQ(ErrorsOfCost("costs:\n"
                         "  - id: a\n    does: x\n    paid_by: task\n    paid: each\n"
                         "    fixed: {typical: 1ns, low: 2ns, high: 3ns}\n"
                         "    status: assumed\n    why: y\n"
                         "  - id: b\n    does: x\n    paid_by: task\n    paid: eech\n"
                         "    fixed: {typical: 5, low: 2ns, high: 9ns}\n"
                         "    status: assumed\n    why: y\n"),
            "a.yaml:6:12: low, typical and high are not in this order\n"
            "a.yaml:12:11: unknown word 'eech' for 'paid' | did you mean 'each'? known: accept, "
            "backward, bare, connect, control_plane, data, each, first, first_reply, "
            "first_request, forward, reply, request\n"
            "a.yaml:13:22: expected a time, found '5' | write it with its unit, e.g. 353ns or "
            "0.21ns\n");
}

TEST(CostErrors, TheSameCostTwice) {
  const std::string cost =
      "  - {id: a, does: x, paid_by: task, paid: each, fixed: {typical: 1ns, low: 1ns, high: 1ns}, "
      "status: assumed, why: y}\n";
  EXPECT_EQ(ErrorsOfCost("costs:\n" + cost + cost), "a.yaml:3:5: the cost 'a' is given twice\n");
}

}  // namespace
}  // namespace cnisim::datapath
