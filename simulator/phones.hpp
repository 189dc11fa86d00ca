#pragma once

#include "protocol/result.hpp"
#include "simulator/world.hpp"

#include <cstddef>
#include <string_view>

namespace weixin::simulator {

/// Adds `count` users; their ids follow on from the last one. Errors: invalid_argument (more than
/// `max_users`).
result<void> add_users(world& w, std::size_t count, const people_shape& shape);
inline constexpr std::size_t max_users = 50'000;

/// What a phone does with a login code. Errors: invalid_argument (no such code or user), rejected_request
/// (the code is in another state).
result<void> scan_code(world& w, std::string_view uuid, std::size_t user);
result<void> confirm_code(world& w, std::string_view uuid);
result<void> cancel_code(world& w, std::string_view uuid);
result<void> expire_code(world& w, std::string_view uuid);

/// Takes a new code into the book: starts its clock, and in auto mode finds a phone for it.
login_code& issue_code(world& w, login_code code);

/// The poll's answer in the code's present state; nothing when the poll is to be held. `early` is `tip=1`.
std::optional<answer> poll_code(world& w, login_code& code, bool early);

/// Auto mode: a user without a living session and without a pending code is free. Codes go to the user whose
/// cookies came with them, else to the one that never logged in or was free the longest.
void mark_free(world& w, phone_user& user);
void mark_busy(world& w, phone_user& user);
/// Gives waiting codes to free users; call it when auto mode was switched on.
void assign_codes(world& w);

} // namespace weixin::simulator
