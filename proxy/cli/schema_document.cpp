#include "cli/schema_document.hpp"

#include "base/error.hpp"
#include "json/writer.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace stoplog::cli {
namespace {

using config::key_reference;
using config::object_reference;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// ---- phrases: what a key's type says

// "off, shadow or enforce" and "a, b, c": single words, else nothing.
std::optional<std::vector<std::string_view>> words_in(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const std::size_t comma = text.find(", "), either = text.find(" or ");
    const std::size_t end = std::min({comma, either, text.size()});
    words.push_back(text.substr(0, end));
    text.remove_prefix(std::min(text.size(), end + (either < comma ? 4U : 2U)));
  }
  const bool single = std::all_of(words.begin(), words.end(), [](std::string_view w) {
    return !w.empty() && w.find_first_not_of("abcdefghijklmnopqrstuvwxyz_0123456789") == std::string_view::npos;
  });
  return single ? std::optional(words) : std::nullopt;
}

bool is_number(std::string_view word) { return std::all_of(word.begin(), word.end(), is_digit); }

std::int64_t number_in(std::string_view digits) {
  std::int64_t value = 0;
  const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  expects(code == std::errc{} && end == digits.data() + digits.size(), "a key's type names no number");
  return value;
}

// A word of digits is a number to YAML.
void add_enum(json::writer& to, const std::vector<std::string_view>& words) {
  to.key("enum").begin_array();
  for (const auto w : words) {
    to.string(w);
    if (is_number(w)) to.number(number_in(w));
  }
  to.end_array();
}

struct text_type {
  std::string_view phrase;
  std::string_view pattern;  // may be empty
};

constexpr std::string_view name_pattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$";
constexpr std::string_view version_pattern = R"(^(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)$)";

constexpr text_type text_types[] = {
    {"text", "[^ \\t\\n]"},
    {"one line", "^[^\\t\\n]{1,200}$"},
    {"a pattern", "^[^\\n]+$"},
    {"a name", name_pattern},
    {"a rule's id", name_pattern},
    {"an upstream's name", name_pattern},
    {"a list's name", ""},
    {"a version", version_pattern},
    {"luhn, iban or entropy>3.5", R"(^(luhn|iban|entropy>[0-7](\.[0-9])?)$)"},
    {"1.4.0, ~1.4 or ^1", R"(^[~^]?[0-9]+(\.[0-9]+){0,2}$)"},
    {"words joined by dots", R"(^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$)"},
    {"a duration", "^(0|[1-9][0-9]*)(ms|s|m|h|d)$"},
    {"a size", "^(0|[1-9][0-9]*)(B|KiB|MiB|GiB)$"},
    {"a policy to extend", R"(^[A-Za-z0-9][A-Za-z0-9._-]{0,63}(@[~^]?[0-9]+(\.[0-9]+){0,2})?$)"},
    {"a date", "^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)?$"},
    {"a path", ""},
    {"a method and a path", "^(GET|POST) /"},
    {"a URL", ""},
    {"an address", ""},
    {"a host name", ""},
    {"a secret", ""},
    {"sha256:<64 digits>", R"(^sha256:[0-9a-f]{64}$|\$\{)"},
};

// Plain digits and words like true are texts to the loader wherever it asks for
// a text, and something else to a reader of YAML.
void add_text(json::writer& to, std::string_view pattern) {
  to.key("type").begin_array().string("string").string("number").string("boolean").end_array();
  if (!pattern.empty()) to.member("pattern", pattern);
}

bool add_text_type(json::writer& to, std::string_view phrase) {
  for (const auto& known : text_types) {
    const bool here = phrase == known.phrase || phrase.starts_with(std::string(known.phrase) + ", ");
    if (!here) continue;
    add_text(to, known.pattern);
    return true;
  }
  return false;
}

// "a number, 1 to 4"
void add_number(json::writer& to, std::string_view type, std::string_view range) {
  const std::size_t middle = range.find(" to ");
  expects(middle != std::string_view::npos, "a key's type has no range");
  to.member("type", type);
  to.member("minimum", number_in(range.substr(0, middle))).member("maximum", number_in(range.substr(middle + 4)));
}

// A fragment of a URI has no spaces.
std::string definition_name(std::string_view object) {
  std::string name(object);
  std::replace(name.begin(), name.end(), ' ', '_');
  return name;
}

void add_reference(json::writer& to, std::string_view object) {
  to.begin_object().member("$ref", "#/$defs/" + definition_name(object)).end_object();
}

// "a list: request, response", "a list of lines", "a list of groups: ..."
void add_list(json::writer& to, std::string_view phrase, std::string_view holds) {
  to.member("type", "array").member("minItems", std::int64_t{1}).key("items");
  if (!holds.empty()) return add_reference(to, holds);
  to.begin_object();
  constexpr std::string_view named = "a list: ";
  if (phrase.starts_with(named)) {
    add_enum(to, words_in(phrase.substr(named.size())).value());
    to.end_object().member("uniqueItems", true);
    return;
  }
  add_text(to, phrase == "a list of routes" || phrase == "a list of rules' ids" ? name_pattern : std::string_view{});
  to.end_object();
}

void add_lists(json::writer& to, std::string_view holds) {
  to.member("type", "object").key("additionalProperties").begin_object().key("anyOf").begin_array();
  to.begin_object();
  add_list(to, "a list of lines", {});
  to.end_object();
  add_reference(to, holds);
  to.end_array().end_object();
}

