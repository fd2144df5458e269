#include "audit/query.hpp"

#include "audit/index.hpp"
#include "scratch.hpp"

#include <gtest/gtest.h>

#include <random>

namespace stoplog::audit {
namespace {

// Records that differ in everything that filters ask for.
record varied(int n) {
  const bool blocked = n % 4 == 0;
  record r = blocked ? cut(n) : allowed(n);
  r.team = n % 3 == 0 ? "search" : "support";
  r.user = "u" + std::to_string(n % 6);
  r.conversation = "c" + std::to_string(n % 8);
  r.route = n % 5 == 0 ? "chat-eu" : "default";
  r.model_answered = n % 7 == 0 ? "demo-2" : "demo-1";
  r.policy_digest = n < 50 ? "sha256:aaaa" : "sha256:bbbb";
  r.status = blocked ? 403 : 200;
  if (n % 10 == 1) {
    finding f;
    f.rule = "DEMO-002";
    f.category = "demo.shadowed";
    f.severity = "low";
    f.mode = "shadow";
    f.fingerprint = "ff";
    r.findings.push_back(f);
  }
  if (n % 20 == 8) r.findings.clear();  // dropped, but the deciding rule is known
  if (n % 25 == 24) {
    r = {};
    r.kind = record_kind::admin;
    r.at = allowed(n).at;
    r.id = allowed(n).id;
    r.event = "policy_loaded";
  }
  return r;
}

std::vector<std::uint64_t> seqs(const page& found) {
  std::vector<std::uint64_t> list;
  for (const auto& r : found.records) list.push_back(r.seq);
  return list;
}

class audit_query : public ::testing::Test {
 protected:
  static constexpr int count = 100;
  void SetUp() override {
    log_options options;
    options.segment_bytes = 9000;  // several segments
    const auto made = open_log(where(), options);
    for (int i = 0; i < count; ++i) ASSERT_TRUE(append_now(*made, varied(i)));
  }
  std::filesystem::path where() const { return scratch_.log(); }
  page ask_oldest(const filter& f, std::size_t limit = reader::page_max, std::uint64_t after = 0) const {
    auto found = reader::open(where())->find_oldest(f, limit, after);
    EXPECT_TRUE(found);
    return std::move(*found);
  }
  page ask(const filter& f, std::size_t limit = reader::page_max, std::uint64_t before = reader::no_bound) const {
    auto found = reader::open(where())->find(f, limit, before);
    EXPECT_TRUE(found);
    return std::move(*found);
  }
  scratch scratch_;
};

TEST_F(audit_query, each_filter_finds_the_same_by_index_and_by_log) {
  struct asked { const char* name; filter f; std::size_t at_least; };
  std::vector<asked> cases;
  const auto add = [&](const char* name, std::size_t at_least, auto set) {
    cases.push_back({name, {}, at_least});
    set(cases.back().f);
  };
  add("all", 100, [](filter&) {});
  add("id", 1, [](filter& f) { f.id = allowed(42).id; });
  add("id prefix", 100, [](filter& f) { f.id = "01936f00"; });
  add("kind", 4, [](filter& f) { f.kind = "admin"; });
  add("key", 40, [](filter& f) { f.key = "support-bot"; });
  add("team", 20, [](filter& f) { f.team = "search"; });
  add("user", 10, [](filter& f) { f.user = "u2"; });
  add("conversation", 10, [](filter& f) { f.conversation = "c1"; });
  add("route", 15, [](filter& f) { f.route = "chat-eu"; });
  add("endpoint", 90, [](filter& f) { f.endpoint = "openai.chat"; });
  add("model asked", 90, [](filter& f) { f.model = "demo"; });
  add("model answered", 10, [](filter& f) { f.model = "demo-2"; });
  add("decision", 20, [](filter& f) { f.decision = "block"; });
  add("allowed", 60, [](filter& f) { f.decision = "allow"; });
  add("policy", 40, [](filter& f) { f.policy_digest = "sha256:bb"; });
  add("status", 20, [](filter& f) { f.status = 403; });
  add("rule", 20, [](filter& f) { f.rule = "DEMO-001"; });
  add("category", 8, [](filter& f) { f.category = "demo.shadowed"; });
  add("severity", 20, [](filter& f) { f.severity = "high"; });
  add("mode", 8, [](filter& f) { f.mode = "shadow"; });
  add("fingerprint", 15, [](filter& f) { f.fingerprint = "00112233445566778899aabbccddeeff"; });
  add("one finding has it all", 0, [](filter& f) { f.rule = "DEMO-001"; f.mode = "shadow"; });
  add("since", 30, [](filter& f) { f.since = allowed(70).at; });
  add("until", 30, [](filter& f) { f.until = allowed(30).at; });
  add("span", 10, [](filter& f) { f.since = allowed(30).at; f.until = allowed(40).at; });
  add("together", 1, [](filter& f) { f.team = "search"; f.rule = "DEMO-001"; f.decision = "block"; f.since = allowed(50).at; });
  add("nothing", 0, [](filter& f) { f.key = "nobody"; });

  std::vector<page> by_index;
  for (const auto& c : cases) {
    by_index.push_back(ask(c.f));
    EXPECT_TRUE(by_index.back().by_index);
    auto oldest = seqs(ask_oldest(c.f));
    std::reverse(oldest.begin(), oldest.end());
    EXPECT_EQ(seqs(by_index.back()), oldest) << c.name;
  }
  remove_index(where());
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const page by_log = ask(cases[i].f);
    EXPECT_FALSE(by_log.by_index);
    EXPECT_EQ(seqs(by_index[i]), seqs(by_log)) << cases[i].name;
    auto oldest = seqs(ask_oldest(cases[i].f));
    std::reverse(oldest.begin(), oldest.end());
    EXPECT_EQ(seqs(by_log), oldest) << cases[i].name;
    EXPECT_GE(by_log.records.size(), cases[i].at_least) << cases[i].name;
    for (int n = 0; n < count; ++n) {  // and the same as asking each record
      const bool there = std::any_of(by_log.records.begin(), by_log.records.end(), [&](const auto& r) { return r.seq == static_cast<std::uint64_t>(n) + 1; });
      EXPECT_EQ(there, matches(cases[i].f, varied(n))) << cases[i].name << ' ' << n;
    }
  }
  EXPECT_EQ(cases.size(), 27U);
  EXPECT_TRUE(ask(cases[21].f).records.empty());
}

TEST_F(audit_query, pages_join_to_the_whole_whatever_their_size) {
  int tried = 0;
  for (const bool indexed : {true, false}) {
    if (!indexed) remove_index(where());
    for (const std::size_t size : {1U, 7U, 25U, 100U, 101U}) {
      std::vector<std::uint64_t> joined;
      std::uint64_t before = reader::no_bound;
      while (true) {
        const page one = ask({}, size, before);
        for (const auto seq : seqs(one)) joined.push_back(seq);
        if (!one.next) break;
        before = *one.next;
      }
      EXPECT_EQ(joined.size(), 100U);
      EXPECT_TRUE(std::is_sorted(joined.rbegin(), joined.rend()));
      EXPECT_EQ(joined.front(), 100U);

      std::vector<std::uint64_t> forwards;
      for (std::uint64_t after = 0;;) {
        const page one = ask_oldest({}, size, after);
        for (const auto seq : seqs(one)) forwards.push_back(seq);
        if (!one.next) break;
        after = *one.next;
      }
      std::reverse(joined.begin(), joined.end());
      EXPECT_EQ(forwards, joined);
      ++tried;
    }
  }
  EXPECT_EQ(tried, 10);
}

// A cursor names a place that does not move: what is written meanwhile comes
// after it, and no record is seen twice or missed.
TEST_F(audit_query, a_cursor_stays_good_while_records_are_added) {
  const auto made = open_log(where(), log_options{});
  std::vector<std::uint64_t> back, forth;
  std::uint64_t before = reader::no_bound, after = 0;
  for (int n = 0; n < 20; ++n) {
    const page older = ask({}, 5, before);
    const page newer = ask_oldest({}, 6, after);
    for (const auto seq : seqs(older)) back.push_back(seq);
    for (const auto seq : seqs(newer)) forth.push_back(seq);
    before = older.next.value_or(1);
    after = newer.next.value_or(forth.back());
    ASSERT_TRUE(append_now(*made, varied(n)));
  }
  ASSERT_EQ(back.size(), 100U);
  for (std::size_t i = 0; i < 100; ++i) EXPECT_EQ(back[i], 100 - i);
  ASSERT_GE(forth.size(), 116U);
  for (std::size_t i = 0; i < forth.size(); ++i) EXPECT_EQ(forth[i], i + 1);
}

TEST_F(audit_query, what_the_index_has_not_got_yet_is_found_too) {
  log_options options = without_index();
  const auto made = open_log(where(), options);
  for (int i = count; i < count + 30; ++i) ASSERT_TRUE(append_now(*made, varied(i)));
  const page all = ask({}, 1000);
  EXPECT_TRUE(all.by_index);
  EXPECT_EQ(all.records.size(), 130U);
  EXPECT_EQ(all.records.front().seq, 130U);
  filter f;
  f.decision = "block";
  EXPECT_EQ(ask(f, 10).records.size(), 10U);
  EXPECT_EQ(seqs(ask({}, 3, 102)), (std::vector<std::uint64_t>{101, 100, 99}));
}

TEST_F(audit_query, a_record_carries_the_bytes_of_the_log) {
  const page one = ask({}, 1);
  ASSERT_EQ(one.records.size(), 1U);
  const auto segments = *list_segments(where());
  EXPECT_TRUE(read_all(where() / segment_name(segments.back())).ends_with(one.records[0].line + "\n"));
}

TEST_F(audit_query, damage_after_indexing_is_told_and_the_rest_found) {
  const auto segment = where() / segment_name(list_segments(where())->front());
  std::string text = read_all(segment);
  text[100] ^= 1;
  write_all(segment, text);
  const page all = ask({});
  EXPECT_EQ(all.records.size(), 99U);
  ASSERT_EQ(all.troubles.size(), 1U);
  EXPECT_EQ(all.troubles[0].first, 1U);
  remove_index(where());
  EXPECT_EQ(ask({}).troubles.size(), 1U);
  EXPECT_EQ(ask({}).records.size(), 99U);
}

TEST_F(audit_query, segments_that_were_retired_are_gone_and_not_damage) {
  const auto segments = *list_segments(where());
  ASSERT_GE(segments.size(), 3U);
  std::filesystem::remove(where() / segment_name(segments[0]));
  std::filesystem::remove(where() / segment_name(segments[1]));
  const page all = ask({});
  EXPECT_TRUE(all.by_index);
  EXPECT_TRUE(all.troubles.empty());
  EXPECT_EQ(all.records.back().seq, segments[2]);
  EXPECT_EQ(all.records.size(), 101 - segments[2]);
  EXPECT_EQ(ask_oldest({}, 1).records.at(0).seq, segments[2]);
}

TEST_F(audit_query, an_index_that_cannot_be_read_is_done_without) {
  write_all(where() / index_name, "no database");
  const page all = ask({});
  EXPECT_FALSE(all.by_index);
  EXPECT_EQ(all.records.size(), 100U);
}

TEST_F(audit_query, works_while_a_server_writes) {
  const auto made = open_log(where(), log_options{});
  std::thread writer([&] {
    for (int i = 0; i < 300; ++i) append_now(*made, varied(200 + i));
  });
  std::uint64_t newest = 0;
  for (int i = 0; i < 40; ++i) {
    const page found = ask({}, 20);
    EXPECT_EQ(found.records.size(), 20U);
    EXPECT_TRUE(found.troubles.empty());
    EXPECT_GE(found.records.front().seq, newest);
    newest = found.records.front().seq;
  }
  writer.join();
  EXPECT_EQ(ask({}, 1).records.front().seq, 400U);
}

TEST_F(audit_query, following_goes_on_from_the_end) {
  auto reading = reader::open(where());
  ASSERT_TRUE(reading);
  position at = reading->end();
  std::vector<std::uint64_t> seen;
  const auto each = [&](const found_record& r) { seen.push_back(r.seq); return true; };
  const auto told = [](const trouble& t) { ADD_FAILURE() << to_string(t); };
  at = reading->follow(at, each, told);
  EXPECT_TRUE(seen.empty());
  const auto made = open_log(where(), without_index());
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(append_now(*made, varied(i)));
    at = reading->follow(at, each, told);
  }
  EXPECT_EQ(seen, (std::vector<std::uint64_t>{101, 102, 103}));
}

TEST(audit_reader, an_absent_folder_is_an_error_and_an_empty_one_is_not) {
  const scratch folder;
  EXPECT_FALSE(reader::open(folder.path() / "absent"));
  auto empty = reader::open(folder.path());
  ASSERT_TRUE(empty);
  EXPECT_TRUE(empty->find({}, 10)->records.empty());
  EXPECT_EQ(empty->end(), position{});
}

}  // namespace
}  // namespace stoplog::audit
