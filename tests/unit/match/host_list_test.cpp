#include "match/host_list.hpp"

#include "match/checks.hpp"
#include "match/stream.hpp"
#include "text/fold.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <variant>

namespace stoplog::match {
namespace {

std::shared_ptr<host_list> listed() {
  auto hosts = std::make_shared<host_list>();
  for (const char* host : {"evil.example", "b\xC3\xBC" "cher.example", "xn--bcher-kva.example", "one.two.example", "\xE4\xBE\x8B.example"}) hosts->add(host);
  return hosts;
}

std::shared_ptr<const database> rule_with(std::shared_ptr<const host_list> hosts, verdict effect) {
  rule_spec r;
  r.match.parts.emplace_back().hosts = std::move(hosts);
  r.effect = effect;
  auto made = database::compile({r});
  auto* done = std::get_if<std::shared_ptr<const database>>(&made);
  EXPECT_NE(done, nullptr);
  return done == nullptr ? nullptr : *done;
}

std::string redacted(const std::shared_ptr<const database>& rules, std::string_view text, std::size_t step) {
  stream s(rules, {direction::response, role::assistant, channel::content});
  std::string out;
  for (std::size_t at = 0; at < text.size(); at += step) {
    const auto done = s.feed(text.substr(at, step), at + step >= text.size());
    EXPECT_TRUE(done);
    if (done) out += done->released;
  }
  return out;
}

TEST(host_list, matches_hosts_as_hosts_however_the_text_is_cut) {
  const auto rules = rule_with(listed(), verdict::redact);
  const struct {
    const char* text;
    const char* released;
  } cases[] = {
      {"see http://x.evil.example/path now", "see http://x.[REDACTED]/path now"},
      {"EVIL.Example", "[REDACTED]"},
      {"evil.example:8080", "[REDACTED]:8080"},
      {"user@evil.example", "user@[REDACTED]"},
      {"an end: evil.example.", "an end: [REDACTED]"},
      {"evil.example... and on", "[REDACTED].. and on"},
      {"http://evil.example./p", "http://[REDACTED]/p"},
      {"notevil.example", "notevil.example"},
      {"not-evil.example", "not-evil.example"},
      {"evil.example.com", "evil.example.com"},
      {"evil.example-site.com", "evil.example-site.com"},
      {"evil.examples", "evil.examples"},
      {"two.example one.two.example", "two.example [REDACTED]"},
      {"a.one.two.example,b", "a.[REDACTED],b"},
      {"evil .example", "evil .example"},
      {"(evil.example)(evil.example)", "([REDACTED])([REDACTED])"},
      {"b\xC3\xBC" "cher.example", "[REDACTED]"},
      {"B\xC3\x9C" "CHER.EXAMPLE", "[REDACTED]"},
      {"http://XN--BCHER-KVA.example", "http://[REDACTED]"},
      {"\xD0\xB5vil.example", "[REDACTED]"},                      // a Cyrillic letter that looks alike
      {"\xE8\xA7\x81" "evil.example", "\xE8\xA7\x81[REDACTED]"},  // behind Han
      {"\xE8\xA7\x81\xE4\xBE\x8B.example", "\xE8\xA7\x81[REDACTED]"},
      {"nothing of the kind, not even an example", "nothing of the kind, not even an example"},
  };
  std::size_t runs = 0;
  for (const auto& c : cases) {
    const std::string_view text = c.text;
    for (std::size_t step = 1; step <= text.size(); ++step, ++runs) EXPECT_EQ(redacted(rules, text, step), c.released) << step;
  }
  EXPECT_GT(runs, 400U);
}

TEST(host_list, a_block_releases_nothing_of_the_host) {
  const auto rules = rule_with(listed(), verdict::block);
  const std::string_view text = "go to www.evil.example, now";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    stream s(rules, {direction::response, role::assistant, channel::content});
    std::string out;
    const auto first = s.feed(text.substr(0, cut), false);
    ASSERT_TRUE(first);
    out += first->released;
    const auto second = s.feed(text.substr(cut), true);
    ASSERT_TRUE(second);
    out += second->released;
    EXPECT_EQ(out, "go to www.") << cut;
    EXPECT_EQ(second->verdict, verdict::block);
  }
}

TEST(host_list, knows_every_one_of_many) {
  host_list hosts;
  constexpr int many = 200'000;
  for (int i = 0; i < many; ++i) ASSERT_TRUE(hosts.add("host-" + std::to_string(i) + ".example"));
  EXPECT_EQ(hosts.size(), 200'000U);
  EXPECT_FALSE(hosts.add("HOST-17.example."));
  for (int i = 0; i < many; i += 997) EXPECT_TRUE(hosts.contains("host-" + std::to_string(i) + ".example"));
  EXPECT_FALSE(hosts.contains("host-200000.example"));
  EXPECT_FALSE(hosts.contains("ost-1.example"));
}

TEST(word_lists, of_many_words_are_looked_up_and_leak_nothing) {
  auto words = std::make_shared<std::unordered_set<std::string>>();
  for (int i = 0; i < 10'000; ++i) words->insert("word-" + std::to_string(i));
  rule_spec r;
  r.match.parts.emplace_back().list = words;
  r.effect = verdict::redact;
  auto made = database::compile({r});
  const auto rules = std::get<std::shared_ptr<const database>>(made);
  const std::string_view text = "x word-17 and WORD-9999, not word-10000 nor sword-5";
  for (std::size_t step = 1; step <= text.size(); ++step) {
    EXPECT_EQ(redacted(rules, text, step), "x [REDACTED] and [REDACTED], not word-10000 nor sword-5") << step;
  }
}

TEST(checks, iban_takes_what_its_digits_prove) {
  for (const char* good : {"DE89370400440532013000", "GB29 NWBK 6016 1331 9268 19", "fr14-2004-1010-0505-0001-3m02-606", "NO9386011117947"}) {
    EXPECT_TRUE(passes(check::iban, good)) << good;
  }
  for (const char* bad : {"DE89370400440532013001", "DE", "", "1E89370400440532013000", "DE8937040044053201300O", "DE89370400440532013000DE89370400440532013000", "DE89.3704.0044.0532.0130.00"}) {
    EXPECT_FALSE(passes(check::iban, bad)) << bad;
  }
}

TEST(checks, entropy_tells_random_texts_from_words) {
  EXPECT_EQ(entropy_bits(""), 0);
  EXPECT_EQ(entropy_bits("aaaa"), 0);
  EXPECT_DOUBLE_EQ(entropy_bits("abcd"), 2);
  EXPECT_TRUE(passes(check::entropy, "f3K9xQ2mZ7vB1nL5", 3.5));
  EXPECT_FALSE(passes(check::entropy, "password_password", 3.5));
  EXPECT_FALSE(passes(check::entropy, "abcd", 2)) << "more than, not as much as";
}

}  // namespace
}  // namespace stoplog::match
