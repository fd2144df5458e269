#include "dialect/shape_paths.hpp"

#include <algorithm>

namespace stoplog::dialect {
namespace {

class lister {
 public:
  explicit lister(std::span<const shape> table) : table_(table) {}

  void walk(shape_id id, const std::string& path) {
    // A shape within itself says nothing new.
    if (std::find(above_.begin(), above_.end(), id) != above_.end()) return;
    above_.push_back(id);
    const shape& is = table_[id];
    const bool tree = is.members.empty() && is.other == id && is.elements == id;
    if (is.text != channel::unknown || !is.opaque.empty()) list_.push_back({path, is.text, is.opaque});
    for (const member_shape& m : is.members) walk(m.shape, path.empty() ? std::string(m.key) : path + '.' + std::string(m.key));
    if (!tree) {
      if (is.elements != 0) walk(is.elements, path + "[]");
      if (is.other != 0) walk(is.other, path + ".{}");
    }
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
