#include "config/host_name.hpp"

#include <idn2.h>

#include <algorithm>
#include <memory>

namespace stoplog::config {
namespace {

struct release {
  void operator()(char* text) const noexcept { idn2_free(text); }
};
using idn_text = std::unique_ptr<char, release>;

// Letters, digits, - and _, in at least two labels of 1 to 63.
bool is_host(std::string_view ascii) {
  std::size_t label = 0, dots = 0;
  for (const char c : ascii) {
    const bool good = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    if (c == '.' && label != 0) {
      ++dots;
      label = 0;
    } else if (!good || ++label > 63) {
      return false;
    }
  }
  return dots != 0 && label != 0 && ascii.size() <= 253;
}

// Most names: nothing to convert.
bool is_plain(std::string_view name) {
  return name.find("xn--") == std::string_view::npos && std::all_of(name.begin(), name.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

}  // namespace

std::vector<std::string> spellings_of_host(std::string_view written) {
  if (written.ends_with('.')) written.remove_suffix(1);
  std::string name(written);
  for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  if (is_plain(name)) return is_host(name) ? std::vector{name} : std::vector<std::string>{};
  char* made = nullptr;
  if (idn2_to_ascii_8z(name.c_str(), &made, IDN2_NONTRANSITIONAL) != IDN2_OK) return {};
  const idn_text ascii(made);
  if (!is_host(ascii.get())) return {};
  std::vector<std::string> all{ascii.get()};
  if (idn2_to_unicode_8z8z(ascii.get(), &made, IDN2_NONTRANSITIONAL) == IDN2_OK) {
    const idn_text letters(made);
    if (all.front() != letters.get()) all.emplace_back(letters.get());
  }
  return all;
}

}  // namespace stoplog::config
