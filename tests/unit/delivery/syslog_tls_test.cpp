// Syslog over TLS before a server with a certificate: who is verified gets every
// frame; who is not gets no byte of a record.
#include "delivery/sinks.hpp"

#include "unit/audit/scratch.hpp"
#include "unit/delivery/batches.hpp"
#include "unit/delivery/tls_receiver.hpp"

#include <gtest/gtest.h>

namespace stoplog::delivery {
namespace {

using audit::eventually;

class delivery_syslog_tls : public testing::Test {
 protected:
  std::unique_ptr<sink> sink_to(const tls_receiver& at, const server_identity& trusted) const {
    config::syslog_sink to;
    to.host = "127.0.0.1";
    to.port = at.port();
    to.tls = true;
    to.ca = folder_.path() / "ca.pem";
    trusted.write_certificate(to.ca);
    return make_syslog(to);
  }

 private:
  audit::scratch folder_;
};

TEST_F(delivery_syslog_tls, a_verified_receiver_gets_every_frame_on_one_connection) {
  const server_identity own("IP:127.0.0.1");
  tls_receiver at(own);
  const auto to = sink_to(at, own);
  constexpr int batch = 500;  // many TLS records
  ASSERT_TRUE(to->deliver(records(batch)));
  ASSERT_TRUE(to->deliver(records(batch, batch)));
  ASSERT_TRUE(eventually([&] { return frames(at.bytes()).size() == 2 * batch; }));
  EXPECT_EQ(at.connections(), 1U);
  const auto all = frames(at.bytes());
  for (std::size_t i = 0; i < all.size(); ++i) ASSERT_NE(all[i].find(" seq=\"" + std::to_string(i + 1) + "\""), std::string::npos) << all[i];
}

TEST_F(delivery_syslog_tls, one_whom_the_ca_did_not_sign_is_refused) {
  const server_identity own("IP:127.0.0.1"), other("IP:127.0.0.1");
  tls_receiver at(own);
  const auto done = sink_to(at, other)->deliver(records(1));
  ASSERT_FALSE(done);
  EXPECT_NE(done.error().detail.find("certificate"), std::string::npos) << done.error().detail;
  EXPECT_TRUE(eventually([&] { return at.connections() == 1; }));
  EXPECT_EQ(at.bytes(), "");
}

TEST_F(delivery_syslog_tls, one_with_the_certificate_of_another_host_is_refused) {
  const server_identity elsewhere("DNS:logs.example,IP:127.0.0.2");
  tls_receiver at(elsewhere);
  const auto done = sink_to(at, elsewhere)->deliver(records(1));
  ASSERT_FALSE(done);
  EXPECT_NE(done.error().detail.find("certificate"), std::string::npos) << done.error().detail;
  EXPECT_TRUE(eventually([&] { return at.connections() == 1; }));
  EXPECT_EQ(at.bytes(), "");
}

TEST_F(delivery_syslog_tls, it_connects_again_after_the_receiver_ended_the_connection) {
  const server_identity own("IP:127.0.0.1");
  tls_receiver at(own);
  const auto to = sink_to(at, own);
  ASSERT_TRUE(to->deliver(records(1)));
  ASSERT_TRUE(eventually([&] { return frames(at.bytes()).size() == 1; }));
  at.hang_up_once();
  ASSERT_TRUE(eventually([&] { return at.hung_up(); }));
  ASSERT_TRUE(eventually([&] { return to->deliver(records(3, 1)).has_value(); }));
  ASSERT_TRUE(eventually([&] { return frames(at.bytes()).size() >= 4; }));
  EXPECT_EQ(at.handshakes(), 2U);
  EXPECT_NE(frames(at.bytes()).back().find(" seq=\"4\""), std::string::npos);
}

}  // namespace
}  // namespace stoplog::delivery
