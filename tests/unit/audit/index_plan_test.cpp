// How the index is searched: SQLite's own words. Every search walks an index
// that is in order already, so its cost is that of what it finds.
#include "audit/index.hpp"
#include "audit/index_search.hpp"
#include "audit/query.hpp"
#include "scratch.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <iterator>

namespace stoplog::audit {
namespace {

struct asked {
  const char* name;
  std::function<void(filter&)> set;
};

std::vector<asked> conditions() {
  return {{"id", [](filter& f) { f.id = allowed(3).id; }},
          {"kind", [](filter& f) { f.kind = "admin"; }},
          {"key", [](filter& f) { f.key = "search"; }},
          {"team", [](filter& f) { f.team = "support"; }},
          {"user", [](filter& f) { f.user = "u"; }},
          {"conversation", [](filter& f) { f.conversation = "c"; }},
          {"route", [](filter& f) { f.route = "default"; }},
          {"endpoint", [](filter& f) { f.endpoint = "openai.chat"; }},
          {"model", [](filter& f) { f.model = "demo"; }},
          {"decision", [](filter& f) { f.decision = "block"; }},
          {"allowed", [](filter& f) { f.decision = "allow"; }},
          {"status", [](filter& f) { f.status = 403; }},
          {"policy", [](filter& f) { f.policy_digest = "sha256:" + std::string(64, 'a'); }},
          {"policy prefix", [](filter& f) { f.policy_digest = "sha256:ab"; }},
          {"rule", [](filter& f) { f.rule = "DEMO-001"; }},
          {"category", [](filter& f) { f.category = "demo.forbidden"; }},
          {"severity", [](filter& f) { f.severity = "high"; }},
          {"mode", [](filter& f) { f.mode = "shadow"; }},
          {"fingerprint", [](filter& f) { f.fingerprint = "ff"; }},
          {"since", [](filter& f) { f.since = allowed(5).at; }},
          {"until", [](filter& f) { f.until = allowed(25).at; }}};
}

class audit_index_plan : public ::testing::Test {
 protected:
  void SetUp() override {
    {
      const auto made = open_log(scratch_.log(), log_options{});
      for (int i = 0; i < 30; ++i) ASSERT_TRUE(append_now(*made, i % 3 == 0 ? cut(i) : allowed(i)));
    }
    auto opened = index_reader::open(scratch_.log());
    ASSERT_TRUE(opened);
    index_.emplace(std::move(*opened));
  }

  // No table is read from end to end, nothing is put aside or sorted.
  void expect_walks_an_index(const filter& f, const std::string& name) {
    for (const auto order : {search_order::newest_first, search_order::oldest_first}) {
      const auto steps = index_->plan(f, {0, reader::no_bound}, order, 100);
      ASSERT_TRUE(steps) << name;
      ASSERT_FALSE(steps->empty());
      for (const auto& step : *steps) {
        EXPECT_TRUE(step.starts_with("SEARCH ") || step.starts_with("CORRELATED ")) << name << ": " << step;
        EXPECT_EQ(step.find("AUTOMATIC"), std::string::npos) << name << ": " << step;
      }
    }
  }

