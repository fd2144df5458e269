// A record as an RFC 5424 message.
#pragma once

#include "delivery/sink.hpp"

#include <string>
#include <string_view>

namespace stoplog::delivery {

struct syslog_origin {
  unsigned facility = 13;   // log audit
  std::string host;         // made printable and cut to what the format allows
  std::string process;
};

// The message without its frame. Its text is the record's line, or its brief
// form where the line has more than 8000 bytes: many receivers cut there.
std::string syslog_message(const syslog_origin& from, const outgoing& record);

// "<bytes> <message>": octet counting, so that no byte of a message can end it.
std::string framed(std::string_view message);

}  // namespace stoplog::delivery
