#include "config/bundle.hpp"

#include "config/load.hpp"
#include "support/folder.hpp"
#include "support/keys.hpp"

#include <gtest/gtest.h>

namespace stoplog::config {
namespace {

constexpr std::string_view pack =
    "apiVersion: stoplog/v1\nkind: RulePack\nmetadata: {name: p, version: 1.0.0}\nlists: {l: {file: lists/words.txt}}\n"
    "rules: [{id: A-1, title: t, severity: low, category: c, action: block, match: {any: [{in_list: l}]}}]\n";
constexpr std::string_view policy =
    "apiVersion: stoplog/v1\nkind: Policy\nmetadata: {name: x, version: 1.0.0}\nuse: [{pack: p, version: ~1.0, mode: enforce}]\n";

bundle small() {
  std::string why;
  auto made = make_bundle({{"rules/p.yaml", std::string(pack)}, {"rules/lists/words.txt", "one\ntwo\n"}, {"policies/x.yaml", std::string(policy)}}, why);
  EXPECT_TRUE(made) << why;
  return *made;
}

bundle signed_small() {
  bundle b = small();
  sign(b, *ed25519_key::from_pem(test::private_key));
  return b;
}

TEST(bundle, comes_back_as_it_went) {
  for (const bundle& b : {small(), signed_small()}) {
    std::string why;
    const std::string bytes = write_bundle(b);
    const auto again = read_bundle(bytes, why);
    ASSERT_TRUE(again) << why;
    EXPECT_EQ(again->files, b.files);
    EXPECT_EQ(again->digest, b.digest);
    EXPECT_EQ(again->signature.has_value(), b.signature.has_value());
    EXPECT_EQ(write_bundle(*again), bytes);
  }
}

TEST(bundle, does_not_depend_on_the_order_of_its_files) {
  bundle b = small();
  std::string why;
  auto files = b.files;
  std::reverse(files.begin(), files.end());
  EXPECT_EQ(write_bundle(*make_bundle(files, why)), write_bundle(b));
}

TEST(bundle, of_the_same_content_has_one_digest_signed_or_not) {
  EXPECT_EQ(small().digest, signed_small().digest);
  bundle other = small();
  other.files[0].bytes += '#';
  std::string why;
  EXPECT_NE(make_bundle(other.files, why)->digest, small().digest);
}

// Also of a signed one to somebody who has no key.
TEST(bundle, detects_every_change_of_a_byte) {
  std::size_t tried = 0;
  for (const bundle& b : {small(), signed_small()}) {
    const std::string bytes = write_bundle(b);
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      for (int bit = 0; bit < 8; ++bit) {
        std::string changed = bytes;
        changed[at] = static_cast<char>(static_cast<unsigned char>(changed[at]) ^ (1U << bit));
        std::string why;
        EXPECT_FALSE(read_bundle(changed, why)) << "byte " << at << " bit " << bit;
        EXPECT_FALSE(why.empty());
        ++tried;
      }
    }
  }
  EXPECT_GE(tried, 8000U);
}

TEST(bundle, detects_every_missing_and_additional_byte) {
  const std::string bytes = write_bundle(signed_small());
  std::string why;
  for (std::size_t at = 0; at <= bytes.size(); ++at) {
    EXPECT_FALSE(read_bundle(std::string_view(bytes).substr(0, at == bytes.size() ? 0 : at), why)) << at;
    for (const char c : {'\0', '\n', ' ', 'a', '0'}) {
      std::string more = bytes;
      more.insert(at, 1, c);
      EXPECT_FALSE(read_bundle(more, why)) << at;
    }
    if (at == bytes.size()) continue;
    std::string less = bytes;
    less.erase(at, 1);
    EXPECT_FALSE(read_bundle(less, why)) << at;
  }
}

TEST(bundle, is_signed_by_who_signed_it) {
  const auto key = *ed25519_key::from_pem(test::private_key);
  const auto its_public = *ed25519_key::from_pem(test::public_key);
  const auto other = *ed25519_key::from_pem(test::other_public_key);
  EXPECT_TRUE(key.can_sign());
  EXPECT_FALSE(its_public.can_sign());
  EXPECT_EQ(key.id(), its_public.id());
  EXPECT_NE(key.id(), other.id());
  const bundle b = signed_small();
  EXPECT_EQ(b.signature->key_id, key.id());
  const ed25519_key one[] = {its_public}, both[] = {other, its_public}, wrong[] = {other};
  EXPECT_TRUE(is_signed_by(b, one));
  EXPECT_TRUE(is_signed_by(b, both));
  EXPECT_FALSE(is_signed_by(b, wrong));
  EXPECT_FALSE(is_signed_by(b, {}));
  EXPECT_FALSE(is_signed_by(small(), one));
}

TEST(bundle, is_not_signed_by_a_signature_of_another_content) {
  bundle other = small();
  other.files[0].bytes += '#';
  std::string why;
  bundle forged = *make_bundle(other.files, why);
  forged.signature = signed_small().signature;
  const ed25519_key keys[] = {*ed25519_key::from_pem(test::public_key)};
  EXPECT_FALSE(is_signed_by(forged, keys));
  EXPECT_TRUE(read_bundle(write_bundle(forged), why)) << "whole, and yet not by that key";
}

TEST(bundle, takes_only_paths_that_are_safe_everywhere) {
  for (const char* good : {"a", "a.yaml", "rules/a-b_c.yaml", "a/b/c/d", "A9/0.x"}) EXPECT_TRUE(is_bundle_path(good)) << good;
  const std::string_view bad[] = {"", "/", "/etc/passwd", "../x", "a/../b", "a/..", "..", ".", "a/./b", ".hidden", "a/.git/x", "a//b", "a/", "a b", "a\\b", "c:x", "a\nb", std::string_view("a\0b", 3), "\xC3\xA4"};
  for (const auto path : bad) {
    EXPECT_FALSE(is_bundle_path(path)) << path;
    std::string why;
    EXPECT_FALSE(make_bundle({{std::string(path), "x"}}, why));
  }
  EXPECT_TRUE(is_bundle_path(std::string(bundle_path_bytes_max, 'a')));
  EXPECT_FALSE(is_bundle_path(std::string(bundle_path_bytes_max + 1, 'a')));
}

// Written by somebody who knows the format but not our rules.
TEST(bundle, refuses_paths_that_lead_out_of_it) {
  bundle b = small();
  for (const char* path : {"../../etc/passwd", "/etc/passwd", "rules/../../x"}) {
    b.files.front().path = path;
    std::string why;
    EXPECT_FALSE(read_bundle(write_bundle(b), why)) << path;
  }
}

TEST(bundle, has_limits) {
  std::string why;
  EXPECT_FALSE(make_bundle({}, why));
  std::vector<bundle_file> files;
  for (std::size_t i = 0; i < bundle_files_max; ++i) files.push_back({"f" + std::to_string(i), ""});
  EXPECT_TRUE(make_bundle(files, why)) << why;
  files.push_back({"one-more", ""});
  EXPECT_FALSE(make_bundle(files, why));
  EXPECT_NE(why.find("10000"), std::string::npos);
  EXPECT_FALSE(make_bundle({{"a", std::string(bundle_bytes_max + 1, 'x')}}, why));
  EXPECT_NE(why.find("256 MiB"), std::string::npos);
  EXPECT_FALSE(make_bundle({{"a", ""}, {"a", "x"}}, why));
}

TEST(ed25519_key, takes_nothing_else) {
  for (const std::string& pem : {std::string(), std::string("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"), test::exchange_public_key}) {
    EXPECT_FALSE(ed25519_key::from_pem(pem));
  }
}

TEST(load, takes_a_bundle_where_it_takes_folders) {
  const test::folder here;
  here.write("rules/p.yaml", pack);
  here.write("rules/lists/words.txt", "one\ntwo\n");
  here.write("policies/x.yaml", policy);
  const auto file = here.write("all.bundle", write_bundle(small()));
  problems found;
  const std::filesystem::path folders[] = {here.path() / "policies", here.path() / "rules"}, one[] = {file};
  const documents unpacked = load(folders, found), bundled = load(one, found);
  EXPECT_TRUE(found.empty()) << to_string(found.front());
  ASSERT_EQ(bundled.packs.size(), 1U);
  ASSERT_EQ(bundled.policies.size(), 1U);
  EXPECT_EQ(bundled.packs[0].digest, unpacked.packs[0].digest);
  EXPECT_EQ(bundled.policies[0].digest, unpacked.policies[0].digest);
  EXPECT_EQ(bundled.packs[0].place.file, file.string() + "/rules/p.yaml");
  ASSERT_EQ(bundled.bundles.size(), 1U);
  EXPECT_EQ(bundled.bundles[0].head.digest, small().digest);
}

TEST(load, reads_nothing_beside_a_bundle) {
  const test::folder here;
  here.write("rules/lists/words.txt", "one\n");
  std::string why;
  const auto without = make_bundle({{"rules/p.yaml", std::string(pack)}}, why);
  const auto file = here.write("b", write_bundle(*without));
  problems found;
  const std::filesystem::path one[] = {file};
  load(one, found);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].code, "E125");
}