  scratch scratch_;
  std::optional<index_reader> index_;
};

TEST_F(audit_index_plan, every_condition_and_every_pair_walks_an_index) {
  const auto all = conditions();
  int tried = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (std::size_t j = i; j < all.size(); ++j) {
      filter f;
      all[i].set(f);
      all[j].set(f);
      expect_walks_an_index(f, std::string(all[i].name) + " and " + all[j].name);
      ++tried;
    }
  }
  EXPECT_EQ(tried, 231);
  expect_walks_an_index({}, "nothing");
}

TEST_F(audit_index_plan, the_beginning_of_an_id_is_a_range_that_is_sorted) {
  filter f;
  f.id = "01936f00";
  const auto steps = index_->plan(f, {0, reader::no_bound}, search_order::newest_first, 100);
  ASSERT_TRUE(steps);
  ASSERT_EQ(steps->size(), 2U);
  EXPECT_EQ(steps->front(), "SEARCH r USING INDEX records_id (id>? AND id<?)");
  EXPECT_EQ(steps->back(), "USE TEMP B-TREE FOR ORDER BY");
}

TEST_F(audit_index_plan, the_beginning_of_very_many_ids_is_not_sorted) {
  {
    const auto made = open_log(scratch_.log(), log_options{});
    for (int i = 0; i < 5000; ++i) {
      while (!made->append(allowed(1000 + i), durability::soon)) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    ASSERT_TRUE(append_now(*made, allowed(9999)));
    ASSERT_TRUE(eventually([&] { return made->status().index_lag == 0; }));
  }
  auto opened = index_reader::open(scratch_.log());
  ASSERT_TRUE(opened);
  filter f;
  f.id = "01936f00";
  const auto steps = opened->plan(f, {0, reader::no_bound}, search_order::newest_first, 100);
  ASSERT_TRUE(steps);
  EXPECT_EQ(*steps, std::vector<std::string>{"SEARCH r USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"});
  const auto found = opened->find(f, {0, reader::no_bound}, search_order::newest_first, 3);
  ASSERT_TRUE(found);
  ASSERT_EQ(found->size(), 3U);
  EXPECT_EQ(found->front().seq, 5031U);
  f.id = "01936f00-0000-7000-8000-00000000999";  // few
  EXPECT_EQ(opened->find(f, {0, reader::no_bound}, search_order::newest_first, 3)->size(), 1U);
}

TEST_F(audit_index_plan, what_few_records_have_is_found_in_its_blocks_in_order) {
  std::vector<std::uint64_t> rare;
  {
    const auto made = open_log(scratch_.log(), log_options{});
    for (int i = 0; i < 1000; ++i) {
      record r = allowed(1000 + i);
      if (i % 97 == 5 || i > 990) {
        r.route = "rare";
        r.status = 418;
        r.model_answered = "rare-model";
        rare.push_back(static_cast<std::uint64_t>(i) + 31);
      }
      while (!made->append(r, durability::soon)) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    ASSERT_TRUE(eventually([&] { return made->status().index_lag == 0; }));
  }
  auto opened = index_reader::open(scratch_.log());
  ASSERT_TRUE(opened);
  int tried = 0;
  for (const auto& set : std::vector<std::function<void(filter&)>>{[](filter& f) { f.route = "rare"; }, [](filter& f) { f.status = 418; },
                                                                   [](filter& f) { f.model = "rare-model"; }}) {
    filter f;
    set(f);
    for (const std::uint64_t from : {0U, 31U, 192U, 700U}) {
      for (const std::uint64_t before : {64U, 128U, 500U, 2000U}) {
        std::vector<std::uint64_t> expected;
        std::copy_if(rare.begin(), rare.end(), std::back_inserter(expected), [&](std::uint64_t seq) { return seq >= from && seq < before; });
        const auto found = opened->find(f, {from, before}, search_order::oldest_first, 100);
        ASSERT_TRUE(found);
        std::vector<std::uint64_t> seqs;
        for (const auto& each : *found) seqs.push_back(each.seq);
        EXPECT_EQ(seqs, expected) << from << ' ' << before;
        const auto newest = opened->find(f, {from, before}, search_order::newest_first, 100);
        ASSERT_TRUE(newest);
        std::vector<std::uint64_t> backwards;
        for (const auto& each : *newest) backwards.insert(backwards.begin(), each.seq);
        EXPECT_EQ(backwards, expected) << from << ' ' << before;
        ++tried;
      }
    }
  }
  EXPECT_EQ(tried, 48);
}

TEST_F(audit_index_plan, what_was_rolled_back_is_written_again) {
  auto writer = index_writer::open(scratch_.log());
  ASSERT_TRUE(writer);
  record r = allowed(77);
  r.team = "once";
  const indexed_place at{31, 1, 0, 2};
  for (const bool back : {true, false}) {
    ASSERT_TRUE(writer->begin());
    ASSERT_TRUE(writer->add(at, r));
    if (back) writer->roll_back();
    else ASSERT_TRUE(writer->commit(writer->next()));
  }
  auto opened = index_reader::open(scratch_.log());
  ASSERT_TRUE(opened);
  filter f;
  f.team = "once";
  EXPECT_EQ(opened->find(f, {0, reader::no_bound}, search_order::newest_first, 9)->size(), 1U);
  f = {};
  f.since = r.at;
  f.until = r.at + std::chrono::microseconds(1);
  EXPECT_EQ(opened->find(f, {0, reader::no_bound}, search_order::newest_first, 9)->size(), 1U);
}

TEST_F(audit_index_plan, rows_of_retired_segments_go) {
  auto writer = index_writer::open(scratch_.log());
  ASSERT_TRUE(writer);
  EXPECT_EQ(*writer->first(), 1U);
  ASSERT_TRUE(writer->forget_before(21));
  EXPECT_EQ(*writer->first(), 21U);
  auto opened = index_reader::open(scratch_.log());
  ASSERT_TRUE(opened);
  std::size_t tried = 0;
  for (const auto& each : conditions()) {
    filter f;
    each.set(f);
    const auto found = opened->find(f, {0, reader::no_bound}, search_order::oldest_first, 100);
    ASSERT_TRUE(found) << each.name;
    for (const auto& place : *found) EXPECT_GE(place.seq, 21U) << each.name;
    ++tried;
  }
  EXPECT_EQ(tried, 21U);
  EXPECT_EQ(opened->find({}, {0, reader::no_bound}, search_order::oldest_first, 100)->size(), 10U);
}

TEST_F(audit_index_plan, the_rarest_condition_leads) {
  filter f;
  f.endpoint = "openai.chat";  // all
  f.key = "search";            // every second
  f.rule = "DEMO-001";         // every third
  const auto steps = index_->plan(f, {0, reader::no_bound}, search_order::newest_first, 100);
  ASSERT_TRUE(steps);
  EXPECT_NE(std::find(steps->begin(), steps->end(), "SEARCH m USING COVERING INDEX findings_rule (rule=? AND seq>? AND seq<?)"), steps->end())
      << steps->front();
  f.id = allowed(7).id;
  const auto by_id = index_->plan(f, {0, reader::no_bound}, search_order::newest_first, 100);
  ASSERT_TRUE(by_id);
  EXPECT_EQ(by_id->front(), "SEARCH r USING INDEX records_id (id=? AND rowid>? AND rowid<?)");
}

TEST_F(audit_index_plan, a_record_with_several_findings_of_a_rule_is_found_once) {
  {
    const auto made = open_log(scratch_.log(), log_options{});
    for (int i = 0; i < 4; ++i) {
      record r = cut(i);
      for (int n = 0; n < 20; ++n) r.findings.push_back(r.findings.front());
      ASSERT_TRUE(append_now(*made, r));
    }
  }
  auto reading = reader::open(scratch_.log());
  filter f;
  f.rule = "DEMO-001";
  for (const std::size_t limit : {1U, 3U, 14U}) {
    const auto found = reading->find(f, limit);
    ASSERT_TRUE(found);
    EXPECT_TRUE(found->by_index);
    EXPECT_EQ(found->records.size(), limit);
  }
  EXPECT_EQ(reading->find(f, 100)->records.size(), 14U);
}

TEST_F(audit_index_plan, values_are_bound_and_never_part_of_the_statement) {
  filter f;
  f.key = "x' OR '1'='1";
  f.rule = "\"; DROP TABLE records; --";
  f.id = "01936f00' --";
  const auto found = index_->find(f, {0, reader::no_bound}, search_order::newest_first, 100);
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->empty());
  EXPECT_EQ(index_search(f, {0, 9}).text(search_order::newest_first, 1).text.find("DROP"), std::string::npos);
}

}  // namespace
}  // namespace stoplog::audit
