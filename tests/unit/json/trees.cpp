#include "trees.hpp"

#include <nlohmann/json.hpp>
#include <rapidjson/document.h>

#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cstdio>
#include <cstdlib>
#include <fstream>

namespace stoplog::json::trees {
namespace {

std::string number(double value) {
  if (value == 0) value = 0;  // minus zero is zero: some read it as an integer
  char text[20];
  std::snprintf(text, sizeof text, "#%016llx", static_cast<unsigned long long>(std::bit_cast<std::uint64_t>(value)));
  return text;
}

std::string joined(const std::vector<std::string>& parts, char open, char close) {
  std::string out(1, open);
  for (const std::string& each : parts) out += (out.size() == 1 ? "" : ",") + each;
  return out + close;
}

std::string object(std::vector<std::pair<std::string, std::string>> members) {
  std::sort(members.begin(), members.end());
  std::vector<std::string> parts;
  for (const auto& [name, value] : members) parts.push_back(name + ':' + value);
  return joined(parts, '{', '}');
}

std::string print(const document& d, node_id id) {
  std::vector<std::string> elements;
  std::vector<std::pair<std::string, std::string>> members;
  switch (d[id].kind) {
    case kind::null: return "n";
    case kind::boolean: return d[id].text == "true" ? "t" : "f";
    case kind::number: return number(std::strtod(std::string(d[id].text).c_str(), nullptr));
    case kind::string: return '"' + hex(d[id].text);
    case kind::array:
      for (node_id at = d[id].first_child; at != no_node; at = d[at].next) elements.push_back(print(d, at));
      return joined(elements, '[', ']');
    case kind::object:
      for (node_id at = d[id].first_child; at != no_node; at = d[at].next) members.emplace_back(hex(d[at].key), print(d, at));
      return object(std::move(members));
  }
  return {};
}

std::string print(const nlohmann::json& v) {
  std::vector<std::string> elements;
  std::vector<std::pair<std::string, std::string>> members;
  if (v.is_null()) return "n";
  if (v.is_boolean()) return v.get<bool>() ? "t" : "f";
  if (v.is_number()) return number(v.get<double>());
  if (v.is_string()) return '"' + hex(v.get_ref<const std::string&>());
  if (v.is_array()) {
    for (const auto& each : v) elements.push_back(print(each));
    return joined(elements, '[', ']');
  }
  for (const auto& [name, value] : v.items()) members.emplace_back(hex(name), print(value));
  return object(std::move(members));
}

std::string print(const rapidjson::Value& v) {
  const auto text = [](const rapidjson::Value& s) { return hex({s.GetString(), s.GetStringLength()}); };
  std::vector<std::string> elements;
  std::vector<std::pair<std::string, std::string>> members;
  if (v.IsNull()) return "n";
  if (v.IsBool()) return v.GetBool() ? "t" : "f";
  if (v.IsNumber()) return number(v.GetDouble());
  if (v.IsString()) return '"' + text(v);
  if (v.IsArray()) {
    for (const auto& each : v.GetArray()) elements.push_back(print(each));
    return joined(elements, '[', ']');
  }
  for (const auto& each : v.GetObject()) {
    const auto& found = v.FindMember(each.name)->value;  // as a program looks it up
    if (&found == &each.value) members.emplace_back(text(each.name), print(each.value));
  }
  return object(std::move(members));
}

}  // namespace

std::string hex(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    constexpr char digits[] = "0123456789abcdef";
    out += digits[static_cast<unsigned char>(c) >> 4U];
    out += digits[static_cast<unsigned char>(c) & 15U];
  }
  return out;
}

std::string ours(std::string_view text) {
  reader r;
  const auto read = r.read(text);
  return read ? print(**read, document::root) : refused;
}

std::string last_wins(std::string_view text) {
  const auto value = nlohmann::json::parse(text, nullptr, false);
  return value.is_discarded() ? refused : print(value);
}

std::string first_wins(std::string_view text) {
  rapidjson::Document value;
  value.Parse<rapidjson::kParseFullPrecisionFlag | rapidjson::kParseValidateEncodingFlag | rapidjson::kParseIterativeFlag>(text.data(), text.size());
  return value.HasParseError() ? refused : print(value);
}

std::vector<std::string> of_program(const std::string& command, const std::vector<std::string>& texts) {
  const std::string file = "/tmp/stoplog-json-trees-" + std::to_string(getpid());
  {
    std::ofstream out(file);
    for (const std::string& text : texts) out << hex(text) << '\n';
  }
  std::vector<std::string> lines;
  FILE* said = popen((command + " < " + file).c_str(), "r");
  char* line = nullptr;
  std::size_t room = 0;
  for (ssize_t n = 0; said != nullptr && (n = getline(&line, &room, said)) > 0;) {
    lines.emplace_back(line, static_cast<std::size_t>(n) - (line[n - 1] == '\n' ? 1 : 0));
  }
  std::free(line);
  if (said != nullptr) pclose(said);
  std::remove(file.c_str());
  return lines;
}

}  // namespace stoplog::json::trees
