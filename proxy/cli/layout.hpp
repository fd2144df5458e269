// Packs and policies in one canonical form, which keeps every comment and every
// value:
//  - two blanks for each level, also for the lines of a list below its key;
//  - one blank behind a colon; at most one empty line, and none at either end;
//  - a list or group in brackets that stands in one line stays so; one of
//    several lines is joined if that has at most 120 characters and no comment,
//    and otherwise written out in lines;
//  - a pattern stands in single quotes; a text of several lines is a | block as
//    it was, or in double quotes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace stoplog::cli {

// Nothing if the text is not YAML as we take it, or holds something that this
// does not lay out (block texts with an indentation of their own); `why` says so.
// What comes back reads as the same values with the same comments.
std::optional<std::string> laid_out(std::string_view yaml, std::string& why);

}  // namespace stoplog::cli
