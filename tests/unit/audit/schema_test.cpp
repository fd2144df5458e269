// What is encoded is what docs/schema/audit-record.json says, and the other way round.
#include "audit/encode.hpp"
#include "random_records.hpp"
#include "scratch.hpp"

#include <gtest/gtest.h>

namespace stoplog::audit {
namespace {

TEST(audit_schema, records_and_schema_agree_both_ways) {
  constexpr int records = 300;
  const scratch folder;
  const auto file = folder.path() / "records.jsonl";
  record_maker random(6);
  {
    std::ofstream out(file, std::ios::binary);
    for (int i = 1; i <= records; ++i) out << encode(random.make(), static_cast<std::uint64_t>(i)) << '\n';
  }
  const auto answer = folder.path() / "answer";
  const std::string run = "python3 " STOPLOG_SOURCE_DIR "/tests/unit/audit/schema_check.py " STOPLOG_SOURCE_DIR
                          "/docs/schema/audit-record.json " + file.string() + " >" + answer.string() + " 2>&1";
  const int code = std::system(run.c_str());
  EXPECT_EQ(code, 0) << read_all(answer);
  EXPECT_EQ(read_all(answer), std::to_string(records) + '\n');
}

}  // namespace
}  // namespace stoplog::audit
