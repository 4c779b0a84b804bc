// Malformed and hostile policies end in one clear error each, or in an answer, within bounds on
// memory and processor time.  Each runs as a process of its own, so that the bounds are its own.

#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "analysis/cli/program.h"
#include "tests/support/scratch_folder.h"
#include "tests/support/source_path.h"

namespace cnisim::cli {
namespace {

using ::testing::HasSubstr;

#if defined(__SANITIZE_ADDRESS__)
constexpr long kSanitizerFactor = 8;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
constexpr long kSanitizerFactor = 8;
#else
constexpr long kSanitizerFactor = 1;
#endif
#else
constexpr long kSanitizerFactor = 1;
#endif

constexpr long kMostMemoryKib = 256 * 1024 * kSanitizerFactor;
constexpr rlim_t kMostSeconds = 60;  // of the processor; the kernel ends what takes longer

struct Outcome {
  int code = -1;  ///< -1: ended by a signal
  long memory_kib = 0;
  std::string err;
};

class HostilePolicies : public ::testing::Test {
 protected:
  /// `cnisim policy matrix` of a small shop under `policies`.
  Outcome Judge(const std::string& policies) {
    const std::string file = folder_.Write("hostile.yaml", policies);
    const std::string err_file = folder_.File("err");
    const pid_t child = fork();
    if (child == 0) {
      const rlimit limit{kMostSeconds, kMostSeconds};
      setrlimit(RLIMIT_CPU, &limit);
      std::ostringstream out;
      std::ofstream err(err_file);
      const std::vector<std::string> arguments{
          "policy", "matrix",    test::SourcePath("scenarios/inputs/npm-shop.yaml"),
          file,     "--threads", "1"};
      const ExitCode code = RunProgram(arguments, Commands(), Output{out}, Output{err});
      err.close();
      _exit(static_cast<int>(code));
    }
    int status = 0;
    rusage usage{};
    EXPECT_EQ(wait4(child, &status, 0, &usage), child);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, usage.ru_maxrss, folder_.Read("err")};
  }

  /// A policy that ends in an answer.
  void ExpectAnswer(const std::string& policies) {
    const Outcome outcome = Judge(policies);
    EXPECT_EQ(outcome.code, 0) << outcome.err.substr(0, 2000);
    EXPECT_LT(outcome.memory_kib, kMostMemoryKib);
  }

  /// A policy that ends in an error that begins with its place, `line:column`, and says `what`.
  void ExpectError(const std::string& policies, const std::string& place, const std::string& what) {
    const Outcome outcome = Judge(policies);
    EXPECT_EQ(outcome.code, 2) << outcome.err.substr(0, 2000);
    EXPECT_LT(outcome.memory_kib, kMostMemoryKib);
    EXPECT_LT(outcome.err.size(), 1U << 20);
    EXPECT_THAT(outcome.err.substr(0, 4000),
                HasSubstr("hostile.yaml:" + place + ": error: " + what));
  }

  test::ScratchFolder folder_;
};

const std::string kNetworkPolicy = R"(apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: hostile, namespace: shop}
spec:
)";

const std::string kCiliumPolicy = R"(apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: {name: hostile, namespace: shop}
spec:
  endpointSelector: {}
)";

std::string HttpRule(const std::string& path) {
  return kCiliumPolicy +
         "  ingress:\n  - toPorts:\n    - ports: [{port: \"8080\", protocol: TCP}]\n"
         "      rules: {http: [{path: '" +
         path + "'}]}\n";
}

/// "a0, a1, a2, ..."
std::string Words(int count, const std::string& form = "a") {
  std::string words;
  for (int i = 0; i < count; ++i) words += (i > 0 ? ", " : "") + form + std::to_string(i);
  return words;
}

