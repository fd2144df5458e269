// One dialect's documents that use everything its shapes list.
#pragma once

#include "dialect/codec.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace stoplog::support {

// What a marker in each place comes to.
struct expected_fates {
  std::size_t found = 0;               // strings
  std::size_t keys_found = 0;          // a member more in each object
  std::vector<std::string> refused;    // paths
  std::vector<std::string> missed;     // data, noted as opaque
};

struct sample {
  const dialect::codec& codec;
  dialect::request_facts asked;                       // for the stream
  std::string request;                                // empty: it has no body
  std::string answer;
  std::vector<std::string> stream;                    // the events' data, without the terminator
  std::string opaque_in_request;                      // "path kind\n", each
  std::string opaque_in_answer;
  expected_fates request_fates;
  expected_fates answer_fates;
  expected_fates stream_fates;                        // paths with the event's number before them
  bool named = false;                                 // each event's name is its data's `type`
  dialect::shape_id (*event_root)(std::string_view data) = nullptr;  // null: the codec's event_shape
};

}  // namespace stoplog::support
