#include "models/cluster/manifest_set.h"

#include <gtest/gtest.h>

namespace cnisim::cluster {
namespace {

class ManifestSetTest : public ::testing::Test {
 protected:
  std::vector<std::string> Names() const {
    std::vector<std::string> names;
    for (const ManifestObject& object : manifests_.objects()) names.push_back(object.ToString());
    return names;
  }

  document::Diagnostics diagnostics_;
  ManifestSet manifests_;
};

using Strings = std::vector<std::string>;

TEST_F(ManifestSetTest, TakesStreamsListsAndJson) {
  manifests_.AddText(
      "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n---\n"
      "apiVersion: v1\nkind: List\nitems:\n"
      "- {apiVersion: v1, kind: Pod, metadata: {name: a, namespace: shop}}\n"
      "- {apiVersion: v1, kind: ServiceList, items: [{apiVersion: v1, kind: Service, metadata: "
      "{name: b}}]}\n",
      "a.yaml", diagnostics_);
  manifests_.AddText(
      R"({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "c"}})", "b.json",
      diagnostics_);
  EXPECT_EQ(Names(),
            (Strings{"Namespace shop", "Pod shop/a", "Service default/b", "Deployment default/c"}));
  EXPECT_EQ(manifests_.objects()[3].group(), "apps");
  EXPECT_EQ(manifests_.objects()[0].group(), "");
  EXPECT_EQ(manifests_.objects()[1].where(), (document::SourceLocation{"a.yaml", 8, 3}));
  EXPECT_EQ(diagnostics_.ToString(), "");
}

TEST_F(ManifestSetTest, NeverKeepsASecret) {
  manifests_.AddText(
      "{apiVersion: v1, kind: Secret, metadata: {name: s}, stringData: {password: hunter2}}",
      "s.yaml", diagnostics_);
  EXPECT_EQ(Names(), Strings{});
  EXPECT_EQ(diagnostics_.ToString(), "");
}

TEST_F(ManifestSetTest, TheLastOfTwoEqualNamesCounts) {
  const std::string policy = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n";
  manifests_.AddText(policy + "metadata: {name: a}\n", "a.yaml", diagnostics_);
  manifests_.AddText(policy + "metadata: {name: a, namespace: default}\n", "b.yaml", diagnostics_);
  manifests_.AddText("apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nmetadata: {name: a}\n",
                     "c.yaml", diagnostics_);
  ASSERT_EQ(manifests_.objects().size(), 2U);
  EXPECT_EQ(manifests_.objects()[0].where().file, "b.yaml");
  EXPECT_EQ(diagnostics_.ToString(),
            "b.yaml:1:1: warning: NetworkPolicy default/a stands twice; this one is used\n"
            "    1 | apiVersion: networking.k8s.io/v1\n"
            "      | ^\n"
            "  the other one: a.yaml:1:1\n");
}

TEST_F(ManifestSetTest, ReportsWhatIsNoObject) {
  manifests_.AddText(
      "just text\n---\nkind: Pod\nmetadata: {name: a}\n---\napiVersion: v1\nkind: Pod\n---\n"
      "apiVersion: v1\nkind: Pod\nmetadata: {namespace: Shop, name: a}\n---\n"
      "apiVersion: v1\nkind: List\nitems: {}\n",
      "f.yaml", diagnostics_);
  EXPECT_EQ(diagnostics_.ToString(),
            "f.yaml:1:1: error: expected a Kubernetes object (a map), found 'just text'\n"
            "    1 | just text\n"
            "      | ^\n"
            "f.yaml:3:1: error: missing key 'apiVersion'\n"
            "    3 | kind: Pod\n"
            "      | ^\n"
            "  every Kubernetes object has apiVersion, kind and metadata.name\n"
            "f.yaml:6:1: error: missing key 'metadata'\n"
            "    6 | apiVersion: v1\n"
            "      | ^\n"
            "  every Kubernetes object has apiVersion, kind and metadata.name\n"
            "f.yaml:11:23: error: expected the name of a namespace, found 'Shop' in "
            "metadata.namespace\n"
            "   11 | metadata: {namespace: Shop, name: a}\n"
            "      |                       ^\n"
            "  a name is lower case letters, digits and '-', at most 63\n"
            "f.yaml:15:8: error: expected a sequence, found a map in items\n"
            "   15 | items: {}\n"
            "      |        ^\n");
  EXPECT_TRUE(manifests_.objects().empty());
}

TEST_F(ManifestSetTest, ObjectsStayWhenTheSetMoves) {
  manifests_.AddText("{apiVersion: v1, kind: Pod, metadata: {name: a}}", "f.yaml", diagnostics_);
  const document::Value* value = manifests_.objects()[0].value;
  const ManifestSet moved = std::move(manifests_);
  EXPECT_EQ(moved.objects()[0].value, value);
  EXPECT_EQ(value->Find("kind")->text(), "Pod");
}

}  // namespace
}  // namespace cnisim::cluster
