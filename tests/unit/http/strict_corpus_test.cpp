// Every message of tests/cases/http, whole, cut once at every place, and byte by
// byte: the reader's answer is the same, and never "fine" for a hostile one.
#include "http/message_reader.hpp"
#include "support/http_corpus.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace stoplog::http {
namespace {

using kind = message_reader::kind;

constexpr std::size_t head_max = 16 * 1024;
constexpr std::size_t body_max = 64 * 1024;

// Reads one message as a connection does, interim answers before it; then
// nothing more comes. "": it was whole, and nothing stood behind it.
class reading {
 public:
  explicit reading(kind what) : what_(what), reader_(what, head_max, body_max) {}

  void feed(std::string_view piece) {
    while (!piece.empty() && why_.empty()) {
      if (reader_.complete()) {
        why_ = "bytes behind";
        return;
      }
      const auto used = reader_.feed(piece);
      if (!used) {
        why_ = to_string(used.error().code);
        return;
      }
      piece.remove_prefix(*used);
      if (reader_.complete() && what_ == kind::response && reader_.head().status < 200) {
        reader_ = message_reader(what_, head_max, body_max);
      }
    }
  }

  std::string end() {
    if (!why_.empty() || reader_.complete()) return why_;
    if (what_ == kind::request) return "incomplete";
    const auto ended = reader_.end_of_input();
    return ended ? std::string() : std::string(to_string(ended.error().code));
  }

 private:
  kind what_;
  message_reader reader_;
  std::string why_;
};

std::string read_cut(kind what, std::string_view bytes, std::size_t cut) {
  reading r(what);
  r.feed(bytes.substr(0, cut));
  r.feed(bytes.substr(cut));
  return r.end();
}

std::string read_bytewise(kind what, std::string_view bytes) {
  reading r(what);
  for (std::size_t i = 0; i < bytes.size(); ++i) r.feed(bytes.substr(i, 1));
  return r.end();
}

// What the reader says, if it says the same for every cut; how often it was asked.
std::string read_every_way(kind what, const support::http_case& each, std::size_t& readings) {
  const std::string whole = read_cut(what, each.bytes, each.bytes.size());
  EXPECT_EQ(read_bytewise(what, each.bytes), whole) << each.name;
  readings += 2;
  // The long ones are cut where their lines are.
  const std::size_t step = each.bytes.size() > 2000 ? 97 : 1;
  for (std::size_t cut = 0; cut < each.bytes.size(); cut += step, ++readings) {
    EXPECT_EQ(read_cut(what, each.bytes, cut), whole) << each.name << ", cut at " << cut;
  }
  return whole;
}

struct tally {
  std::size_t good = 0;
  std::size_t refused = 0;
  std::size_t left_to_the_exchange = 0;
  std::size_t readings = 0;
};

tally run(kind what, const std::string& file) {
  const auto corpus = support::read_http_corpus(file);
  tally t;
  for (const auto& each : corpus.good) {
    EXPECT_EQ(read_every_way(what, each, t.readings), "") << each.name;
    ++t.good;
  }
  for (const auto& each : corpus.bad) {
    const std::string said = read_every_way(what, each, t.readings);
    if (each.by.starts_with("exchange")) {
      ++t.left_to_the_exchange;
      continue;
    }
    const bool definite = !said.empty() && said != "incomplete";
    EXPECT_TRUE(definite) << each.name << ": " << (said.empty() ? "accepted" : said);
    if (each.by == "reader 431") {
      EXPECT_EQ(said, "head_too_large") << each.name;
    }
    t.refused += definite ? 1 : 0;
  }
  return t;
}

TEST(StrictCorpus, Requests) {
  const tally t = run(kind::request, "requests.json");
  EXPECT_EQ(t.good, 12U);
  EXPECT_EQ(t.refused, 279U);
  EXPECT_EQ(t.left_to_the_exchange, 20U);
  EXPECT_GT(t.readings, 38'000U);
}

TEST(StrictCorpus, Responses) {
  const tally t = run(kind::response, "responses.json");
  EXPECT_EQ(t.good, 7U);
  EXPECT_EQ(t.refused, 90U);
  EXPECT_EQ(t.left_to_the_exchange, 4U);
  EXPECT_GT(t.readings, 10'000U);
}

}  // namespace
}  // namespace stoplog::http
