#include "audit/index.hpp"

#include "audit/seal.hpp"

#include <algorithm>
#include <cstdlib>
#include <fcntl.h>
#include <string>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace stoplog::audit {
namespace {

constexpr int busy_ms = 50;  // the caller tries again later
constexpr std::uint64_t layout_version = 4;

// `user_version` is the version of this layout. What a filter asks for and takes
// a value of its own in most records has an index, in which the records of one
// value stand in order of seq: a search walks one of them from the newest record
// on and never sorts. Of what has few values, `blocks` tells which blocks of
// records have a value at all, and those are walked: a row in an index for each
// record would be most of what writing it costs. Times become a range of seq by
// `spans`, the least and the greatest time of each block of records.
constexpr const char* layout = R"sql(
BEGIN IMMEDIATE;
CREATE TABLE records(
  seq INTEGER PRIMARY KEY, segment INTEGER NOT NULL, offset INTEGER NOT NULL, bytes INTEGER NOT NULL,
  at INTEGER NOT NULL, status INTEGER NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, key TEXT, team TEXT NOT NULL,
  user TEXT, conversation TEXT, route TEXT NOT NULL, endpoint TEXT NOT NULL, decision TEXT NOT NULL,
  policy_digest TEXT NOT NULL, model TEXT NOT NULL, model_answered TEXT NOT NULL);
CREATE INDEX records_id ON records(id);
CREATE INDEX records_key ON records(key) WHERE key IS NOT NULL;
CREATE INDEX records_user ON records(user) WHERE user IS NOT NULL;
CREATE INDEX records_conversation ON records(conversation) WHERE conversation IS NOT NULL;
CREATE TABLE blocks(field TEXT NOT NULL, value TEXT NOT NULL, block INTEGER NOT NULL, PRIMARY KEY(field, value, block)) WITHOUT ROWID;
CREATE TABLE findings(
  seq INTEGER NOT NULL, rule TEXT NOT NULL, category TEXT NOT NULL, severity TEXT NOT NULL,
  mode TEXT NOT NULL, fingerprint TEXT NOT NULL);
CREATE INDEX findings_seq ON findings(seq);
CREATE INDEX findings_rule ON findings(rule, seq);
CREATE INDEX findings_category ON findings(category, seq);
CREATE INDEX findings_severity ON findings(severity, seq);
CREATE INDEX findings_mode ON findings(mode, seq);
CREATE INDEX findings_fingerprint ON findings(fingerprint, seq);
CREATE TABLE spans(block INTEGER PRIMARY KEY, least INTEGER NOT NULL, greatest INTEGER NOT NULL);
CREATE TABLE troubles(
  segment INTEGER NOT NULL, offset INTEGER NOT NULL, what INTEGER NOT NULL, bytes INTEGER NOT NULL,
  first INTEGER NOT NULL, last INTEGER NOT NULL, PRIMARY KEY(segment, offset, what)) WITHOUT ROWID;
CREATE TABLE progress(one INTEGER PRIMARY KEY CHECK(one = 1),
  segment INTEGER NOT NULL, offset INTEGER NOT NULL, seq INTEGER NOT NULL);
INSERT INTO progress VALUES(1, 0, 0, 0);
PRAGMA user_version = 4;
COMMIT;
)sql";

// SQLite gives its log the same permissions as the file itself.
void create_private(const std::filesystem::path& file) {
  const int handle = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (handle >= 0) ::close(handle);
}

}  // namespace

const char* name_of(block_field field) noexcept {
  constexpr std::array<const char*, block_fields> names{"status", "kind", "team", "route", "endpoint", "decision", "policy_digest", "model"};
  return names[static_cast<std::size_t>(field)];
}

struct index_writer::statements {
  sql_statement add_record, add_to_block, add_finding, widen_span, add_trouble, set_progress;
};

index_writer::index_writer() = default;
index_writer::index_writer(index_writer&&) noexcept = default;
index_writer& index_writer::operator=(index_writer&&) noexcept = default;
index_writer::~index_writer() = default;

void remove_index(const std::filesystem::path& directory) {
  for (const char* ending : {"", "-wal", "-shm"}) {
    std::error_code ignored;  // what is not there need not be removed; what stays is found unfit again
    std::filesystem::remove(directory / (std::string(index_name) + ending), ignored);
  }
}

