// Members that the bodies of several endpoints have in common.
#pragma once

#include "dialect/codec.hpp"

#include <string>
#include <string_view>

namespace stoplog::dialect::openai {

error wrong(std::string what);  // malformed_request

// The member; no_node if it is absent or null, which is as good as absent.
json::node_id present(const json::document& d, json::node_id object, std::string_view key);

// False if it is not there. Errors: malformed_request for anything but true and false.
result<bool> read_flag(const json::document& d, json::node_id object, std::string_view key);

// `model`, `stream` and stream_options.include_usage. Errors: malformed_request.
result<request_facts> read_common_facts(const json::document& d);

// `n`: 1 to 128, and 1 if it is absent. Errors: malformed_request.
result<std::uint32_t> read_n(const json::document& d);

// The root's string member; empty if it has none.
std::string word(const json::document& d, std::string_view key);

// Notes the arrays of shape `in` that hold numbers: token ids in a text's place.
void note_token_ids(const json::document& d, const std::vector<shape_id>& shapes, shape_id in, std::vector<opaque_part>& opaque);

// Adds up what the texts hold, data not counted.
std::uint64_t bytes_of(const json::document& d, const std::vector<text_field>& texts);

}  // namespace stoplog::dialect::openai
