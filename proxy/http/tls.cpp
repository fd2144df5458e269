#include "http/tls.hpp"

#include <openssl/ssl.h>

namespace stoplog::http {

namespace asio = boost::asio;

namespace {

std::unique_ptr<asio::ssl::context> make(asio::ssl::context::method method) {
  auto context = std::make_unique<asio::ssl::context>(method);
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  // Idle connections give their buffers back.
  SSL_CTX_set_mode(context->native_handle(), SSL_MODE_RELEASE_BUFFERS);
  return context;
}

// Offers and takes http/1.1 alone (RFC 7301): HTTP/2 is the load balancer's.
int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* in,
                    unsigned int in_size, void*) {
  static constexpr unsigned char http11[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, out_size, http11, sizeof http11, in, in_size) != OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_NOACK;
  }
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

}  // namespace

std::unique_ptr<asio::ssl::context> make_listener_context(const config::listener_tls& from) {
  auto context = make(asio::ssl::context::tls_server);
  context->use_certificate_chain_file(from.certificate.string());
  context->use_private_key_file(from.key.string(), asio::ssl::context::pem);
  if (!from.client_ca.empty()) {
    context->load_verify_file(from.client_ca.string());
    context->set_verify_mode(asio::ssl::verify_peer | asio::ssl::verify_fail_if_no_peer_cert);
  }
  SSL_CTX_set_alpn_select_cb(context->native_handle(), choose_protocol, nullptr);
  return context;
}

std::unique_ptr<asio::ssl::context> make_upstream_context(const config::upstream_tls& from) {
  auto context = make(asio::ssl::context::tls_client);
  if (from.ca.empty()) {
    context->set_default_verify_paths();
  } else if (std::filesystem::is_directory(from.ca)) {
    context->add_verify_path(from.ca.string());
  } else {
    context->load_verify_file(from.ca.string());
  }
  context->set_verify_mode(asio::ssl::verify_peer);
  return context;
}

}  // namespace stoplog::http