result<index_writer> index_writer::open(const std::filesystem::path& directory) {
  for (const bool anew : {false, true}) {
    if (anew) remove_index(directory);
    create_private(directory / index_name);
    index_writer made;
    auto opened = sql_database::open(directory / index_name, sql_database::access::write, busy_ms);
    if (!opened) return opened.error();
    made.database_ = std::move(*opened);
    const auto fit = made.set_up(directory);
    if (fit && *fit) return made;
    if (!fit && !made.is_broken()) return fit.error();
  }
  return fail(errc::audit_unavailable, "index: a new one is not fit either");
}

result<bool> index_writer::set_up(const std::filesystem::path& directory) {
  const auto laid_out = lay_out();
  if (!laid_out || !*laid_out) return laid_out;
  if (auto prepared = prepare(); !prepared) return prepared.error();
  if (auto loaded = load(); !loaded) return loaded.error();
  return belongs_to(directory);
}

result<bool> index_writer::lay_out() {
  auto ran = database_.run("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
                           "PRAGMA journal_size_limit = 67108864;");
  if (!ran) return ran.error();
  std::uint64_t version = 0;
  {
    auto asked = database_.prepare("PRAGMA user_version");
    if (!asked) return asked.error();
    if (auto row = asked->step(); !row) return row.error();
    version = asked->number(0);
  }
  if (version != 0) return version == layout_version;
  ran = database_.run(layout);
  if (!ran) return ran.error();
  return true;
}

