#include "http/deadlines.hpp"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace stoplog::http {
namespace {

using namespace std::chrono_literals;

TEST(Deadlines, EachPassesOnceAndInOrder) {
  boost::asio::io_context context;
  std::vector<deadline> passed;
  deadlines clock(context.get_executor(), [&](deadline d) { passed.push_back(d); });
  clock.arm(deadline::total, 30ms);
  clock.arm(deadline::header, 1ms);  // earlier than what the timer waits for
  context.run();
  EXPECT_EQ(passed, (std::vector{deadline::header, deadline::total}));
  EXPECT_TRUE(clock.passed(deadline::header));
  EXPECT_FALSE(clock.passed(deadline::body));
}

TEST(Deadlines, DisarmedOnesDoNotPass) {
  boost::asio::io_context context;
  int passed = 0;
  deadlines clock(context.get_executor(), [&](deadline) { ++passed; });
  {
    const armed scope(clock, deadline::body, 1ms);
  }
  context.run();
  EXPECT_EQ(passed, 0);
}

TEST(Deadlines, ArmingAgainMovesThem) {
  boost::asio::io_context context;
  int passed = 0;
  deadlines clock(context.get_executor(), [&](deadline) { ++passed; });
  clock.arm(deadline::body, 1ms);
  clock.arm(deadline::body, 20ms);  // the timer still fires early, and looks, and waits on
  context.run_for(5s);
  EXPECT_EQ(passed, 1);
  clock.arm(deadline::body, 1ms);
  EXPECT_FALSE(clock.passed(deadline::body));
}

TEST(Deadlines, NobodyIsCalledWhenTheyAreGone) {
  boost::asio::io_context context;
  int passed = 0;
  auto clock = std::make_unique<deadlines>(context.get_executor(), [&](deadline) { ++passed; });
  clock->arm(deadline::body, 1ms);
  clock.reset();
  context.run();
  EXPECT_EQ(passed, 0);
}

TEST(Deadlines, TheCallMayDestroyThem) {
  boost::asio::io_context context;
  std::unique_ptr<deadlines> clock;
  clock = std::make_unique<deadlines>(context.get_executor(), [&](deadline) { clock.reset(); });
  clock->arm(deadline::body, 1ms);
  clock->arm(deadline::total, 1ms);
  context.run();
  EXPECT_EQ(clock, nullptr);
}

}  // namespace
}  // namespace stoplog::http
