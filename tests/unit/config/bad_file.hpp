// Bad files as data: a text, and the one problem that must be told of it.
#pragma once

#include "config/load.hpp"

#include <gtest/gtest.h>

#include <span>
#include <string>
#include <string_view>

namespace stoplog::test {

struct bad_file {
  std::string_view name;
  std::string_view yaml;
  std::string_view problem;   // how the only line begins, after the file's name
  std::string_view fragment;  // stands in the sentence
};

// Every file must tell exactly one problem. Returns how many files ran.
inline std::size_t expect_one_problem_each(std::string_view head, std::span<const bad_file> files) {
  std::size_t ran = 0;
  for (const auto& file : files) {
    SCOPED_TRACE(file.name);
    ++ran;
    problems found;
    config::load_text(std::string(head) + std::string(file.yaml), "f.yaml", found);
    std::string all;
    for (const auto& p : found) all += to_string(p) + "\n";
    EXPECT_EQ(found.size(), 1U) << all;
    EXPECT_EQ(all.substr(0, 7 + file.problem.size()), "f.yaml:" + std::string(file.problem)) << all;
    EXPECT_NE(all.find(file.fragment), std::string::npos) << all;
  }
  return ran;
}

}  // namespace stoplog::test
