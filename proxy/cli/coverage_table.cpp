#include "cli/coverage_table.hpp"

#include "dialect/endpoint.hpp"
#include "dialect/opaque_kinds.hpp"
#include "dialect/shape_paths.hpp"
#include "json/writer.hpp"

#include <algorithm>
#include <vector>

namespace stoplog::cli {
namespace {

// Everything of one kind of document that goes by one name: a channel, a kind of
// opaque part, or a place that has the same members.
enum class told : std::uint8_t { channel, opaque, same_as };

struct group {
  std::string name;
  told as;
  std::vector<std::string> paths;
};

struct document {
  std::string_view name;  // request, answer, streamed event
  std::vector<group> groups;
};

constexpr std::string_view elsewhere = "every other string, and the name of every member that is not listed";

void add(std::vector<group>& groups, std::string_view name, told as, const std::string& path) {
  auto at = std::find_if(groups.begin(), groups.end(), [&](const group& g) { return g.name == name && g.as == as; });
  if (at == groups.end()) at = groups.insert(groups.end(), {std::string(name), as, {}});
  if (std::find(at->paths.begin(), at->paths.end(), path) == at->paths.end()) at->paths.push_back(path);
}

std::vector<group> groups_of(const dialect::shape_root& root) {
  std::vector<group> groups;
  const auto paths = dialect::list_paths(root);
  for (int c = 0; c < channel_count; ++c) {
    for (const auto& each : paths) {
      if (each.text == static_cast<channel>(c) && each.text != channel::unknown) add(groups, to_string(each.text), told::channel, each.path);
    }
  }
  for (const auto& each : paths) {
    if (!each.opaque.empty()) add(groups, each.opaque, told::opaque, each.path);
  }
  for (const auto& each : paths) {
    if (!each.same_as.empty()) add(groups, each.same_as, told::same_as, each.path);
  }
  return groups;
}

bool same(const dialect::shape_root& a, const dialect::shape_root& b) {
  return a.table.data() == b.table.data() && a.root == b.root;
}

std::vector<document> documents_of(const dialect::endpoint& of) {
  std::vector<document> list;
  if (of.scans == nullptr) return list;
  if (of.method == "POST") list.push_back({"request", groups_of(of.scans->request_shape())});
  list.push_back({"answer", groups_of(of.scans->answer_shape())});
  // Events that look like answers are told with them.
  const bool own_events = of.scans->streams() && !same(of.scans->event_shape(), of.scans->answer_shape());
  if (own_events) list.push_back({"event", groups_of(of.scans->event_shape())});
  return list;
}

std::string_view prefix(told as) {
  switch (as) {
    case told::channel: return "";
    case told::opaque: return "opaque: ";
    case told::same_as: return "as in ";
  }
  return "";
}

std::string path_of(const dialect::endpoint& of) { return "/v1" + std::string(of.path); }

std::string how_scanned(const dialect::endpoint& of) {
  if (of.scans == nullptr) return "forwarded: no text of a person or a model";
  std::string how = of.method == "POST" ? "request and answer" : "answer";
  if (of.scans->streams()) how += ", whole and streamed";
  return how;
}

std::string joined(const std::vector<std::string>& parts, std::string_view between, std::string_view around = {}) {
  std::string out;
  for (const std::string& each : parts) {
    out += out.empty() ? "" : between;
    out += around;
    out += each;
    out += around;
  }
  return out;
}

// Endpoints that one codec reads.
std::string headings_of(const dialect::codec* codec) {
  std::vector<std::string> names;
  for (const dialect::endpoint& e : dialect::endpoints()) {
    if (e.scans == codec) names.push_back(std::string(e.method) + ' ' + path_of(e));
  }
  return joined(names, ", ");
}

std::string queries(const dialect::endpoint& of) {
  std::vector<std::string> names(of.query.begin(), of.query.end());
  return joined(names, ", ");
}

}  // namespace

std::string coverage_text() {
  std::string out;
  for (const dialect::endpoint& e : dialect::endpoints()) {
    out += std::string(e.method) + ' ' + path_of(e) + "  (" + std::string(e.name) + ")  " + how_scanned(e) + '\n';
    for (const document& d : documents_of(e)) {
      for (const group& g : d.groups) {
        out += "  " + std::string(d.name) + "  " + std::string(prefix(g.as)) + g.name + ":  " + joined(g.paths, "  ") + '\n';
      }
      out += "  " + std::string(d.name) + "  unknown:  " + std::string(elsewhere) + '\n';
    }
  }
  out += "anything else  refused with 404\nkinds of opaque parts; a policy lets them pass or refuses them (defaults.opaque)\n";
  for (const auto& kind : dialect::opaque_kinds()) out += "  " + std::string(kind.name) + ":  " + std::string(kind.about) + '\n';
  return out;
}

std::string coverage_json() {
  json::writer w;
  w.begin_object().key("endpoints").begin_array();
  for (const dialect::endpoint& e : dialect::endpoints()) {
    w.begin_object().member("method", e.method).member("path", path_of(e)).member("name", e.name);
    w.member("scanned", e.scans != nullptr).member("streams", e.scans != nullptr && e.scans->streams());
    w.key("query").begin_array();
    for (const std::string_view name : e.query) w.string(name);
    w.end_array();
    for (const document& d : documents_of(e)) {
      w.key(d.name).begin_object();
      for (const told as : {told::channel, told::opaque, told::same_as}) {
        w.key(as == told::opaque ? "opaque" : as == told::channel ? "channels" : "same_as").begin_object();
        for (const group& g : d.groups) {
          if (g.as != as) continue;
          w.key(g.name).begin_array();
          for (const std::string& path : g.paths) w.string(path);
          w.end_array();
        }
        w.end_object();
      }
      w.member("elsewhere", to_string(channel::unknown)).end_object();
    }
    w.end_object();
  }
  w.end_array().member("anything_else", "refused with 404").key("opaque_kinds").begin_object();
  for (const auto& kind : dialect::opaque_kinds()) w.member(kind.name, kind.about);
  w.end_object().end_object();
  return w.take() + '\n';
}

std::string coverage_markdown() {
  std::string out =
      "# Coverage\n\n"
      "What is scanned, endpoint by endpoint. Made by `stoplog coverage -o markdown` from the tables that the proxy reads by; a test "
      "holds this page against them.\n\n"
      "- **Scanned**: every string goes through the policy under the channel that is named; rules are scoped by channels. What is not "
      "listed is scanned as `unknown`: members of later versions of an API, and their names. A policy may refuse them, and events that are not known: `defaults.unknown`.\n"
      "- **Opaque**: a part that cannot be read as text. It is recorded as opaque, with its path, and `x-stoplog-coverage` says so. "
      "Text that is sent as base64 is decoded and scanned. A policy may refuse all of them, or single kinds: `defaults.opaque`.\n"
      "- **Refused**: any endpoint that is not in this table gets 404, so that no other door to the model is open by accident.\n"
      "- **Parts**: each place is judged by itself. The parts of one message, the messages of one answer, and the summaries of one reasoning are judged as the one text that their reader makes of them, too; in a stream a part has gone out by the time that the next one comes.\n\n"
      "A path names a value, with the elements of an array there; `[]` is every element, `{}` a member of any name. *As in* another path: with the same members.\n\n"
      "| endpoint | name in records | scanned | query |\n|---|---|---|---|\n";
  for (const dialect::endpoint& e : dialect::endpoints()) {
    out += "| `" + std::string(e.method) + ' ' + path_of(e) + "` | `" + std::string(e.name) + "` | " + how_scanned(e) + " | " +
           (e.query.empty() ? "none" : queries(e)) + " |\n";
  }
  out += "| anything else | | refused with 404 | |\n\n| kind of opaque part | what it is |\n|---|---|\n";
  for (const auto& kind : dialect::opaque_kinds()) out += "| `" + std::string(kind.name) + "` | " + std::string(kind.about) + " |\n";
  std::vector<const dialect::codec*> done;
  for (const dialect::endpoint& e : dialect::endpoints()) {
    const auto documents = documents_of(e);
    if (documents.empty() || std::find(done.begin(), done.end(), e.scans) != done.end()) continue;
    done.push_back(e.scans);
    out += "\n## " + headings_of(e.scans) + "\n\n| in the | channel | where |\n|---|---|---|\n";
    for (const document& d : documents) {
      for (const group& g : d.groups) {
        out += "| " + std::string(d.name) + " | " + std::string(prefix(g.as)) + '`' + g.name + "` | " + joined(g.paths, ", ", "`") + " |\n";
      }
      out += "| " + std::string(d.name) + " | `unknown` | " + std::string(elsewhere) + " |\n";
    }
  }
  return out;
}

}  // namespace stoplog::cli
