// A receiver on loopback that speaks TLS with a certificate of its own making.
#pragma once

#include "unit/delivery/loopback.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <mutex>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <sys/time.h>
#include <thread>
#include <unistd.h>

namespace stoplog::delivery {

template <auto Free>
struct freed_by {
  template <class T>
  void operator()(T* what) const { Free(what); }
};

// Signed by itself: whoever trusts it trusts that one server. `names` as in
// subjectAltName, such as IP:127.0.0.1.
struct server_identity {
  explicit server_identity(const std::string& names) : key(EVP_EC_gen("P-256")), certificate(X509_new()) {
    X509* made = certificate.get();
    X509_set_version(made, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(made), 1);
    X509_gmtime_adj(X509_getm_notBefore(made), -3600);
    X509_gmtime_adj(X509_getm_notAfter(made), 3600);
    X509_NAME* subject = X509_get_subject_name(made);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("receiver"), -1, -1, 0);
    X509_set_issuer_name(made, subject);
    X509_set_pubkey(made, key.get());
    const std::unique_ptr<X509_EXTENSION, freed_by<X509_EXTENSION_free>> extension(
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, names.c_str()));
    EXPECT_EQ(X509_add_ext(made, extension.get(), -1), 1);
    EXPECT_GT(X509_sign(made, key.get(), EVP_sha256()), 0);
  }
  void write_certificate(const std::filesystem::path& file) const {
    const std::unique_ptr<BIO, freed_by<BIO_free>> out(BIO_new_file(file.c_str(), "w"));
    ASSERT_EQ(PEM_write_bio_X509(out.get(), certificate.get()), 1);
  }
  std::unique_ptr<EVP_PKEY, freed_by<EVP_PKEY_free>> key;
  std::unique_ptr<X509, freed_by<X509_free>> certificate;
};

class tls_receiver {
 public:
  explicit tls_receiver(const server_identity& who) : context_(SSL_CTX_new(TLS_server_method())) {
    std::signal(SIGPIPE, SIG_IGN);
    EXPECT_EQ(SSL_CTX_use_certificate(context_.get(), who.certificate.get()), 1);
    EXPECT_EQ(SSL_CTX_use_PrivateKey(context_.get(), who.key.get()), 1);
    listener_ = listen_on_loopback(port_);
    thread_ = std::thread([this] { run(); });
  }
  ~tls_receiver() {
    stopping_ = true;
    thread_.join();
    ::close(listener_);
  }
  tls_receiver(const tls_receiver&) = delete;
  tls_receiver& operator=(const tls_receiver&) = delete;

  std::uint16_t port() const { return port_; }
  std::string bytes() const {
    const std::lock_guard held(mutex_);
    return bytes_;
  }
  std::size_t connections() const { return connections_; }
  std::size_t handshakes() const { return handshakes_; }  // that both sides ended well
  void hang_up_once() { hang_up_ = true; }                // on the connection that there is
  bool hung_up() const { return !hang_up_; }

 private:
  void run() {
    while (!stopping_) {
      pollfd ready{listener_, POLLIN, 0};
      if (::poll(&ready, 1, 20) <= 0) continue;
      const int peer = ::accept(listener_, nullptr, nullptr);
      ++connections_;
      const timeval short_time{0, 20'000};
      ::setsockopt(peer, SOL_SOCKET, SO_RCVTIMEO, &short_time, sizeof short_time);
      const std::unique_ptr<SSL, freed_by<SSL_free>> with(SSL_new(context_.get()));
      SSL_set_fd(with.get(), peer);
      if (patiently(with.get(), [&] { return SSL_accept(with.get()); }) == 1) {
        ++handshakes_;
        serve(with.get());
      }
      ::close(peer);
      hang_up_ = false;
    }
  }

  void serve(SSL* with) {
    char chunk[16384];
    for (int count; (count = patiently(with, [&] { return SSL_read(with, chunk, sizeof chunk); })) > 0;) {
      const std::lock_guard held(mutex_);
      bytes_.append(chunk, static_cast<std::size_t>(count));
    }
    if (hang_up_) SSL_shutdown(with);
  }

  // Until it is done or fails, the receiver stops, or it is to hang up.
  template <class Step>
  int patiently(SSL* with, Step step) {
    while (true) {
      const int done = step();
      if (done > 0 || SSL_get_error(with, done) != SSL_ERROR_WANT_READ) return done;
      if (stopping_ || hang_up_) return 0;
    }
  }

  std::unique_ptr<SSL_CTX, freed_by<SSL_CTX_free>> context_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<bool> stopping_{false}, hang_up_{false};
  std::atomic<std::size_t> connections_{0}, handshakes_{0};
  mutable std::mutex mutex_;
  std::string bytes_;
  std::thread thread_;
};

}  // namespace stoplog::delivery
