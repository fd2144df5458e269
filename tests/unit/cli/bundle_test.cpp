// bundle build, sign and verify, and bundles where folders are taken.
#include "support/folder.hpp"
#include "support/keys.hpp"
#include "unit/cli/run.hpp"

#include <gtest/gtest.h>

namespace stoplog::cli {
namespace {

constexpr std::string_view pack = R"(apiVersion: stoplog/v1
kind: RulePack
metadata: {name: p, version: 1.0.0}
lists: {l: {file: lists/words.txt}}
rules:
  - id: A-1
    title: t
    severity: low
    category: c
    action: block
    match: {any: [{in_list: l}]}
    tests:
      - {name: asked, direction: request, text: it is forbidden, expect: match}
      - {name: told, direction: response, text: it is forbidden., expect: match}
      - {name: near, direction: response, text: it is forbiddenly, expect: no_match}
)";
constexpr std::string_view policy = "apiVersion: stoplog/v1\nkind: Policy\nmetadata: {name: x, version: 1.0.0}\nuse: [{pack: p, version: ~1.0, mode: enforce}]\n";

struct place_of_work {
  test::folder here;
  std::string file = (here.path() / "all.bundle").string();
  std::string key = here.write("k.pem", test::private_key).string(), pub = here.write("k.pub", test::public_key).string();
  std::string other = here.write("o.pub", test::other_public_key).string();
  std::vector<std::string> folders{here.path().string() + "/policies", here.path().string() + "/rules/"};
  place_of_work() {
    here.write("rules/p.yaml", pack);
    here.write("rules/lists/words.txt", "forbidden\n");
    here.write("policies/x.yaml", policy);
  }
  outcome build() const { return run({"bundle", "build", "-o", file, folders[0], folders[1]}); }
  std::string bytes() const {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
};

TEST(bundle_verb, builds_the_same_bytes_from_the_same_files) {
  const place_of_work w;
  const auto seen = w.build();
  ASSERT_EQ(seen.code, exit_code::fine) << seen.err;
  EXPECT_NE(seen.out.find("3 files"), std::string::npos) << seen.out;
  const std::string first = w.bytes();
  EXPECT_EQ(w.build().out, seen.out);
  EXPECT_EQ(w.bytes(), first);
  const place_of_work elsewhere;
  elsewhere.build();
  EXPECT_EQ(elsewhere.bytes(), first) << "the folder that they lie in does not count";
  EXPECT_NE(first.find("\nfile rules/lists/words.txt 10 sha256:"), std::string::npos) << first;
}

TEST(bundle_verb, is_taken_by_check_and_test_and_the_others) {
  const place_of_work w;
  w.build();
  EXPECT_EQ(run({"check", w.file}).code, exit_code::fine) << run({"check", w.file}).out;
  EXPECT_NE(run({"test", "--chunking", "all", w.file}).out.find("3 tests"), std::string::npos);
  EXPECT_EQ(run({"test", w.file}).code, exit_code::fine);
  EXPECT_NE(run({"show", "--effective", w.file}).out.find("A-1"), std::string::npos);
  EXPECT_NE(run({"explain", "--text", "it is forbidden", w.file}).out.find("Decision: block"), std::string::npos);
  EXPECT_EQ(run({"diff", "--exit-code", w.file, w.file}).code, exit_code::fine);
  EXPECT_NE(run({"check", "-"}, w.bytes()).out.find("1 pack with 1 rule, 1 policy"), std::string::npos);
}

TEST(bundle_verb, takes_lists_of_hosts_with_it) {
  const place_of_work w;
  std::string of_hosts(pack);
  of_hosts.replace(of_hosts.find("file: lists/words.txt"), 21, "file: lists/words.txt, kind: hosts");
  of_hosts = of_hosts.substr(0, of_hosts.find("    tests:"));
  of_hosts += "    tests: [{name: below, direction: request, text: see https://a.b.Evil.example/x, expect: match}, "
              "{name: told, direction: response, text: evil.example., expect: match}, {name: near, direction: response, text: notevil.example, expect: no_match}]\n";
  w.here.write("rules/p.yaml", of_hosts);
  w.here.write("rules/lists/words.txt", "evil.example\n");
  ASSERT_EQ(w.build().code, exit_code::fine);
  std::filesystem::remove_all(w.here.path() / "rules");
  const auto tested = run({"test", "--chunking", "all", w.file});
  EXPECT_EQ(tested.code, exit_code::fine) << tested.out << tested.err;
  EXPECT_NE(tested.out.find("3 tests"), std::string::npos) << tested.out;
  EXPECT_EQ(run({"check", w.file}).code, exit_code::fine);
}

TEST(bundle_verb, signs_and_verifies) {
  const place_of_work w;
  w.build();
  EXPECT_NE(run({"bundle", "verify", w.file}).out.find("whole, and not signed"), std::string::npos);
  EXPECT_EQ(run({"bundle", "verify", w.file, "--key", w.pub}).code, exit_code::integrity);
  ASSERT_EQ(run({"bundle", "sign", w.file, "--key", w.key}).code, exit_code::fine);
  const auto good = run({"bundle", "verify", w.file, "--key", w.other, "--key", w.pub});
  EXPECT_EQ(good.code, exit_code::fine) << good.err;
  EXPECT_NE(good.out.find("which you named"), std::string::npos) << good.out;
  EXPECT_EQ(run({"bundle", "verify", w.file, "--key", w.other}).code, exit_code::integrity);
  const auto json = run({"bundle", "verify", w.file, "--key", w.pub, "-o", "json"});
  EXPECT_NE(json.out.find(R"("verified":true,"files":[{"path":"policies/x.yaml")"), std::string::npos) << json.out;
}

TEST(bundle_verb, tells_damage_by_its_exit_code) {
  const place_of_work w;
  w.build();
  std::string bytes = w.bytes();
  bytes[bytes.size() / 2] ^= 1;
  w.here.write("all.bundle", bytes);
  EXPECT_EQ(run({"bundle", "verify", w.file}).code, exit_code::integrity);
  EXPECT_EQ(run({"bundle", "sign", w.file, "--key", w.key}).code, exit_code::integrity);
  const auto checked = run({"check", w.file});
  EXPECT_EQ(checked.code, exit_code::integrity) << checked.out;
  EXPECT_NE(checked.out.find("error[E601]"), std::string::npos) << checked.out;
}

TEST(bundle_verb, does_not_write_what_would_not_load) {
  const place_of_work w;
  w.here.write("rules/bad.yaml", "apiVersion: stoplog/v1\nkind: RulePack\nmetadata: {name: q}\nrules: []\n");
  const auto seen = w.build();
  EXPECT_EQ(seen.code, exit_code::not_loaded);
  EXPECT_NE(seen.err.find("error[E1"), std::string::npos) << seen.err;
  EXPECT_FALSE(std::filesystem::exists(w.file));
}

TEST(bundle_verb, tells_usage) {
  const place_of_work w;
  EXPECT_EQ(run({"bundle", "build", "-o", w.file, "/no/such"}).code, exit_code::usage);
  EXPECT_EQ(run({"bundle", "build", "-o", "/no/such/folder/b", w.folders[0], w.folders[1]}).code, exit_code::usage);
  EXPECT_EQ(run({"bundle", "verify", "/no/such"}).code, exit_code::usage);
  w.build();
  EXPECT_EQ(run({"bundle", "sign", w.file, "--key", w.pub}).code, exit_code::usage) << "a public key cannot sign";
  EXPECT_EQ(run({"bundle", "verify", w.file, "--key", w.file}).code, exit_code::usage);
}

// Settings that ask for a signature, as check sees them; serve loads the same way.
TEST(check, holds_settings_bundle_against_its_keys) {
  const place_of_work w;
  w.build();
  const auto settings = w.here.write("stoplog.yaml",
                                     "apiVersion: stoplog/v1\nkind: Settings\nlisteners: [{address: 127.0.0.1:8080}]\n"
                                     "upstreams: [{name: u, url: 'http://127.0.0.1:1'}]\nroutes: [{name: r, upstream: u}]\n"
                                     "bundle: {file: all.bundle, public_keys: [k.pub]}\n");
  const auto unsigned_one = run({"check", settings.string()});
  EXPECT_EQ(unsigned_one.code, exit_code::integrity) << unsigned_one.out;
  EXPECT_NE(unsigned_one.out.find("error[E602]: the bundle is not signed"), std::string::npos) << unsigned_one.out;
  run({"bundle", "sign", w.file, "--key", w.key});
  const auto good = run({"check", settings.string()});
  EXPECT_EQ(good.code, exit_code::fine) << good.out;
}

}  // namespace
}  // namespace stoplog::cli
