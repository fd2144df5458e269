#include "dialect/shape_paths.hpp"

#include <algorithm>
#include <map>

namespace stoplog::dialect {
namespace {

class lister {
 public:
  explicit lister(std::span<const shape> table) : table_(table) {}

  // `within`: what an array or object is that this is an unnamed part of; its
  // path says it already if this is the same.
  void walk(shape_id id, const std::string& path, channel within = channel::unknown) {
    // A shape within itself says nothing new.
    if (std::find(above_.begin(), above_.end(), id) != above_.end()) return;
    above_.push_back(id);
    const shape& is = table_[id];
    const bool told = is.opaque.empty() && is.text == within;
    const bool parts_alone = is.elements != 0 && is.elements != id && !is.members.empty() && table_[is.elements].members.data() == is.members.data();
    std::string same_as;
    if (!is.members.empty() && !parts_alone) {
      const auto [first, is_new] = expanded_.emplace(id, path);
      if (!is_new) same_as = first->second;
    }
    if (!told || !same_as.empty()) list_.push_back({path, told ? channel::unknown : is.text, is.opaque, same_as});
    if (same_as.empty()) {
      // A lone part looks like the parts of an array: those are told.
      if (!parts_alone) walk_members(is, path);
      if (is.elements != 0) walk(is.elements, path + "[]", is.text);
      if (is.other != 0) walk(is.other, path + ".{}", is.text);
    }
    above_.pop_back();
  }

  void walk_members(const shape& of, const std::string& path) {
    for (const member_shape& m : of.members) walk(m.shape, path.empty() ? std::string(m.key) : path + '.' + std::string(m.key));
  }

  std::vector<shape_path> take() { return std::move(list_); }

 private:
  std::span<const shape> table_;
  std::vector<shape_id> above_;
  std::map<shape_id, std::string> expanded_;  // where the members of a shape were told first
  std::vector<shape_path> list_;
};

}  // namespace

std::vector<shape_path> list_paths(const shape_root& of) {
  lister l(of.table);
  l.walk(of.root, {});
  return l.take();
}

}  // namespace stoplog::dialect
