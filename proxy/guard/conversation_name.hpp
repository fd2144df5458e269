// Which conversation a request is part of, as records tell it and canaries are
// drawn by it.
#pragma once

#include "dialect/codec.hpp"
#include "policy/compiled.hpp"

#include <string>

namespace stoplog::guard {

struct conversation {
  std::string pseudonym;  // empty: nothing tells which it is
  bool derived = false;   // from how it begins: it has no name
};

// `who`: team and key. Of conversations without a name two keys have two, even
// if they begin alike.
conversation conversation_of(const dialect::request_facts& from, const policy::subject& who, const policy::policy_set& by);

}  // namespace stoplog::guard
