// The parts of Prometheus' text exposition format 0.0.4.
#pragma once

#include <string>
#include <string_view>

namespace stoplog::metrics {

// [a-zA-Z_:][a-zA-Z0-9_:]*; labels may have no colon and not begin with __.
bool is_metric_name(std::string_view name) noexcept;
bool is_label_name(std::string_view name) noexcept;

void append_help(std::string& out, std::string_view text);         // \\ and \n
void append_label_value(std::string& out, std::string_view text);  // also \"; a byte that is not UTF-8 becomes ?

// The shortest digits that read back as the same value; +Inf, -Inf, NaN.
void append_number(std::string& out, double value);

}  // namespace stoplog::metrics