std::string Repeated(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

TEST_F(HostilePolicies, HugeSelectors) {
  std::string labels = "  podSelector:\n    matchLabels:\n";
  for (int i = 0; i < 100'000; ++i) labels += "      k" + std::to_string(i) + ": v\n";
  ExpectAnswer(kNetworkPolicy + labels);
  ExpectAnswer(kNetworkPolicy +
               "  podSelector: {matchExpressions: [{key: app, operator: In, values: [" +
               Words(100'000) + "]}]}\n");
  std::string expressions = "  podSelector:\n    matchExpressions:\n";
  for (int i = 0; i < 20'000; ++i) {
    expressions += "    - {key: k" + std::to_string(i) + ", operator: DoesNotExist}\n";
  }
  ExpectAnswer(kNetworkPolicy + expressions);
}

std::string WithPorts(int count) {
  std::string text = kNetworkPolicy + "  podSelector: {}\n  ingress:\n  - ports:\n";
  for (int i = 1; i <= count; ++i) text += "    - {port: " + std::to_string(i) + "}\n";
  return text;
}

std::string WithExceptions(int count) {
  std::string text = kNetworkPolicy +
                     "  podSelector: {}\n  ingress:\n  - from:\n    - ipBlock:\n"
                     "        cidr: 10.0.0.0/8\n        except:\n";
  for (int i = 0; i < count; ++i) {
    text += "        - 10." + std::to_string(i / 250) + '.' + std::to_string(i % 250) + ".0/24\n";
  }
  return text;
}

std::string WithRules(int count) {
  return kNetworkPolicy + "  podSelector: {}\n  ingress:\n" +
         Repeated("  - {from: [{podSelector: {}}], ports: [{port: 80}]}\n", count);
}

TEST_F(HostilePolicies, ManyPortsBlocksAndRules) {
  ExpectAnswer(WithPorts(10'000));
  ExpectError(WithPorts(10'001), "8:5", "a list of 10001 entries; at most 10000 are read in spec");
  ExpectAnswer(WithExceptions(10'000));
  ExpectError(WithExceptions(10'001), "11:9", "a list of 10001 entries; at most 10000 are read");
  ExpectAnswer(WithRules(10'000));
  ExpectError(WithRules(10'001), "7:3", "a list of 10001 entries; at most 10000 are read in spec");
}

TEST_F(HostilePolicies, ManyPolicies) {
  std::string stream;
  for (int i = 0; i < 3'000; ++i) {
    stream +=
        "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p" +
        std::to_string(i) +
        ", namespace: shop}\nspec: {podSelector: {}, ingress: [{from: [{podSelector: {}}]}]}\n";
  }
  ExpectAnswer(stream);
}

// RE2 walks its automaton: no pattern makes it try again and again.
TEST_F(HostilePolicies, PatternsThatLookCatastrophic) {
  ExpectAnswer(HttpRule("(a+)+$"));
  ExpectAnswer(HttpRule("(a|a)*(a|aa)+b?(.*)*$"));
  ExpectAnswer(HttpRule("/" + Repeated("(x|y)?", 600)));
}

TEST_F(HostilePolicies, PatternsThatNeedTooMuchMemory) {
  ExpectError(HttpRule("((a{1,100}){1,100}){1,100}"), "9:29",
              "not a regular expression: invalid repetition size: {1,100} in spec");
  ExpectError(HttpRule("(" + Repeated("(a{900})", 400) + ")*"), "9:29",
              "not a regular expression: pattern too large - compile failed in spec");
  ExpectError(HttpRule("a(b"), "9:29", "not a regular expression: missing ): a(b in spec");
  ExpectError(HttpRule("(?=a)b"), "9:29",
              "not a regular expression: invalid perl operator: (?= in");
  ExpectError(HttpRule(Repeated("(", 5'000) + Repeated(")", 5'000)), "9:29",
              "a pattern of 10000 bytes; at most 4096 are read in spec");
}

TEST_F(HostilePolicies, DeepAndExpandingDocuments) {
  ExpectError(kNetworkPolicy + "  podSelector: " + Repeated("[", 20'000) + Repeated("]", 20'000),
              "5:114", "nested more than 100 levels deep");
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" +
            Repeated("*a" + std::to_string(i - 1) + ", ", 9) + "*a" + std::to_string(i - 1) + "]\n";
  }
  ExpectError(bomb, "6:10", "aliases expand to more than 200000 values in one file");
}

TEST_F(HostilePolicies, DuplicateKeysAndWrongTypes) {
  ExpectError(kNetworkPolicy + "  podSelector: {}\n  podSelector: {app: x}\n", "6:3", "");
  ExpectError(kNetworkPolicy + "  podSelector: [app]\n", "5:16", "");
  ExpectError(kNetworkPolicy + "  podSelector: {}\n  ingress: {from: []}\n", "6:12", "");
  ExpectError(kNetworkPolicy + "  podSelector: {}\n  ingress: [{ports: [{port: {a: b}}]}]\n",
              "6:29", "");
  ExpectError(kNetworkPolicy + "  podSelector: {}\n  ingress: [{ports: [{port: 70000}]}]\n", "6:29",
              "");
  ExpectError(
      kNetworkPolicy + "  podSelector: {}\n  ingress: [{from: [{ipBlock: {cidr: 10.0/8}}]}]\n",
      "6:38", "");
  ExpectError(kNetworkPolicy + "  podSelector: {}\n  policyTypes: [Sideways]\n", "6:17", "");
  ExpectError(kCiliumPolicy + "  ingress: [{toPorts: [{ports: [{port: \"0\", endPort: -1}]}]}]\n",
              "6:54", "expected a port from 0 to 65535, found '-1'");
}

TEST_F(HostilePolicies, NoYamlAtAll) {
  ExpectError(std::string("\x00\x01\xff\xfe{{{", 7), "1:1", "expected a Kubernetes object (a map)");
  ExpectError("apiVersion: [\n", "2:1", "broken YAML: a '[' before this is never closed");
  ExpectError(kNetworkPolicy + "  podSelector: {app: \"never ends\n", "6:1",
              "broken YAML: a '{' before this is never closed");
  std::string thousands;
  for (int i = 0; i < 20'000; ++i) {
    thousands += "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: n" +
                 std::to_string(i) + "}\nspec: 7\n";
  }
  ExpectError(thousands, "5:7", "expected a map");
}

}  // namespace
}  // namespace cnisim::cli
