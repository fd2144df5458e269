#include "audit/index.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>

namespace stoplog::audit {
namespace {

constexpr int busy_ms = 200;

// Conditions joined by AND, with the values that they ask for in order.
class conditions {
 public:
  void equal(const char* column, std::string_view value) {
    if (!value.empty()) add(std::string(column) + " = ?", std::string(value));
  }
  // The end of the range is the beginning with a byte that no UTF-8 text has.
  void begins(const char* column, std::string_view value) {
    if (value.empty()) return;
    add(std::string(column) + " >= ?", std::string(value));
    add(std::string(column) + " < ?", std::string(value) + "\xFF");
  }
  void number(const std::string& condition, std::uint64_t value) { add(condition, value); }
  void add(const std::string& condition, std::variant<std::string, std::uint64_t> value) {
    text_ += (text_.empty() ? "" : " AND ") + condition;
    values_.push_back(std::move(value));
  }
  void nested(const std::string& before, conditions inner, const std::string& after) {
    text_ += (text_.empty() ? "" : " AND ") + before + inner.text_ + after;
    for (auto& value : inner.values_) values_.push_back(std::move(value));
  }
  const std::string& text() const noexcept { return text_; }
  void bind(sql_statement& to) const {
    int at = 0;
    for (const auto& value : values_) {
      ++at;
      if (const auto* text = std::get_if<std::string>(&value)) to.bind(at, *text);
      else to.bind(at, std::get<std::uint64_t>(value));
    }
  }

 private:
  std::string text_;
  std::vector<std::variant<std::string, std::uint64_t>> values_;
};

std::uint64_t micros(wall_time t) { return static_cast<std::uint64_t>(t.time_since_epoch().count()); }

conditions of_records(const filter& f, std::uint64_t before) {
  conditions all;
  all.number("seq < ?", std::min<std::uint64_t>(before, INT64_MAX));
  all.begins("id", f.id);
  all.equal("kind", f.kind);
  all.equal("key", f.key);
  all.equal("team", f.team);
  all.equal("route", f.route);
  all.equal("endpoint", f.endpoint);
  if (!f.model.empty()) {
    conditions either;
    either.add("? IN (model, model_answered)", f.model);
    all.nested("", either, "");
  }
  if (f.decision != "allow" && !f.decision.empty()) all.nested("decision <> 'allow'", {}, "");
  all.equal("decision", f.decision);
  all.begins("policy_digest", f.policy_digest);
  if (f.since) all.number("at >= ?", micros(*f.since));
  if (f.until) all.number("at < ?", micros(*f.until));
  if (f.status) all.number("status = ?", static_cast<std::uint64_t>(*f.status));
  return all;
}

conditions of_findings(const filter& f) {
  conditions all;
  all.equal("rule", f.rule);
  all.equal("category", f.category);
  all.equal("severity", f.severity);
  all.equal("mode", f.mode);
  all.equal("fingerprint", f.fingerprint);
  return all;
}

}  // namespace

result<index_reader> index_reader::open(const std::filesystem::path& directory) {
  index_reader made;
  auto opened = sql_database::open(directory / index_name, sql_database::access::read, busy_ms);
  if (!opened) return opened.error();
  made.database_ = std::move(*opened);
  if (auto begun = made.database_.run("BEGIN"); !begun) return begun.error();
  auto progress = made.database_.prepare("SELECT segment, offset, seq FROM progress");
  if (!progress) return progress.error();
  const auto row = progress->step();
  if (!row) return row.error();
  if (!*row) return fail(errc::audit_unavailable, "index: it has no progress");
  made.next_ = {progress->number(0), progress->number(1), progress->number(2)};
  return made;
}

result<std::vector<indexed_place>> index_reader::find(const filter& f, std::uint64_t before, std::size_t limit) {
  conditions all = of_records(f, before);
  if (f.asks_for_findings()) all.nested("seq IN (SELECT seq FROM findings WHERE ", of_findings(f), ")");
  auto search = database_.prepare("SELECT seq, segment, offset, bytes FROM records WHERE " + all.text() +
                                  " ORDER BY seq DESC LIMIT " + std::to_string(limit));
  if (!search) return search.error();
  all.bind(*search);
  std::vector<indexed_place> found;
  while (true) {
    const auto row = search->step();
    if (!row) return row.error();
    if (!*row) return found;
    found.push_back({search->number(0), search->number(1), search->number(2), search->number(3)});
  }
}

result<std::vector<trouble>> index_reader::troubles(std::size_t limit) {
  auto search = database_.prepare("SELECT what, segment, offset, bytes, first, last FROM troubles "
                                  "ORDER BY segment, offset LIMIT " + std::to_string(limit));
  if (!search) return search.error();
  std::vector<trouble> found;
  while (true) {
    const auto row = search->step();
    if (!row) return row.error();
    if (!*row) return found;
    found.push_back({static_cast<trouble::kind>(search->number(0)), search->number(1), search->number(2),
                     search->number(3), search->number(4), search->number(5)});
  }
}

}  // namespace stoplog::audit
