// A table of shapes as a list of paths: what `stoplog coverage` tells.
#pragma once

#include "dialect/shape.hpp"

#include <string>
#include <vector>

namespace stoplog::dialect {

struct shape_path {
  std::string path;              // messages[].content[].text; its elements, and members of any name, are the same unless listed
  stoplog::channel text;         // what a string there is
  std::string_view opaque;       // the kind, where a part cannot be read as text; otherwise empty
  std::string same_as;           // the path that has the same members and tells them; mostly empty
};

// Every place that the table names, in its order; not those where a string
// would be `unknown`, as it is everywhere that is not listed.
std::vector<shape_path> list_paths(const shape_root& of);

}  // namespace stoplog::dialect
