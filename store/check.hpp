#pragma once

#include "store/engine.hpp"

#include <functional>

namespace weixin::store {

/// Reads everything that an engine holds, and tells what is damaged: within the transaction that is open, or
/// in one for each account when there is none, so that the log of a busy store can be emptied in between.
/// `stop` is asked now and then; true ends the check. Errors: cancelled. Internal to store/.
result<check_report> check_everything(engine& e, const std::function<bool()>& stop = nullptr);

} // namespace weixin::store
