#include "models/document/value.h"

#include <gtest/gtest.h>

#include "models/document/parser.h"

namespace cnisim::document {
namespace {

Document Parse(std::string_view text) {
  Diagnostics diagnostics;
  auto documents = ParseDocuments(text, "f.yaml", diagnostics);
  EXPECT_EQ(diagnostics.ToString(), "");
  return std::move(documents.at(0));
}

TEST(Value, KnowsItsPath) {
  const Document document =
      Parse("spec: {ports: [{port: 1}, {port: 2}], labels: {app.io/name: x}}");
  const Value& root = document.root();
  EXPECT_EQ(root.path(), "");
  EXPECT_EQ(root.At({"spec", "ports"})->items()[1].Find("port")->path(), "spec.ports[1].port");
  EXPECT_EQ(root.At({"spec", "labels", "app.io/name"})->path(), "spec.labels['app.io/name']");
  EXPECT_EQ(root.At({"spec", "ports"})->items()[1].Find("port")->generic_path(),
            "spec.ports[].port");
}

TEST(Value, GenericPathStartsAtTheKubernetesObject) {
  const Document document = Parse(
      "apiVersion: v1\nkind: List\nitems:\n"
      "- apiVersion: v1\n  kind: Pod\n  metadata: {ownerReferences: [{apiVersion: a, kind: b, uid: "
      "c}]}\n");
  const Value& pod = document.root().Find("items")->items()[0];
  EXPECT_EQ(pod.At({"metadata", "ownerReferences"})->items()[0].Find("uid")->generic_path(),
            "Pod metadata.ownerReferences[].uid");
}

TEST(Value, TellsTypesOfPlainScalars) {
  const Document document =
      Parse("- 1\n- -1.5\n- true\n- yes\n- '1'\n- x\n- 1.30.2\n- !!str 7\n- |-\n  5\n");
  std::vector<ScalarType> types;
  for (const Value& item : document.root().items()) types.push_back(item.scalar_type());
  using enum ScalarType;
  EXPECT_EQ(types, (std::vector{kInteger, kFloat, kBoolean, kString, kString, kString, kString,
                                kString, kString}));
}

TEST(Value, DescribesItself) {
  const Document document = Parse("[{}, [], ~, 5, '5', x]");
  const auto& items = document.root().items();
  EXPECT_EQ(items[0].Describe(), "a map");
  EXPECT_EQ(items[1].Describe(), "a sequence");
  EXPECT_EQ(items[2].Describe(), "nothing");
  EXPECT_EQ(items[3].Describe(), "'5'");
  EXPECT_EQ(items[4].Describe(), "the string '5'");
  EXPECT_EQ(items[5].Describe(), "'x'");
}

TEST(Value, StaysWhereItIsWhenItsDocumentMoves) {
  Document document = Parse("a: {b: c}");
  const Value* value = document.root().At({"a", "b"});
  const Document moved = std::move(document);
  EXPECT_EQ(moved.root().At({"a", "b"}), value);
  EXPECT_EQ(value->where().file, "f.yaml");
}

TEST(Value, HasNoMembersWhereThereAreNone) {
  const Document document = Parse("a: b");
  const Value& scalar = *document.root().Find("a");
  EXPECT_TRUE(scalar.items().empty());
  EXPECT_TRUE(scalar.members().empty());
  EXPECT_EQ(scalar.Find("x"), nullptr);
  EXPECT_EQ(document.root().At({"a", "x", "y"}), nullptr);
}

}  // namespace
}  // namespace cnisim::document
