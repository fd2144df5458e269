#include "match/pattern_closure.hpp"

#include <span>

namespace stoplog::match {

namespace {

using syntax::node;

class closure {
 public:
  explicit closure(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  void of(const node& n) {
    if (out_.size() > bytes_max_) return;
    std::visit([this](const auto& what) { of(what); }, n.what);
  }

  std::string result() && {
    if (out_.size() > bytes_max_) return {};
    return out_.empty() ? "(?:)" : std::move(out_);
  }

 private:
  void of(const syntax::one& o) {
    syntax::print(o, out_);
    out_ += '?';
  }

  // At the assertion nothing has been read yet, and what precedes it is covered
  // by the closure of what precedes it.
  void of(syntax::assertion) {}

  void of(const syntax::concat& c) { of_row(c.parts); }

  // Halves, not head and tail: parentheses stay shallow (RE2 nests 1,000 deep).
  void of_row(std::span<const node> parts) {
    if (parts.empty() || out_.size() > bytes_max_) return;
    if (parts.size() == 1) return of(parts.front());
    const auto near = parts.first(parts.size() / 2);
    const auto far = parts.subspan(near.size());
    out_ += "(?:";
    of_row(near);
    out_ += '|';
    for (const node& part : near) print_grouped(part);
    of_row(far);
    out_ += ')';
  }

  void of(const syntax::alternate& a) {
    out_ += "(?:";
    for (std::size_t i = 0; i < a.parts.size() && out_.size() <= bytes_max_; ++i) {
      if (i != 0) out_ += '|';
      of(a.parts[i]);
    }
    out_ += ')';
  }

  void of(const syntax::repeat& r) {
    if (r.max == 0U) return;
    if (r.max != 1U) {
      out_ += "(?:";
      syntax::print(*r.body, out_, bytes_max_);
      out_ += r.max ? "){0," + std::to_string(*r.max - 1) + '}' : ")*";
    }
    of(*r.body);
  }

  void print_grouped(const node& part) {
    if (out_.size() > bytes_max_) return;
    const bool parentheses = std::holds_alternative<syntax::alternate>(part.what);
    if (parentheses) out_ += "(?:";
    syntax::print(part, out_, bytes_max_);
    if (parentheses) out_ += ')';
  }

  std::size_t bytes_max_;
  std::string out_;
};

}  // namespace

std::string closure_of(const node& n, std::size_t bytes_max) {
  closure c(bytes_max);
  c.of(n);
  return std::move(c).result();
}

}  // namespace stoplog::match
