// The parts of the settings' reader.
#pragma once

#include "config/descriptor.hpp"
#include "config/settings.hpp"

namespace stoplog::config {

// Relative to the folder of the file.
void read_path(const node& n, std::filesystem::path& into, reading& in);
void read_listen_address(const node& n, endpoint& into, reading& in);

void read_upstreams(const node& n, settings& into, reading& in);
void read_routes(const node& n, settings& into, reading& in);
void read_clients(const node& n, settings& into, reading& in);
void read_sinks(const node& n, std::vector<sink>& into, reading& in);

// What only the whole shows: names that stand twice, or that nothing has.
void check_settings(const settings& all, const node& root, reading& in);

}  // namespace stoplog::config
