// Policies built in code, for tests of what judges with them. The words that
// their rules look for are inert stand-ins.
#pragma once

#include "policy/compiled.hpp"

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace stoplog::support {

struct test_rule {
  std::string id;
  std::string regex;
  policy::action action = policy::action::block;
  policy::mode mode = policy::mode::enforce;
  surface_set surfaces = {};
  std::string message = {};
  severity severity = severity::high;
  match::view view = match::view::folded;
  std::string with = {};   // not empty: both expressions, within 200 bytes
  match::expression match = {};   // instead of `regex`, if it has parts
};

struct test_policy {
  std::vector<test_rule> rules;
  policy::on_error on_error = policy::on_error::block;
  policy::capture capture = policy::capture::none;
  std::uint32_t capture_context = 0;
  policy::stream_release stream_release = policy::stream_release::exact;
  std::uint64_t buffer_bytes = 1024 * 1024;
  std::vector<policy::exception> exceptions = {};
  std::vector<policy::by_category<policy::on_error>> on_error_of = {};
  policy::part_actions parts = {};
  std::string message = {};
};

inline std::shared_ptr<const policy::compiled_policy> compile(const test_policy& wanted) {
  policy::pack pack{.name = "test", .version = "1.0.0", .owner = "tests", .digest = "sha256:0"};
  policy::policy policy{.name = "test", .version = "1", .owner = "tests", .digest = "sha256:1"};
  policy.default_mode = policy::mode::enforce;
  policy.on_error = wanted.on_error;
  policy.stream_release = wanted.stream_release;
  policy.buffer_bytes = wanted.buffer_bytes;
  policy.exceptions = wanted.exceptions;
  policy.on_error_of = wanted.on_error_of;
  policy.parts = wanted.parts;
  policy.message = wanted.message;
  policy.capture.on_match = wanted.capture;
  policy.capture.context = wanted.capture_context;
  policy.use.push_back({.pack = "test", .version = "1.0.0"});
  for (const test_rule& r : wanted.rules) {
    policy::rule rule;
    rule.id = r.id;
    rule.title = r.id;
    rule.severity = r.severity;
    rule.category = "test." + r.id;
    rule.action = r.action;
    rule.surfaces = r.surfaces;
    rule.match = r.match;
    if (rule.match.parts.empty()) rule.match.parts.push_back({.regex = r.regex, .view = r.view});
    if (!r.with.empty()) {
      rule.match.how = match::expression::combine::all;
      rule.match.within = 200;
      rule.match.parts.push_back({.regex = r.with, .view = r.view});
    }
    rule.part_places.resize(rule.match.parts.size());
    rule.message = r.message;
    pack.rules.push_back(std::move(rule));
    if (r.mode != policy::mode::enforce) policy.overrides.push_back({.rule = r.id, .mode = r.mode, .reason = "test"});
  }
  problems found;
  std::vector<policy::pack> packs;
  packs.push_back(std::move(pack));
  std::vector<policy::policy> policies;
  policies.push_back(std::move(policy));
  const auto set = policy::policy_set::compile(std::move(packs), std::move(policies), "a key of sixteen or more bytes", found);
  if (!set || set->policies().empty()) throw std::runtime_error(found.empty() ? "no policy" : to_string(found.front()));
  return set->policies().front();
}

inline std::shared_ptr<const policy::compiled_policy> compile(std::vector<test_rule> rules) {
  return compile(test_policy{.rules = std::move(rules)});
}

}  // namespace stoplog::support
