// Every key of every kind of file, from the tables that the loader reads by.
#pragma once

#include "config/descriptor.hpp"

#include <vector>

namespace stoplog::config {

std::vector<object_reference> pack_reference();
std::vector<object_reference> list_reference();  // lists that are files
std::vector<object_reference> rule_reference();
std::vector<object_reference> scope_reference();  // and tests
std::vector<object_reference> match_reference();  // and parts
std::vector<object_reference> policy_reference();  // with all below
std::vector<object_reference> use_reference();
std::vector<object_reference> values_reference();  // defaults, capture, audit
std::vector<object_reference> exception_reference();  // and applies_to
std::vector<object_reference> settings_reference();
std::vector<object_reference> upstream_reference();  // and routes, and clients
std::vector<object_reference> sink_reference();      // and their receivers

// All of them; made once.
const std::vector<object_reference>& every_reference();

}  // namespace stoplog::config
