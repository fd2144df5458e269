// The committed schemas are what the program prints, and they say what the
// tables of the loader say.
#include "cli/schema_document.hpp"
#include "json/document.hpp"
#include "unit/cli/run.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sys/wait.h>

namespace stoplog::cli {
namespace {

constexpr const char* kinds[] = {"pack", "policy", "settings"};

std::string committed(const std::string& kind) {
  std::ifstream in(std::filesystem::path(STOPLOG_SOURCE_DIR) / "docs/schema" / (kind + ".json"));
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(schema, is_committed_as_the_program_prints_it) {
  for (const std::string kind : kinds) {
    const auto seen = run({"schema", kind});
    EXPECT_EQ(seen.code, exit_code::fine);
    EXPECT_EQ(seen.out, committed(kind)) << "stoplog schema " << kind << " > docs/schema/" << kind << ".json";
  }
}

std::string page(const std::string& name) {
  std::ifstream in(std::filesystem::path(STOPLOG_SOURCE_DIR) / "docs" / name);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(schema, reference_pages_are_committed_as_the_program_prints_them) {
  const auto markdown = [](const std::string& kind) { return run({"schema", kind, "--format", "markdown"}).out; };
  EXPECT_EQ(markdown("policy") + '\n' + markdown("pack"), page("policy-reference.md"))
      << "(for k in policy pack; do stoplog schema $k --format markdown; ...) > docs/policy-reference.md";
  EXPECT_EQ(markdown("settings"), page("settings-reference.md")) << "stoplog schema settings --format markdown > docs/settings-reference.md";
}

// Every `$ref` of the tree, and whether it leads somewhere.
std::size_t follow_references(const json::document& schema) {
  const auto definitions = schema.find(json::document::root, "$defs");
  constexpr std::string_view before = "#/$defs/";
  std::size_t followed = 0;
  for (json::node_id id = 0; id < schema.size(); ++id) {
    if (schema[id].key != "$ref") continue;
    ++followed;
    EXPECT_TRUE(schema[id].text.starts_with(before));
    EXPECT_NE(schema.find(definitions, schema[id].text.substr(before.size())), json::no_node) << schema[id].text;
  }
  return followed;
}

TEST(schema, has_every_key_that_the_loader_takes_and_no_other) {
  std::size_t keys = 0, references = 0;
  for (const std::string kind : kinds) {
    const std::string text = schema_document(kind);
    json::reader reader;
    const auto read = reader.read(text);
    ASSERT_TRUE(read);
    const json::document& schema = **read;
    references += follow_references(schema);
    const auto definitions = schema.find(json::document::root, "$defs");
    for (const auto& object : objects_of(kind)) {
      std::string name = object.name == objects_of(kind).front().name ? "" : std::string(object.name);
      std::replace(name.begin(), name.end(), ' ', '_');
      const auto here = name.empty() ? json::document::root : schema.find(definitions, name);
      ASSERT_NE(here, json::no_node) << name;
      const auto properties = schema.find(here, "properties");
      for (const auto& key : object.keys) {
        ++keys;
        EXPECT_EQ(schema.find(properties, key.name) != json::no_node, key.supported) << name << '.' << key.name;
      }
    }
  }
  EXPECT_GE(keys, 125U);
  EXPECT_GE(references, 25U);
}

// A validator that is not ours; its own output says what failed.
TEST(schema, takes_the_shipped_files_and_refuses_broken_ones) {
  constexpr int not_installed = 77;
  const std::string script = STOPLOG_SOURCE_DIR "/tests/unit/cli/validate.py";
  const int status = std::system(("python3 -B '" + script + "'").c_str());
  ASSERT_TRUE(WIFEXITED(status));
  if (WEXITSTATUS(status) == not_installed) GTEST_SKIP() << "python3-jsonschema is not installed: the shipped files were NOT validated";
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST(schema, of_an_unknown_kind_is_a_usage_error) {
  EXPECT_EQ(run({"schema", "bundle"}).code, exit_code::usage);
  EXPECT_EQ(run({"schema"}).code, exit_code::usage);
}

}  // namespace
}  // namespace stoplog::cli
