// One kind of file each: a tree -> a value, added to the documents.
#pragma once

#include "config/descriptor.hpp"
#include "config/load.hpp"

#include <string_view>

namespace stoplog::config {

void load_pack(const node& root, std::string_view bytes, documents& into, reading& in);
void load_policy(const node& root, std::string_view bytes, documents& into, reading& in);
void load_settings_document(const node& root, documents& into, reading& in);

}  // namespace stoplog::config