TEST(load, tells_a_damaged_bundle_and_settings_in_one) {
  const test::folder here;
  std::string bytes = write_bundle(small());
  bytes.back() = 'x';
  problems found;
  load_text(bytes, "b", found);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].code, "E601");
  found.clear();
  std::string why;
  const auto odd = make_bundle({{"s.yaml", "apiVersion: stoplog/v1\nkind: Settings\nlisteners: [{address: 127.0.0.1:8080}]\nupstreams: [{name: u, url: 'http://127.0.0.1:1'}]\nroutes: [{name: r, upstream: u}]\n"}}, why);
  const auto read = load_text(write_bundle(*odd), "b", found);
  ASSERT_EQ(found.size(), 1U) << to_string(found.front());
  EXPECT_EQ(found[0].code, "E603");
  EXPECT_TRUE(read.settings_files.empty());
}

std::vector<std::string> codes_for(const bundle& b, bool with_keys, std::string_view key = test::public_key) {
  const test::folder here;
  settings s;
  s.bundle.emplace();
  s.bundle->file = here.write("b", write_bundle(b));
  if (with_keys) s.bundle->public_keys = {here.write("k.pem", key)};
  problems found;
  load_policies_of(s, found);
  std::vector<std::string> codes;
  for (const auto& p : found) codes.push_back(p.code);
  return codes;
}

TEST(load_policies_of, demands_the_signature_that_the_settings_ask_for) {
  using codes = std::vector<std::string>;
  EXPECT_EQ(codes_for(small(), false), codes{});
  EXPECT_EQ(codes_for(signed_small(), false), codes{});
  EXPECT_EQ(codes_for(signed_small(), true), codes{});
  EXPECT_EQ(codes_for(small(), true), codes{"E602"});
  EXPECT_EQ(codes_for(signed_small(), true, test::other_public_key), codes{"E602"});
  EXPECT_EQ(codes_for(signed_small(), true, "not a key"), (codes{"E604", "E602"}));
  EXPECT_EQ(codes_for(signed_small(), true, test::private_key), (codes{"E604", "E602"})) << "a private key does not belong on a server";
}

TEST(load_policies_of, takes_a_folder_for_no_bundle) {
  const test::folder here;
  here.write("p.yaml", pack);
  here.write("lists/words.txt", "one\n");
  settings s;
  s.bundle.emplace();
  s.bundle->file = here.path();
  problems found;
  load_policies_of(s, found);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].code, "E601");
}

}  // namespace
}  // namespace stoplog::config