void add_fragments(json::writer& to) {
  to.member("type", "object").key("propertyNames").begin_object().member("pattern", "^[a-z0-9_]+$").end_object();
  to.key("additionalProperties").begin_object();
  add_text(to, "^[^\\n]+$");
  to.end_object();
}

// What stands for some categories each.
void add_by_category(json::writer& to, std::string_view phrase) {
  to.member("type", "object").member("minProperties", std::int64_t{1});
  to.key("propertyNames").begin_object().member("pattern", "^[a-z0-9_.]*[*]?$").end_object();
  to.key("additionalProperties").begin_object();
  if (phrase.starts_with("block or allow")) {
    add_enum(to, {"block", "allow"});
    to.end_object().key("required").begin_array().string("default").end_array();
    return;
  }
  add_text(to, "[^ \\t\\n]");
  to.end_object();
}

// The one place that reads the phrases; one that it does not know is a bug.
void add_type(json::writer& to, std::string_view phrase, std::string_view holds) {
  constexpr std::string_view number = "a number, ", fraction = "a fraction, ", automatic = "auto or a number, ";
  if (phrase == "names of lists") return add_lists(to, holds);
  if (phrase == "names of fragments") return add_fragments(to);
  if (phrase.ends_with(" by category")) return add_by_category(to, phrase);
  if (const std::size_t or_group = phrase.find(", or "); or_group != std::string_view::npos && !holds.empty()) {
    to.key("anyOf").begin_array().begin_object();
    add_enum(to, words_in(phrase.substr(0, or_group)).value());
    to.end_object();
    add_reference(to, holds);
    to.end_array();
    return;
  }
  if (phrase.starts_with("keys")) {
    expects(!holds.empty(), "a group of keys that no table describes");
    to.member("$ref", "#/$defs/" + definition_name(holds));
  } else if (phrase.starts_with("a list:") || phrase.starts_with("a list of ")) {
    add_list(to, phrase, holds);
  } else if (phrase.starts_with(number)) {
    add_number(to, "integer", phrase.substr(number.size()));
  } else if (phrase.starts_with(fraction)) {
    add_number(to, "number", phrase.substr(fraction.size()));
  } else if (phrase.starts_with(automatic)) {
    to.key("anyOf").begin_array().begin_object().member("const", "auto").end_object().begin_object();
    add_number(to, "integer", phrase.substr(automatic.size()));
    to.end_object().end_array();
  } else if (phrase == "true or false") {
    to.member("type", "boolean");
  } else if (phrase == "stoplog/v1" || phrase == "RulePack" || phrase == "Policy" || phrase == "Settings") {
    to.member("const", phrase);
  } else if (!add_text_type(to, phrase)) {
    const auto words = words_in(phrase);
    expects(words.has_value(), "a key's type is none of the known phrases");
    add_enum(to, *words);
  }
}

// ---- objects

void add_object(json::writer& to, const object_reference& object) {
  to.member("type", "object").member("additionalProperties", false).key("required").begin_array();
  for (const auto& k : object.keys) {
    if (k.required) to.string(k.name);
  }
  to.end_array().key("properties").begin_object();
  for (const auto& k : object.keys) {
    if (!k.supported) continue;
    to.key(k.name).begin_object().member("description", k.about);
    add_type(to, k.type, k.holds);
    to.end_object();
  }
  to.end_object();
}

// Two spaces a level; an array without objects and an empty one stay on a line.
std::string indented(std::string_view json) {
  std::string out;
  std::size_t level = 0;
  const auto line = [&] { out += '\n' + std::string(2 * level, ' '); };
  for (std::size_t at = 0; at < json.size(); ++at) {
    const char c = json[at];
    if (c == '"') {
      std::size_t end = at + 1;
      while (json[end] != '"') end += json[end] == '\\' ? 2 : 1;
      out += json.substr(at, end - at + 1);
      at = end;
    } else if (c == '[' && json.substr(at, json.find(']', at) - at).find('{') == std::string_view::npos) {
      const std::size_t end = json.find(']', at);
      out += json.substr(at, end - at + 1);
      at = end;
    } else if (c == '{' || c == '[') {
      out += c;
      ++level;
      line();
    } else if (c == '}' || c == ']') {
      --level;
      line();
      out += c;
    } else {
      out += c;
      if (c == ',') line();
      if (c == ':') out += ' ';
    }
  }
  return out + '\n';
}

void append(std::vector<object_reference>& all, std::vector<object_reference> more) {
  std::move(more.begin(), more.end(), std::back_inserter(all));
}

}  // namespace

std::vector<object_reference> objects_of(std::string_view kind) {
  if (kind == "policy") return config::policy_reference();
  if (kind == "settings") return config::settings_reference();
  expects(kind == "pack", "a kind of file that does not exist");
  auto all = config::pack_reference();
  append(all, config::list_reference());
  append(all, config::rule_reference());
  append(all, config::scope_reference());
  append(all, config::match_reference());
  return all;
}

std::string schema_document(std::string_view kind) {
  const auto objects = objects_of(kind);
  json::writer to;
  to.begin_object().member("$schema", "https://json-schema.org/draft/2020-12/schema");
  to.member("title", "stoplog " + std::string(kind));
  add_object(to, objects.front());
  to.key("$defs").begin_object();
  for (std::size_t i = 1; i < objects.size(); ++i) {
    to.key(definition_name(objects[i].name)).begin_object();
    add_object(to, objects[i]);
    to.end_object();
  }
  to.end_object().end_object();
  return indented(to.take());
}

}  // namespace stoplog::cli
