// Asio and Beast are compiled once, here: with their *_SEPARATE_COMPILATION
// macros every other file sees declarations only, which halves its build time.
#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/beast/src.hpp>
