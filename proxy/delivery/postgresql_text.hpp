// Texts as PostgreSQL takes them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace stoplog::delivery {

// {"one","two"}: an array literal. PostgreSQL's texts have no NUL: it becomes U+FFFD.
std::string array_literal(const std::vector<std::string>& values);

// The same JSON text with \u0000, which jsonb refuses, as \ufffd.
std::string without_nul_escapes(std::string_view json);

// schema.table or table: lower-case words.
bool is_table_name(std::string_view name);

}  // namespace stoplog::delivery
