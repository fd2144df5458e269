# Compiler, language level, warnings, hardening, sanitizers.

option(STOPLOG_TESTS "Build the tests" ON)
option(STOPLOG_BENCH "Build the benchmarks" OFF)
option(STOPLOG_FUZZ "Build the libFuzzer targets (clang only)" OFF)
set(STOPLOG_SANITIZE "" CACHE STRING "Sanitizers for everything of ours: address,undefined or thread")

# g++ 12 destroys an aggregate or a capturing lambda made inside a co_await
# full-expression once too often (docs/decisions/0003-compiler-and-boost.md).
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  message(FATAL_ERROR "GCC ${CMAKE_CXX_COMPILER_VERSION} miscompiles coroutines (use after free). "
                      "Use clang-16 (a Debian 12 package; the presets do) or GCC 13 or later.")
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 15)
  message(FATAL_ERROR "Clang ${CMAKE_CXX_COMPILER_VERSION} is too old; use clang-16 or later.")
endif()

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

find_program(STOPLOG_CCACHE ccache)
if(STOPLOG_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${STOPLOG_CCACHE})
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  find_program(STOPLOG_LLD NAMES ld.lld-16 ld.lld)
  if(STOPLOG_LLD)
    add_link_options(--ld-path=${STOPLOG_LLD})
  endif()
  # So that ccache can reuse objects that were built with a precompiled header.
  add_compile_options(-Xclang -fno-pch-timestamp)
endif()

# Flags of our own targets only; third-party headers come in as system headers.
add_library(stoplog_flags INTERFACE)
target_compile_options(stoplog_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Woverloaded-virtual -Werror)

if(STOPLOG_SANITIZE)
  add_compile_options(-fsanitize=${STOPLOG_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${STOPLOG_SANITIZE})
elseif(CMAKE_BUILD_TYPE STREQUAL "Release")
  add_compile_options(-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -D_GLIBCXX_ASSERTIONS -fstack-protector-strong
                      -fstack-clash-protection -fcf-protection)
  add_link_options(-pie -Wl,-z,relro,-z,now,-z,noexecstack)
endif()
if(STOPLOG_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
