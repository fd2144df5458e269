// A stream as a client's library reads it: event by event, each with JSON in it.
#pragma once

#include "dialect/sse.hpp"
#include "json/document.hpp"

#include <gtest/gtest.h>

#include <string_view>

namespace stoplog::support {

constexpr std::size_t client_event_bytes = 1 << 20;

// `take` gets the name and the tree of each event that has data; `end` the data that is no JSON but the stream's end ("[DONE]").
template <class Take, class End>
void for_each_client_event(std::string_view bytes, Take&& take, End&& end) {
  dialect::sse_decoder decoder(client_event_bytes);
  decoder.feed(bytes);
  json::reader reader;
  for (;;) {
    const auto event = decoder.next();
    if (!event || *event == nullptr) return;
    if (!(*event)->has_data) continue;
    if (end((*event)->data)) continue;
    const auto read = reader.read((*event)->data);
    EXPECT_TRUE(read) << (*event)->data;
    if (!read) return;
    take((*event)->name, **read);
  }
}

template <class Take>
void for_each_client_event(std::string_view bytes, Take&& take) {
  for_each_client_event(bytes, take, [](std::string_view) { return false; });
}

}  // namespace stoplog::support
