#include "models/cni/install_script.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cnisim::cni {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct InstallScriptTest : ::testing::Test {
  InstallScript Read(std::string_view text) {
    return ReadInstallScript(text, {"s.sh", 1, 1}, /*one_place=*/false, diagnostics);
  }
  static std::vector<std::string> Paths(const std::vector<NamedFile>& files) {
    std::vector<std::string> paths;
    for (const NamedFile& file : files) paths.push_back(file.path);
    return paths;
  }
  document::Diagnostics diagnostics;
};

TEST_F(InstallScriptTest, ReadsAHelmRelease) {
  const InstallScript script = Read(
      "helm install cilium oci://quay.io/cilium/charts/cilium --version=v1.16.1 -n kube-system "
      "-f base.yaml,aks.yaml --values=more.yaml --set a.b=1,c={d,e} --set-string f='x,y'\n");
  ASSERT_EQ(script.releases.size(), 1u);
  EXPECT_EQ(script.releases[0].chart, "cilium");
  EXPECT_EQ(script.releases[0].version, "1.16.1");
  EXPECT_THAT(Paths(script.releases[0].values), ElementsAre("base.yaml", "aks.yaml", "more.yaml"));
  EXPECT_THAT(script.releases[0].settings, ElementsAre("a.b=1", "c={d,e}", "f=x", "y"));
  EXPECT_EQ(diagnostics.ToString(), "");
}

TEST_F(InstallScriptTest, ReadsCiliumsOwnProgram) {
  const InstallScript script =
      Read("cilium install --version 1.15.0 --set hubble.enabled=true --helm-set=a=b\n");
  ASSERT_EQ(script.releases.size(), 1u);
  EXPECT_EQ(script.releases[0].chart, "cilium");
  EXPECT_EQ(script.releases[0].version, "1.15.0");
  EXPECT_THAT(script.releases[0].settings, ElementsAre("hubble.enabled=true", "a=b"));
}

TEST_F(InstallScriptTest, ReadsFilesOfKubectl) {
  const InstallScript script = Read(
      "kubectl apply -n shop -f a.yaml -f b/\nsudo kubectl create --filename=c.json,d.yaml\n"
      "kubectl get pods -f no.yaml\n");
  EXPECT_THAT(Paths(script.manifests), ElementsAre("a.yaml", "b/", "c.json", "d.yaml"));
  EXPECT_EQ(script.manifests[1].where.line, 1);
  EXPECT_EQ(diagnostics.ToString(), "");
}

TEST_F(InstallScriptTest, SaysWhatItDoesNotRead) {
  const InstallScript script = Read(R"(helm install shop ./charts/shop
kubectl apply -f https://example.org/tigera-operator.yaml
kubectl apply -k overlays/aks
cat x | kubectl apply -f -
helm install cilium cilium/cilium --version $(latest) --set-file a=b
)");
  EXPECT_THAT(script.manifests, IsEmpty());
  ASSERT_EQ(script.releases.size(), 1u);
  EXPECT_EQ(script.releases[0].version, "");
  std::vector<std::string> messages;
  for (const document::Diagnostic& each : diagnostics.list()) {
    messages.push_back(std::to_string(each.where.line) + ": " + each.message);
  }
  EXPECT_THAT(
      messages,
      ElementsAre("1: chart 'shop' is read, not modelled",
                  "2: 'https://example.org/tigera-operator.yaml' is read, not modelled",
                  "3: a kustomization is read, not modelled", "4: '-' is read, not modelled",
                  "5: the value of --version is known only when the script runs: $(latest)",
                  "5: --set-file is read, not modelled"));
}

TEST(SplitSettings, CutsWhereHelmCuts) {
  EXPECT_THAT(SplitSettings("a=1,b={x,y},c=d\\,e,f\\.g=h"),
              ElementsAre("a=1", "b={x,y}", "c=d,e", "f\\.g=h"));
  EXPECT_THAT(SplitSettings(""), IsEmpty());
}

}  // namespace
}  // namespace cnisim::cni
