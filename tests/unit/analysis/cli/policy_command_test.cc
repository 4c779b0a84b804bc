#include "analysis/cli/policy_command.h"

#include <fstream>
#include <iterator>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/support/program_call.h"
#include "tests/support/scratch_folder.h"
#include "tests/support/source_path.h"

namespace cnisim::cli {
namespace {

using test::SourcePath;
using ::testing::HasSubstr;
using ::testing::StartsWith;

using Outcome = test::ProgramOutcome;

Outcome Policy(const std::vector<std::string>& rest) { return test::CallProgram({"policy"}, rest); }

const std::string kMigration = SourcePath("scenarios/npm-to-cilium.yaml");
const std::string kShop = SourcePath("scenarios/inputs/npm-shop.yaml");
const std::string kPolicies = SourcePath("scenarios/inputs/npm-policies.yaml");

class PolicyCommand : public ::testing::Test {
 protected:
  test::ScratchFolder folder_;
};

TEST_F(PolicyCommand, LeavingNpmFlipsWhatIsDocumentedAndNothingElse) {
  const Outcome outcome =
      Policy({"diff", kMigration, "--from", "azure-npm", "--to", "cilium", "--json", "-"});
  EXPECT_EQ(outcome.code, ExitCode::kFinding) << outcome.err;
  std::map<std::string, std::vector<std::string>> flows_of;
  for (const auto& flip : nlohmann::json::parse(outcome.out)) {
    EXPECT_EQ(flip.at("before"), "allow");
    EXPECT_EQ(flip.at("after"), "deny");
    flows_of[flip.at("cause")].push_back(flip.at("source").get<std::string>() + " -> " +
                                         flip.at("destination").get<std::string>());
  }
  const std::map<std::string, std::vector<std::string>> documented{
      {"NodePort bypasses ingress policy", {"world/client -> shop/web-0"}},
      {"endPort", {"shop/web -> shop/stock"}},
      {"ipBlock over pods or nodes", {"shop/orders -> shop/stock"}},
      {"one port name with several numbers",
       {"ops/scraper -> shop/orders", "ops/scraper -> shop/web"}},
      {"the pod's own node", {"ops/scraper -> its own node", "shop/orders -> its own node"}}};
  EXPECT_EQ(flows_of, documented);
}

TEST_F(PolicyCommand, TheFixesRemoveEveryFlip) {
  const Outcome found = Policy({"diff", kMigration, "--from", "azure-npm", "--to", "cilium",
                                "--fixes", folder_.File("fixes.yaml")});
  EXPECT_EQ(found.code, ExitCode::kFinding) << found.err;
  EXPECT_THAT(found.out, StartsWith("before: azure-npm as in configuration today\n"
                                    "after:  cilium 1.16 as in configuration tomorrow\n\n"));
  EXPECT_THAT(found.out, HasSubstr("- {port: \"5000\", endPort: 5010, protocol: TCP}\n"));
  EXPECT_THAT(found.out, HasSubstr("\n55 flows compared, 7 flip\n"));
  const Outcome fixed = Policy({"diff", kMigration, "--from", "azure-npm", "--to", "cilium",
                                "--against", kPolicies, folder_.File("fixes.yaml")});
  // The rule that admits what nodes forward opens the pod's own address with it; nothing else
  // differs any more.
  EXPECT_EQ(fixed.code, ExitCode::kFinding) << fixed.err;
  EXPECT_THAT(fixed.out, HasSubstr("\n\nworld/client -> shop/web on 8080: deny becomes allow\n"));
  EXPECT_THAT(fixed.out, HasSubstr("\n55 flows compared, 1 flips\n"));
}

TEST_F(PolicyCommand, Cilium117ReadsEndPort) {
  const Outcome outcome = Policy(
      {"diff", kMigration, "--from", "azure-npm", "--to", "cilium", "--engine-version", "1.17"});
  EXPECT_EQ(outcome.code, ExitCode::kFinding);
  EXPECT_THAT(outcome.out, ::testing::Not(HasSubstr("cause: endPort")));
}

TEST_F(PolicyCommand, AnEngineThatNoConfigurationRunsHasItsOwnDefaults) {
  const Outcome outcome = Policy({"diff", kMigration, "--from", "azure-npm", "--to", "calico"});
  EXPECT_THAT(outcome.out,
              HasSubstr("after:  calico with its own defaults (no configuration runs it)\n"));
}

TEST_F(PolicyCommand, ExplainTakesShortNames) {
  const Outcome outcome = Policy({"explain", kMigration, "--engine", "cilium", "--from", "orders",
                                  "--to", "stock", "--port", "5000"});
  EXPECT_EQ(outcome.code, ExitCode::kOk) << outcome.err;
  EXPECT_THAT(outcome.out,
              StartsWith("judged by cilium 1.16 as in configuration tomorrow\n\n"
                         "shop/orders-0 -> shop/stock-0 on TCP/5000 under cilium: deny\n"
                         "  egress: isolated by NetworkPolicy shop/orders-by-address\n"));
}

TEST_F(PolicyCommand, ExplainNamesWhatItDoesNotFind) {
  const Outcome outcome =
      Policy({"explain", kMigration, "--from", "order", "--to", "stock", "--port", "5000"});
  EXPECT_EQ(outcome.code, ExitCode::kUserInput);
  EXPECT_THAT(outcome.err, HasSubstr("cnisim policy: error: there is no endpoint 'order'\n  known: "
                                     "ops/scraper, shop/orders, shop/stock, shop/web\n"));
}

TEST_F(PolicyCommand, ExplainAsksWhichOfTwo) {
  const std::string two = folder_.Write("two.yaml", R"(apiVersion: v1
kind: Pod
metadata: {name: web, namespace: a}
spec: {containers: [{name: c, image: i, ports: [{containerPort: 80}]}]}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: b}
spec: {containers: [{name: c, image: i, ports: [{containerPort: 80}]}]}
)");
  const Outcome outcome =
      Policy({"explain", two, "--from", "web", "--to", "a/web", "--port", "80"});
  EXPECT_EQ(outcome.code, ExitCode::kUserInput);
  EXPECT_THAT(outcome.err, HasSubstr("error: 2 namespaces have a 'web'\n"));
}

TEST_F(PolicyCommand, MatrixInEveryForm) {
  const auto matrix = [&](const std::string& format) {
    const Outcome outcome =
        Policy({"matrix", kShop, kPolicies, "--engine", "azure-npm", "--format", format});
    EXPECT_EQ(outcome.code, ExitCode::kOk) << outcome.err;
    return outcome.out;
  };
  EXPECT_EQ(matrix("text"), R"(judged by azure-npm

5 groups, 20 pairs: 11 allowed, 0 on some ports, 9 denied
    from \ to        1  2  3  4  5
  1 ops/scraper      .  +  -  +  -
  2 shop/orders      -  .  -  -  -
  3 shop/stock       +  +  .  -  +
  4 shop/web         +  +  +  .  +
  5 world/outside    +  +  -  -  .
+ every port asked, ~ some, - none, 7 a proxy decides about requests

azure-npm: 4 policies enforced, 0 not read; 9 chains, 21 rules, 15 ipsets
)");
  EXPECT_THAT(matrix("csv"), StartsWith("source,destination,ports_asked,ports_allowed,l7\n"
                                        "ops/scraper,shop/orders,1,1,0\n"
                                        "ops/scraper,shop/stock,1,0,0\n"));
  EXPECT_EQ(matrix("markdown"),
            R"(| from \ to | ops/scraper | shop/orders | shop/stock | shop/web | world/outside |
| --- | --- | --- | --- | --- | --- |
| ops/scraper |  | allow | deny | allow | deny |
| shop/orders | deny |  | deny | deny | deny |
| shop/stock | allow | allow |  | deny | allow |
| shop/web | allow | allow | allow |  | allow |
| world/outside | allow | allow | deny | deny |  |
)");
  EXPECT_EQ(matrix("dot"), R"(digraph policy {
  "ops/scraper";
  "shop/orders";
  "shop/stock";
  "shop/web";
  "world/outside";
  "ops/scraper" -> "shop/orders";
  "ops/scraper" -> "shop/web";
  "shop/stock" -> "ops/scraper";
  "shop/stock" -> "shop/orders";
  "shop/stock" -> "world/outside";
  "shop/web" -> "ops/scraper";
  "shop/web" -> "shop/orders";
  "shop/web" -> "shop/stock";
  "shop/web" -> "world/outside";
  "world/outside" -> "ops/scraper";
  "world/outside" -> "shop/orders";
}
)");
  EXPECT_EQ(nlohmann::json::parse(matrix("json")).at("pairs").size(), 20U);
}

