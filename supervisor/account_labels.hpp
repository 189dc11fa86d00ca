#pragma once

#include "actors/messages.hpp"
#include "metrics/labels.hpp"
#include "protocol/result.hpp"

namespace weixin::supervisor {

/// What metrics call that end of a session, and that child of an account.
metrics::logout_reason logout_reason_of(const error& e) noexcept;
metrics::actor_kind kind_of(child who) noexcept;

} // namespace weixin::supervisor
