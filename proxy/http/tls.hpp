// TLS contexts from settings: 1.2 and later, peers verified.
#pragma once

#include "config/settings.hpp"

#include <boost/asio/ssl/context.hpp>

#include <memory>

namespace stoplog::http {

// Both throw boost::system::system_error with the file that could not be used.
std::unique_ptr<boost::asio::ssl::context> make_listener_context(const config::listener_tls& from);
std::unique_ptr<boost::asio::ssl::context> make_upstream_context(const config::upstream_tls& from);

}  // namespace stoplog::http
