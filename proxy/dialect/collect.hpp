// Every text of a document, by its shapes, in document order: strings, keys
// that no shape lists, the parts that cannot be read as text, and the members
// that nobody knows.
#pragma once

#include "dialect/codec.hpp"
#include "dialect/shape.hpp"

namespace stoplog::dialect {

// `speaker(node)` tells whose text a value is; it is asked for every value once,
// in document order. Of a request's data (base64) the texts say that it is
// encoded; of an answer's it is left out.
template <class Speaker, class View>
void collect_texts(const json::document& in, std::span<const shape> table, const std::vector<shape_id>& shapes, direction way,
                   Speaker&& speaker, View& into) {
  for (json::node_id id = 0; id < in.size(); ++id) {
    const json::node& n = in[id];
    const shape& is = table[shapes[id]];
    const surface where{way, speaker(id), is.text};
    if (is_free_key(in, id, table, shapes)) {
      into.texts.push_back({id, where, no_lane, true});
      if (is_unknown(in, id, shapes)) into.unknown.push_back(id);
    }
    const bool string = n.kind == json::kind::string;
    const bool data = string && is.data && is_data(n.text);
    if (!is.opaque.empty() && (is.leaf() ? data : n.kind != json::kind::null)) into.opaque.push_back({id, is.opaque});
    if (string && !n.text.empty() && (!data || way == direction::request)) into.texts.push_back({id, where, no_lane, false, data});
  }
}

}  // namespace stoplog::dialect
