// A list of host names, up to a million, in which a text's hosts are looked up.
// A host is on it if it or a domain above it is: evil.example on the list takes
// x.evil.example and not notevil.example.
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace stoplog::match {

class host_list {
 public:
  static constexpr std::size_t host_bytes_max = 1000;  // folded

  // Folded as texts are (text/fold.hpp), without a dot at the end. False: it is
  // on the list already. Empty and overlong ones are ignored.
  bool add(std::string_view host);

  std::size_t size() const noexcept { return places_.size(); }
  std::uint32_t code_points_max() const noexcept { return code_points_max_; }
  std::uint32_t code_points_min() const noexcept { return code_points_min_; }
  const std::bitset<256>& bytes() const noexcept { return used_; }        // of any host
  const std::bitset<256>& first_bytes() const noexcept { return first_; }
  bool contains(std::string_view folded) const noexcept;

  // Where the host ends that begins at `at` of a folded text, a dot after it
  // included, if it is on the list and ends at or before `limit`. Takes one
  // look-up. What begins behind a dot of a longer host is asked for by itself.
  std::optional<std::size_t> end_at(std::string_view text, std::size_t at, std::size_t limit) const noexcept;

 private:
  struct place {
    std::uint32_t begin;
    std::uint32_t size;
  };
  std::string_view text_of(place p) const noexcept { return std::string_view(bytes_).substr(p.begin, p.size); }
  std::size_t slot_of(std::string_view host) const noexcept;
  void grow();

  std::string bytes_;                 // of all hosts, one after the other
  std::vector<place> places_;
  std::vector<std::uint32_t> slots_;  // open addressing: the number of a place, from 1; 0 is free
  std::size_t bytes_max_ = 0;
  std::uint32_t code_points_max_ = 0;
  std::uint32_t code_points_min_ = UINT32_MAX;
  std::bitset<256> used_;
  std::bitset<256> first_;
};

}  // namespace stoplog::match
