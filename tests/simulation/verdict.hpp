#pragma once

#include "tests/simulation/callers.hpp"
#include "tests/simulation/world.hpp"

namespace weixin::simulation {

/// What must hold at every moment beyond what the witness sees pass by.
void check_present_state(world& w);

/// What must hold once nothing went wrong for half an hour: all accounts online, no queue, every message that
/// the service showed in the inbox, every accepted send with one fate, and that fate the true one.
void check_final_state(world& w, const callers& c);

} // namespace weixin::simulation