TEST_F(PolicyCommand, LintSaysWhereAndWritesSarif) {
  const std::string lint = folder_.Write("lint.yaml", R"(apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: nobody, namespace: shop}
spec:
  podSelector: {matchLabels: {app: gone}}
  policyTypes: [Ingress]
)");
  const Outcome outcome = Policy({"lint", kShop, lint, "--sarif", folder_.File("lint.sarif")});
  EXPECT_EQ(outcome.code, ExitCode::kFinding) << outcome.err;
  EXPECT_EQ(outcome.out,
            "judged by cilium\n\n" + lint +
                ":1:1: selects nobody: NetworkPolicy shop/nobody: selects no pod\n1 finding\n");
  const auto sarif = nlohmann::json::parse(folder_.Read("lint.sarif"));
  EXPECT_EQ(sarif.at("version"), "2.1.0");
  const auto& run = sarif.at("runs").at(0);
  EXPECT_EQ(run.at("tool").at("driver").at("rules").size(), 1U);
  const auto& result = run.at("results").at(0);
  EXPECT_EQ(result.at("ruleId"), run.at("tool").at("driver").at("rules").at(0).at("id"));
  const auto& place = result.at("locations").at(0).at("physicalLocation");
  EXPECT_EQ(place.at("artifactLocation").at("uri"), lint);
  EXPECT_EQ(place.at("region").at("startLine"), 1);
}

