#include "json/writer.hpp"

#include <algorithm>

namespace stoplog::json {
namespace {

struct region {
  std::size_t begin;
  std::size_t end;
};

bool is_space(char c) noexcept { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

// What goes with a member or element. Its comma is the one before it; only a
// child that has no brother left before it takes the one behind it.
region removed(const document& in, const node& n, bool leading) {
  const std::string_view source = in.source();
  region r{n.key_end != 0 ? n.key_begin : n.begin, n.end};
  if (!leading) {
    while (source[--r.begin] != ',') expects(is_space(source[r.begin]), "a comma before a later child");
  } else if (n.next != no_node) {
    const node& next = in[n.next];
    r.end = next.key_end != 0 ? next.key_begin : next.begin;
  }
  return r;
}

}  // namespace

void edits::replace_string(node_id id, std::string_view text) {
  std::string json;
  append_string(json, text);
  list_.push_back({id, edit::what::value, std::move(json)});
}

void edits::replace_key(node_id id, std::string_view key) {
  std::string json;
  append_string(json, key);
  list_.push_back({id, edit::what::key, std::move(json)});
}

void edits::replace_raw(node_id id, std::string json) { list_.push_back({id, edit::what::value, std::move(json)}); }

void edits::remove_member(node_id id) { list_.push_back({id, edit::what::member, {}}); }

bool edits::covers(const document& in, node_id id) const {
  for (; id != no_node; id = in[id].parent) {
    const auto takes_value = [id](const edit& e) { return e.node == id && e.kind != edit::what::key; };
    if (std::any_of(list_.begin(), list_.end(), takes_value)) return true;
  }
  return false;
}

std::string edits::apply(const document& in) const {
  std::vector<const edit*> sorted;
  for (const edit& e : list_) sorted.push_back(&e);
  // Nodes are numbered in document order, and a key stands before its value.
  std::sort(sorted.begin(), sorted.end(), [](const edit* a, const edit* b) {
    return a->node != b->node ? a->node < b->node : a->kind < b->kind;
  });
  std::string out;
  std::size_t done = 0;  // bytes of the source that are copied or passed over
  const node* last_leading = nullptr;
  for (const edit* e : sorted) {
    const node& n = in[e->node];
    region r{n.begin, n.end};
    if (e->kind == edit::what::key) {
      r = {n.key_begin, n.key_end};
    } else if (e->kind == edit::what::member) {
      expects(n.parent != no_node, "the root cannot be removed");
      const bool leading = n.index == 0 || (last_leading != nullptr && last_leading->next == e->node);
      if (leading) last_leading = &n;
      r = removed(in, n, leading);
    }
    expects(r.begin >= done, "a node is edited twice, or within an edited one");
    out.append(in.source(), done, r.begin - done);
    out += e->json;
    done = r.end;
  }
  out.append(in.source(), done);
  return out;
}

}  // namespace stoplog::json
