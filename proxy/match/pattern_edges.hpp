// What a pattern asks of the places where a match begins and ends.
#pragma once

#include "match/literals.hpp"
#include "match/pattern.hpp"
#include "match/syntax.hpp"

namespace stoplog::match {

struct edge {
  assertions every;  // hold there for every match
  assertions some;   // may have to be evaluated there for some match
};

edge edge_of(const syntax::node& n, literal_side side);

}  // namespace stoplog::match
