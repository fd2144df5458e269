// What a change of policies does to texts: which are newly blocked, which newly
// pass.
#pragma once

#include "cli/recorded.hpp"
#include "cli/sealed_texts.hpp"

#include <array>
#include <cstddef>
#include <iosfwd>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace stoplog::cli {

inline constexpr std::size_t examples_max = 5;  // of each kind

struct example {
  std::string where;  // line 12, record 0198...
  judged before, after;
  std::string text;   // printed only under --reveal
};

class effect {
 public:
  effect(std::shared_ptr<const policy::policy_set> before, std::shared_ptr<const policy::policy_set> after, policy::subject who)
      : before_(std::move(before)), after_(std::move(after)), who_(std::move(who)) {}

  // JSON lines: chat requests as clients send them, or objects with `text` and
  // perhaps `label`, as backtest reads them. Empty, or what is wrong and where.
  std::string add_lines(std::istream& in, const std::string& name);

  // The texts that were kept of a record, judged as they would be from now on.
  void add_record(const audit::record& r, const std::vector<sealed_text>& kept, policy::canaries how);

  std::size_t texts() const noexcept { return texts_; }
  std::size_t skipped() const noexcept { return skipped_; }  // that a policy does not take, or that cannot be judged
  std::size_t count(verdict before, verdict after) const noexcept { return counts_[static_cast<std::size_t>(before)][static_cast<std::size_t>(after)]; }
  std::size_t newly_blocked() const noexcept { return count(verdict::allow, verdict::block) + count(verdict::redact, verdict::block); }
  std::size_t newly_allowed() const noexcept { return count(verdict::block, verdict::allow) + count(verdict::block, verdict::redact); }
  const std::map<std::string, std::size_t>& newly_blocked_by() const noexcept { return blocked_by_; }          // new rule -> texts
  const std::map<std::string, std::size_t>& newly_allowed_by() const noexcept { return allowed_by_; }          // old rule -> texts
  const std::map<std::string, std::size_t>& newly_blocked_of_label() const noexcept { return blocked_of_label_; }  // abusive, benign
  const std::vector<example>& examples() const noexcept { return examples_; }

 private:
  void add(const judged& before, const judged& after, std::string where, std::string text, const std::string& label);

  std::shared_ptr<const policy::policy_set> before_, after_;
  policy::subject who_;
  std::size_t texts_ = 0, skipped_ = 0;
  std::array<std::array<std::size_t, 3>, 3> counts_{};
  std::map<std::string, std::size_t> blocked_by_, allowed_by_, blocked_of_label_;
  std::array<std::size_t, 2> examples_of_{};  // newly blocked, newly allowed
  std::vector<example> examples_;
};

}  // namespace stoplog::cli
