# Third-party libraries; why each is here: docs/dependencies.md.
find_package(Threads REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(RE2 REQUIRED IMPORTED_TARGET re2)
pkg_check_modules(YAML_CPP REQUIRED IMPORTED_TARGET yaml-cpp)
pkg_check_modules(SIMDJSON REQUIRED IMPORTED_TARGET simdjson)
pkg_check_modules(SQLITE3 REQUIRED IMPORTED_TARGET sqlite3)

# Boost 1.88, headers only: ./dev setup unpacks Debian 13's package beside the build.
set(STOPLOG_BOOST_ROOT "${CMAKE_SOURCE_DIR}/build/deps/boost-1.88.0/usr/include" CACHE PATH "Folder that holds boost/version.hpp")
if(NOT EXISTS "${STOPLOG_BOOST_ROOT}/boost/version.hpp")
  message(FATAL_ERROR "Boost 1.88 is not in ${STOPLOG_BOOST_ROOT}; run ./dev setup first.")
endif()
file(STRINGS "${STOPLOG_BOOST_ROOT}/boost/version.hpp" boost_version_line REGEX "#define BOOST_VERSION [0-9]+")
string(REGEX MATCH "[0-9]+" boost_version "${boost_version_line}")
if(boost_version LESS 108800)
  message(FATAL_ERROR "Boost ${boost_version} in ${STOPLOG_BOOST_ROOT} is too old; 1.88 is needed (docs/decisions/0003-compiler-and-boost.md).")
endif()
add_library(boost_headers INTERFACE)
target_include_directories(boost_headers SYSTEM INTERFACE ${STOPLOG_BOOST_ROOT})
target_compile_definitions(boost_headers INTERFACE
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED BOOST_BEAST_SEPARATE_COMPILATION)

if(STOPLOG_TESTS)
  find_package(GTest REQUIRED)
endif()
