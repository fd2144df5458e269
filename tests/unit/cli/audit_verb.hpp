// A log of thirty records, and `stoplog audit` before it as a shell would call it.
#pragma once

#include "audit/log.hpp"
#include "audit/segment.hpp"
#include "support/folder.hpp"
#include "unit/cli/cut_stream.hpp"
#include "unit/cli/run.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <utility>
#include <vector>

namespace stoplog::cli {

using audit::record;
using audit::record_kind;

inline record numbered(int n) {
  record r = cut_stream();
  r.id = "01936f" + std::string(n < 10 ? "0" : "") + std::to_string(n) + "-0000-7000-8000-000000000001";
  r.key_id = n % 2 == 0 ? "even" : "odd";
  if (n % 5 != 0) {
    r.decision = "allow";
    r.rule.clear();
  }
  return r;
}

class audit_verb : public ::testing::Test {
 protected:
  void SetUp() override { append(0, 30); }
  void append(int from, int to) {
    std::vector<std::string> notes;
    auto log = audit::log::open(directory(), {}, notes);
    ASSERT_TRUE(log);
    for (int n = from; n < to; ++n) ASSERT_TRUE((*log)->append(numbered(n), audit::durability::soon));
  }
  std::filesystem::path directory() const { return folder_.path() / "audit"; }
  outcome audit(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "audit");
    arguments.insert(arguments.end(), {"--directory", directory().string()});
    return run(std::move(arguments));
  }
  void damage() const {
    const auto segment = directory() / audit::segment_name(1);
    std::fstream file(segment, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(30);
    file.put('#');
  }
  test::folder folder_;
};

inline std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> found;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) found.push_back(line);
  return found;
}

}  // namespace stoplog::cli
