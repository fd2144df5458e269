#include "http/capture.hpp"

#include "audit/content.hpp"

#include <utility>

namespace stoplog::http {
namespace {

using level = policy::capture;

bool keeps_texts(level l) noexcept { return l == level::hash || l == level::redacted || l == level::full; }

std::string_view name_of(level l) noexcept {
  switch (l) {
    case level::none: return "none";
    case level::hash: return "hash";
    case level::excerpt: return "excerpt";
    case level::redacted: return "redacted";
    case level::full: return "full";
  }
  return "none";
}

const std::string& kept_of(const guard::transcript::text& t, level l) { return l == level::redacted ? t.released : t.received; }

// Over what is kept: each text with its end, so that two do not make a third.
audit::captured_text describe(const std::optional<guard::transcript>& of, level l, const policy::compiled_policy& by) {
  audit::captured_text made;
  if (!of || of->bytes() == 0) return made;
  std::string all;
  for (const auto& each : of->texts()) {
    all += kept_of(each, l);
    all += '\0';
  }
  made.bytes = of->bytes();
  made.digest = by.fingerprint(all);
  made.clipped = of->clipped();
  return made;
}

}  // namespace

void capture::begin(std::shared_ptr<const policy::compiled_policy> by, const config::content_settings& how) {
  by_ = std::move(by);
  keep_for_ = how.keep_for;
  const auto& asked = by_->source().capture;
  if (!keeps_texts(asked.otherwise) && !keeps_texts(asked.on_match)) return;
  const auto any = [&](auto wanted) { return wanted(asked.otherwise) || wanted(asked.on_match); };
  const bool released = any([](level l) { return l == level::redacted; });
  const bool received = any([](level l) { return l == level::hash || l == level::full; });
  request_.emplace(how.text_bytes, received, released);
  response_.emplace(how.text_bytes, received, released);
}

guard::transcript* capture::of(direction d) noexcept {
  auto& wanted = d == direction::request ? request_ : response_;
  return wanted ? &*wanted : nullptr;
}

void capture::take_excerpts(audit::record& from) {
  if (to_.empty()) return;
  for (audit::finding& f : from.findings) {
    std::string text = std::exchange(f.excerpt, {});
    const auto way = direction_from(f.direction);
    const auto speaker = role_from(f.role);
    const auto part = channel_from(f.channel);
    if (!text.empty() && way && speaker && part) excerpts_.push_back({{*way, *speaker, *part}, f.path, f.rule, std::move(text)});
  }
}

void capture::drop_excerpts(audit::record& from) const {
  if (to_.empty()) return;
  for (audit::finding& f : from.findings) f.excerpt.clear();
}

std::vector<audit::content_text> capture::texts_of(policy::capture mode) const {
  if (mode == level::excerpt) return excerpts_;
  std::vector<audit::content_text> texts;
  for (const auto* all : {&request_, &response_}) {
    if (!*all) continue;
    for (const auto& each : (*all)->texts()) {
      const std::string& text = kept_of(each, mode);
      if (!text.empty()) texts.push_back({each.where, each.path, {}, text});
    }
  }
  return texts;
}

std::string capture::finish(audit::record& into) {
  if (by_ == nullptr) return {};
  const auto& asked = by_->source().capture;
  const bool matched = !into.findings.empty() || into.findings_dropped != 0;
  const level mode = matched ? asked.on_match : asked.otherwise;
  if (mode == level::none) return {};
  // Without responders excerpts stand in the findings, as they do in a log that seals nothing.
  if (mode == level::excerpt && (to_.empty() || excerpts_.empty())) return {};
  into.content.mode = name_of(mode);
  if (keeps_texts(mode)) {
    into.content.request = describe(request_, mode, *by_);
    into.content.response = describe(response_, mode, *by_);
  }
  if (mode == level::hash) return {};
  audit::content_head head{into.id, into.at, {}};
  const duration keep = by_->source().audit.keep_content.value_or(keep_for_);
  if (keep != duration::zero()) head.expires = into.at + keep;
  auto sealed = audit::seal_content(head, audit::write_texts(into.id, into.content.mode, texts_of(mode)), to_);
  if (!sealed) {
    into.content.lost = "not_sealed";
    return {};
  }
  into.content.sealed = audit::digest_of(*sealed);
  return std::move(*sealed);
}

}  // namespace stoplog::http
