#pragma once

#include "protocol/secret.hpp"

#include <string>
#include <string_view>

namespace weixin::admin {

// What a holder shows, made of libsodium's randomness, and what is kept of it. Any thread.

/// "wxd_" and 43 characters of base64url: 32 random bytes.
secret make_token();
/// 32 characters of base64url: 24 random bytes.
secret make_sign_in_code();
/// Whether it has the form of a token; tells nothing of whether it is good.
bool is_token(std::string_view text) noexcept;
/// SHA-256, 32 bytes: the text has all the randomness that a hash could need.
std::string hash_of(std::string_view text);
/// In a time that does not tell where they differ.
bool are_equal(std::string_view a, std::string_view b) noexcept;

} // namespace weixin::admin
