// Rules compiled for matching: made once, then const and shared by every
// stream of every worker.
#pragma once

#include "match/rule_spec.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace stoplog::match {

// Why a rule cannot be compiled. `part` counts the parts, then the unless parts.
struct compile_problem {
  std::size_t rule;
  std::size_t part;
  std::string code;     // E2xx, as in docs/errors.md
  std::string message;  // one sentence with the fix
};

// What is known of a rule after compiling it; printed by `stoplog check`.
struct rule_facts {
  std::optional<std::uint32_t> longest;  // longest match in code points; none: unbounded
  std::uint32_t shortest = 0;
  std::uint32_t tail = 0;                // code points at a match's end, at most, that alone are guarded; 0: all are
};

class database {
 public:
  // Fails with every problem, not with the first.
  static std::variant<std::shared_ptr<const database>, std::vector<compile_problem>> compile(
      std::vector<rule_spec> rules);

  ~database();
  database(const database&) = delete;
  database& operator=(const database&) = delete;

  std::size_t size() const noexcept;
  const rule_spec& rule(std::size_t index) const;
  const rule_facts& facts(std::size_t index) const;

  struct compiled;  // the matcher's own; defined in match/compiled.hpp
  const compiled& internals() const noexcept { return *compiled_; }

 private:
  explicit database(std::unique_ptr<compiled>);
  std::unique_ptr<compiled> compiled_;
};

}  // namespace stoplog::match
