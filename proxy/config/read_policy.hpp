// The parts of a policy's reader.
#pragma once

#include "config/descriptor.hpp"
#include "policy/policy.hpp"

#include <string>
#include <utility>
#include <vector>

namespace stoplog::config {

void read_selector_list(const node& n, policy::policy& into, reading& in);
void read_defaults(const node& n, policy::policy& into, reading& in);
void read_capture(const node& n, policy::policy& into, reading& in);
void read_audit(const node& n, policy::policy& into, reading& in);
void read_uses(const node& n, policy::policy& into, reading& in);
void read_overrides(const node& n, policy::policy& into, reading& in);
void read_exceptions(const node& n, policy::policy& into, reading& in);

// Notes where each single value of a group of keys stands.
void note_places(const node& n, const std::string& prefix, policy::policy& into, const reading& in);

// Each entry keeps its place, for the problems that only compiling finds. Those
// with an error are left out.
template <class T, std::size_t N, class Check>
void read_placed(const node& n, std::vector<T>& into, const key<T> (&keys)[N], reading& in, Check check) {
  if (!is_list(n, in)) return;
  for (const node& item : n.items) {
    T entry;
    entry.place = in.place(item);
    const std::size_t errors = in.errors();
    read_object(item, entry, keys, in);
    if (in.errors() == errors) check(item, entry, in);
    if (in.errors() == errors) into.push_back(std::move(entry));
  }
}

template <class T, std::size_t N>
void read_placed(const node& n, std::vector<T>& into, const key<T> (&keys)[N], reading& in) {
  read_placed(n, into, keys, in, [](const node&, const T&, reading&) {});
}

}  // namespace stoplog::config
