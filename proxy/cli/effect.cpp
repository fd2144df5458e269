#include "cli/effect.hpp"

#include "dialect/endpoint.hpp"
#include "guard/conversation_name.hpp"
#include "guard/request_guard.hpp"
#include "json/document.hpp"
#include "json/writer.hpp"

#include <istream>
#include <optional>

namespace stoplog::cli {
namespace {

// Stands for the model in requests that are made of a text.
constexpr std::string_view no_model = "-";

const dialect::codec& chat_codec() {
  bool path_known = false;
  const auto* chat = dialect::find_endpoint("POST", "/chat/completions", path_known);
  expects(chat != nullptr && chat->scans != nullptr, "no endpoint for chat completions");
  return *chat->scans;
}

std::optional<judged> judged_of(const policy::decision& d, const policy::compiled_policy& by) {
  return judged{d.verdict, d.rule ? by.rules()[*d.rule].id : ""};
}

// As the proxy would judge the request; nothing if it would not come to that.
std::optional<judged> judge_request(const policy::policy_set& all, policy::subject who, const std::string& body) {
  guard::request_guard guard(chat_codec(), limits{});
  const auto facts = guard.read(body);
  if (!facts) return std::nullopt;
  if (who.model.empty() && facts->model != no_model) who.model = facts->model;
  who.dialect = chat_codec().name();
  who.conversation = guard::conversation_of(*facts, who, all).pseudonym;
  const auto policy = policy::applied(all.select(who), who, wall_now());
  if (policy == nullptr) return std::nullopt;
  const auto outcome = guard.inspect(policy);
  if (!outcome) return std::nullopt;
  return judged_of(outcome->report.decision, *policy);
}

struct line_of_traffic {
  std::string body, text, label;
};

std::string string_of(const json::document& d, std::string_view name) {
  const auto id = d.find(json::document::root, name);
  return id != json::no_node && d[id].kind == json::kind::string ? std::string(d[id].text) : std::string();
}

std::string request_with(std::string_view text) {
  json::writer out;
  out.begin_object().member("model", no_model).key("messages").begin_array();
  out.begin_object().member("role", "user").member("content", text).end_object();
  return out.end_array().end_object().take();
}

std::optional<line_of_traffic> read_line(json::reader& reader, const std::string& line) {
  const auto read = reader.read(line);
  if (!read) return std::nullopt;
  const json::document& d = **read;
  if (d.find(json::document::root, "messages") != json::no_node) return line_of_traffic{line, line, ""};
  const auto text = d.find(json::document::root, "text");
  if (text == json::no_node || d[text].kind != json::kind::string) return std::nullopt;
  return line_of_traffic{request_with(d[text].text), std::string(d[text].text), string_of(d, "label")};
}

}  // namespace

std::string effect::add_lines(std::istream& in, const std::string& name) {
  json::reader reader;
  std::size_t number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    const auto one = read_line(reader, line);
    if (!one) return name + ':' + std::to_string(number) + ": neither a chat request nor a JSON object with text";
    const auto before = judge_request(*before_, who_, one->body), after = judge_request(*after_, who_, one->body);
    if (before && after) {
      add(*before, *after, "line " + std::to_string(number), one->text, one->label);
    } else {
      ++skipped_;
    }
  }
  return texts_ + skipped_ == 0 ? name + ": there is nothing in it" : "";
}

void effect::add_record(const audit::record& r, const std::vector<sealed_text>& kept, policy::canaries how) {
  const policy::subject who = subject_of(r);
  const auto now = wall_now();
  const auto before = policy::applied(before_->select(who), who, now, how), after = policy::applied(after_->select(who), who, now, how);
  for (const sealed_text& each : kept) {
    const auto was = before == nullptr ? std::nullopt : judge_text(*before, each.where, each.text);
    const auto is = after == nullptr ? std::nullopt : judge_text(*after, each.where, each.text);
    if (was && is) {
      add(*was, *is, "record " + r.id, each.text, "");
    } else {
      ++skipped_;
    }
  }
}

void effect::add(const judged& before, const judged& after, std::string where, std::string text, const std::string& label) {
  ++texts_;
  ++counts_[static_cast<std::size_t>(before.verdict)][static_cast<std::size_t>(after.verdict)];
  const bool blocked = before.verdict != verdict::block && after.verdict == verdict::block;
  const bool allowed = before.verdict == verdict::block && after.verdict != verdict::block;
  if (blocked) ++blocked_by_[after.rule];
  if (blocked && !label.empty()) ++blocked_of_label_[label];
  if (allowed) ++allowed_by_[before.rule];
  if ((!blocked && !allowed) || examples_of_[blocked ? 0 : 1]++ >= examples_max) return;
  examples_.push_back({std::move(where), before, after, std::move(text)});
}

}  // namespace stoplog::cli