TEST_F(PolicyCommand, LintIsContentWithGoodPolicies) {
  const Outcome outcome = Policy({"lint", kShop});
  EXPECT_EQ(outcome.code, ExitCode::kOk) << outcome.err;
  EXPECT_EQ(outcome.out, "judged by cilium\n\n0 findings\n");
}

TEST_F(PolicyCommand, TheFirstConfigurationJudgesAndIsNamed) {
  const Outcome outcome = Policy({"lint", kMigration});
  EXPECT_THAT(outcome.out, StartsWith("judged by azure-npm as in configuration today\n\n"));
  EXPECT_EQ(outcome.err, "");
  const Outcome quickstart = Policy({"lint", SourcePath("scenarios/quickstart.yaml")});
  EXPECT_EQ(quickstart.err, "cnisim: the scenario has 3 warnings, which `cnisim run` shows\n");
}

TEST_F(PolicyCommand, CasesCountMismatches) {
  const std::string good = SourcePath("tests/data/netpol_cases/s24-port-range.yaml");
  std::ifstream in(good);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  const std::size_t allow = text.find("  allow:");
  ASSERT_NE(allow, std::string::npos);
  text.replace(allow, 8, "  forbidden:");
  const Outcome right = Policy({"--case", good});
  EXPECT_EQ(right.code, ExitCode::kOk) << right.err;
  EXPECT_THAT(right.out, HasSubstr(" 0 mismatches\n"));
  const Outcome wrong = Policy({"--case", folder_.Write("wrong.yaml", text)});
  EXPECT_EQ(wrong.code, ExitCode::kFinding) << wrong.err;
  EXPECT_THAT(wrong.out, HasSubstr("expected forbidden, found allow"));
}

TEST_F(PolicyCommand, WrongWordsAreErrors) {
  EXPECT_THAT(Policy({"diff", kMigration, "--from", "azure-nmp"}).err,
              HasSubstr("unknown engine 'azure-nmp'\n  did you mean 'azure-npm'?"));
  EXPECT_EQ(Policy({"diff", kMigration}).code, ExitCode::kUserInput);
  EXPECT_EQ(Policy({"matrix"}).code, ExitCode::kUserInput);
  EXPECT_THAT(Policy({"matrix", kMigration, "--configuration", "tomorow"}).err,
              HasSubstr("the scenario has no configuration 'tomorow'\n  did you mean 'tomorrow'?"));
}

}  // namespace
}  // namespace cnisim::cli
