#include "models/cni/kube_proxy_config.h"

#include <optional>

#include <gtest/gtest.h>

#include "models/document/parser.h"

namespace cnisim::cni {
namespace {

struct KubeProxy : ::testing::Test {
  KubeProxyConfiguration Read(std::string_view text) {
    document = document::ParseDocument(text, "proxy.json", diagnostics);
    return ReadKubeProxyConfiguration(document->root(), diagnostics);
  }
  document::Diagnostics diagnostics;
  std::optional<document::Document> document;
};

TEST_F(KubeProxy, ReadsTheFormOfAks) {
  const KubeProxyConfiguration proxy = Read(R"({"enabled": false, "mode": "IPVS"})");
  EXPECT_EQ(diagnostics.ToString(), "");
  EXPECT_FALSE(proxy.enabled);
  EXPECT_EQ(proxy.mode, KubeProxyMode::kIpvs);
  EXPECT_EQ(ServiceEngineOf(proxy.mode), "kube-proxy-ipvs");
}

TEST_F(KubeProxy, ReadsTheUpstreamForm) {
  const KubeProxyConfiguration proxy = Read(
      "apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nmode: "
      "nftables\n");
  EXPECT_EQ(diagnostics.ToString(), "");
  EXPECT_TRUE(proxy.enabled);
  EXPECT_EQ(ServiceEngineOf(proxy.mode), "kube-proxy-nftables");
}

TEST_F(KubeProxy, TheDefaultIsIptables) {
  EXPECT_EQ(ServiceEngineOf(Read("{}").mode), "kube-proxy-iptables");
}

TEST_F(KubeProxy, OtherKeysAreReadAndNotModelled) {
  Read(R"({"ipvsConfig": {"scheduler": "RoundRobin"}})");
  ASSERT_EQ(diagnostics.not_modelled().size(), 1u);
  EXPECT_EQ(diagnostics.not_modelled()[0].key_path, "ipvsConfig");
}

}  // namespace
}  // namespace cnisim::cni
