#include "dialect/shape_paths.hpp"

#include <algorithm>

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
    if (!told) list_.push_back({path, is.text, is.opaque});
    for (const member_shape& m : is.members) walk(m.shape, path.empty() ? std::string(m.key) : path + '.' + std::string(m.key));
    if (is.elements != 0) walk(is.elements, path + "[]", is.text);
    if (is.other != 0) walk(is.other, path + ".{}", is.text);
    above_.pop_back();
  }

  std::vector<shape_path> take() { return std::move(list_); }

 private:
  std::span<const shape> table_;
  std::vector<shape_id> above_;
  std::vector<shape_path> list_;
};

}  // namespace

std::vector<shape_path> list_paths(const shape_root& of) {
  lister l(of.table);
  l.walk(of.root, {});
  return l.take();
}

}  // namespace stoplog::dialect