result<void> index_writer::prepare() {
  prepared_ = std::make_unique<statements>();
  const auto make = [&](sql_statement& to, const char* sql) -> result<void> {
    auto made = database_.prepare(sql);
    if (!made) return made.error();
    to = std::move(*made);
    return {};
  };
  auto made = make(prepared_->add_record, "INSERT INTO records VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
  if (made) made = make(prepared_->add_to_block, "INSERT OR IGNORE INTO blocks VALUES(?,?,?)");
  if (made) made = make(prepared_->add_finding, "INSERT INTO findings VALUES(?,?,?,?,?,?)");
  if (made) {
    made = make(prepared_->widen_span, "INSERT INTO spans VALUES(?, ?, ?) ON CONFLICT(block) DO UPDATE "
                                       "SET least = min(least, excluded.least), greatest = max(greatest, excluded.greatest)");
  }
  if (made) made = make(prepared_->add_trouble, "INSERT OR REPLACE INTO troubles VALUES(?,?,?,?,?,?)");
  if (made) made = make(prepared_->set_progress, "UPDATE progress SET segment = ?, offset = ?, seq = ?");
  return made;
}

result<void> index_writer::load() {
  auto progress = database_.prepare("SELECT segment, offset, seq, (SELECT count(*) FROM troubles WHERE what <> ?) FROM progress");
  if (!progress) return progress.error();
  const auto row = progress->bind(1, static_cast<std::uint64_t>(trouble::kind::left_over)).step();
  if (!row) return row.error();
  if (!*row) return fail(errc::audit_unavailable, "index: it has no progress");
  next_ = {progress->number(0), progress->number(1), progress->number(2)};
  damaged_ = progress->number(3);
  return {};
}

// The newest record of the index stands in the log where the index says, and
// the log goes at least as far as the index does.
result<bool> index_writer::belongs_to(const std::filesystem::path& directory) {
  auto newest = database_.prepare("SELECT seq, segment, offset, bytes FROM records ORDER BY seq DESC LIMIT 1");
  if (!newest) return newest.error();
  const auto row = newest->step();
  if (!row) return row.error();
  if (!*row) return next_ == position{};
  const read_file segment(directory / segment_name(newest->number(1)));
  std::string bytes;
  if (!segment.is_open() || segment.read(newest->number(2), newest->number(3), bytes) != 0) return false;
  const read_file current(directory / segment_name(next_.segment));
  return unseal(bytes) == newest->number(0) && current.is_open() && current.size() >= next_.offset;
}

result<void> index_writer::begin() {
  damaged_in_batch_ = 0;
  return database_.run("BEGIN IMMEDIATE");
}

result<void> index_writer::add(const indexed_place& at, const record& r) {
  const auto micros = r.at.time_since_epoch().count();
  const auto status = static_cast<std::uint64_t>(r.status);
  auto added = prepared_->add_record.bind(1, at.seq).bind(2, at.segment).bind(3, at.offset)
                   .bind(4, at.bytes).bind(5, static_cast<std::uint64_t>(micros)).bind(6, status)
                   .bind(7, to_string(r.kind)).bind(8, r.id).bind_if(9, r.key_id).bind(10, r.team).bind_if(11, r.user)
                   .bind_if(12, r.conversation).bind(13, r.route).bind(14, r.endpoint).bind(15, r.decision)
                   .bind(16, r.policy_digest).bind(17, r.model_asked).bind(18, r.model_answered).run();
  if (added) added = widen_span(at.seq / records_per_span, micros);
  if (added) added = add_to_block(at.seq / records_per_block, r);
  return added ? add_findings(at.seq, r) : added;
}

// What the records of a block have in common is written once.
result<void> index_writer::add_to_block(std::uint64_t block, const record& r) {
  if (block != block_) {
    for (auto& values : of_block_) values.clear();
    block_ = block;
  }
  result<void> added;
  const auto add = [&](block_field field, std::string_view value) {
    auto& values = of_block_[static_cast<std::size_t>(field)];
    if (!added || value.empty() || values.contains(value)) return;
    values.emplace(value);
    added = prepared_->add_to_block.bind(1, name_of(field)).bind(2, value).bind(3, block).run();
  };
  add(block_field::status, std::to_string(r.status));
  add(block_field::kind, to_string(r.kind));
  add(block_field::team, r.team);
  add(block_field::route, r.route);
  add(block_field::endpoint, r.endpoint);
  add(block_field::decision, r.decision);
  add(block_field::policy_digest, r.policy_digest);
  add(block_field::model, r.model_asked);
  add(block_field::model, r.model_answered);
  return added;
}

// Written when the span, or the batch, is over.
result<void> index_writer::widen_span(std::uint64_t block, std::int64_t micros) {
  if (span_ && span_->block != block) {
    if (auto written = write_span(); !written) return written;
  }
  if (!span_) span_ = {block, micros, micros};
  span_->least = std::min(span_->least, micros);
  span_->greatest = std::max(span_->greatest, micros);
  return {};
}

result<void> index_writer::write_span() {
  const auto done = std::exchange(span_, {});
  if (!done) return {};
  return prepared_->widen_span.bind(1, done->block).bind(2, static_cast<std::uint64_t>(done->least))
      .bind(3, static_cast<std::uint64_t>(done->greatest)).run();
}

result<void> index_writer::add_findings(std::uint64_t seq, const record& r) {
  result<void> added;
  for_each_facet(r, [&](const facet& f) {
    if (!added) return;
    added = prepared_->add_finding.bind(1, seq).bind(2, f.rule).bind(3, f.category).bind(4, f.severity)
                .bind(5, f.mode).bind(6, f.fingerprint).run();
  });
  return added;
}

result<void> index_writer::add(const trouble& found) {
  if (found.is_damage()) ++damaged_in_batch_;
  return prepared_->add_trouble.bind(1, found.segment).bind(2, found.offset)
      .bind(3, static_cast<std::uint64_t>(found.what)).bind(4, found.bytes).bind(5, found.first).bind(6, found.last).run();
}

result<void> index_writer::commit(position next) {
  auto done = write_span();
  if (done) done = prepared_->set_progress.bind(1, next.segment).bind(2, next.offset).bind(3, next.seq).run();
  if (done) done = database_.run("COMMIT");
  if (!done) return done;
  next_ = next;
  damaged_ += damaged_in_batch_;
  return done;
}

result<std::uint64_t> index_writer::first() {
  auto asked = database_.prepare("SELECT seq FROM records ORDER BY seq LIMIT 1");
  if (!asked) return asked.error();
  const auto row = asked->step();
  if (!row) return row.error();
  return *row ? asked->number(0) : 0;
}

result<void> index_writer::forget_before(std::uint64_t seq) {
  struct step {
    const char* sql;
    std::uint64_t before;
  };
  auto done = begin();
  for (const step& each : {step{"DELETE FROM records WHERE seq < ?", seq}, step{"DELETE FROM findings WHERE seq < ?", seq},
                           step{"DELETE FROM blocks WHERE block < ?", seq / records_per_block},
                           step{"DELETE FROM spans WHERE block < ?", seq / records_per_span}}) {
    if (!done) return done;
    auto statement = database_.prepare(each.sql);
    if (!statement) return statement.error();
    done = statement->bind(1, each.before).run();
  }
  if (done) done = database_.run("COMMIT");
  return done;
}

void index_writer::roll_back() {
  (void)database_.run("ROLLBACK");
  for (auto& values : of_block_) values.clear();  // they are not written now
  span_.reset();
}

}  // namespace stoplog::audit
