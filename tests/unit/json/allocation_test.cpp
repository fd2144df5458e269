// Counts allocations of the whole program: alone in its file so that the
// replaced operators are easy to find.
#include "json/document.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>
#include <string>

namespace {
std::atomic<std::size_t> allocations{0};
}

// All of them, so that each pair is of one kind; simdjson asks without exceptions.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  ++allocations;
  return std::malloc(size);
}
void* operator new(std::size_t size) {
  if (void* p = operator new(size, std::nothrow)) return p;
  throw std::bad_alloc();
}
void* operator new[](std::size_t size) { return operator new(size); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return operator new(size, std::nothrow); }
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }
void operator delete[](void* p) noexcept { std::free(p); }
void operator delete[](void* p, std::size_t) noexcept { std::free(p); }

namespace stoplog::json {
namespace {

TEST(json_reader, does_not_allocate_after_warm_up) {
  std::string wide = "{";
  for (int i = 0; i < 40; ++i) wide += "\"k" + std::to_string(i) + "\":\"a\\nb\",";
  wide += "\"deep\":[[[[{\"x\":1}]]]]}";
  const std::string small = R"({"id":"x","choices":[{"delta":{"content":"a\"b"}}]})";
  reader r;
  ASSERT_TRUE(r.read(wide));
  const std::size_t before = allocations;
  bool all = true;
  for (int i = 0; i < 100; ++i) all = r.read(i % 2 == 0 ? wide : small).has_value() && all;
  const std::size_t after = allocations;
  EXPECT_TRUE(all);
  EXPECT_EQ(after - before, 0U);
  EXPECT_GT(before, 0U) << "allocations are not counted";
}

}  // namespace
}  // namespace stoplog::json
