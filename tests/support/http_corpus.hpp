// The messages of tests/cases/http: its files say how they are written.
#pragma once

#include "json/document.hpp"
#include "support/byte_text.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace stoplog::support {

struct http_case {
  std::string name;    // group: name
  std::string bytes;
  std::string by;      // empty: the reader; otherwise "exchange 404" or "reader 431"
};

struct http_corpus {
  std::vector<http_case> good;
  std::vector<http_case> bad;
};

// `file`: requests.json or responses.json.
inline http_corpus read_http_corpus(const std::string& file) {
  const std::string source = read_cases("http/" + file);
  json::reader reader;
  const auto read = reader.read(source);
  EXPECT_TRUE(read.has_value()) << file;
  http_corpus corpus;
  if (!read) return corpus;
  const json::document& d = **read;
  byte_pieces pieces;
  for (auto at = d[d.find(0, "pieces")].first_child; at != json::no_node; at = d[at].next) {
    pieces.emplace(d[at].key, one_byte_each(d[at].text));
  }
  // [name, bytes] or [name, source, bytes, by]
  const auto row = [&](json::node_id id, const std::string& group) {
    std::vector<std::string> cells;
    for (auto at = d[id].first_child; at != json::no_node; at = d[at].next) cells.push_back(one_byte_each(d[at].text));
    const bool good = cells.size() == 2;
    return http_case{group + ": " + cells[0], expand(cells[good ? 1 : 2], pieces), cells.size() > 3 ? cells[3] : std::string()};
  };
  for (auto at = d[d.find(0, "good")].first_child; at != json::no_node; at = d[at].next) corpus.good.push_back(row(at, "good"));
  for (auto group = d[d.find(0, "cases")].first_child; group != json::no_node; group = d[group].next) {
    for (auto at = d[group].first_child; at != json::no_node; at = d[at].next) corpus.bad.push_back(row(at, std::string(d[group].key)));
  }
  return corpus;
}

}  // namespace stoplog::support
