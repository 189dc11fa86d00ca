#pragma once

#include "protocol/http_message.hpp"
#include "protocol/result.hpp"
#include "protocol/secret.hpp"
#include "protocol/webwx/session.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace weixin::webwx {

/// What webwxverifyuser is to do (weixin-protocol.md 5.5).
enum class verify_opcode {
  add = 1,     ///< without a request, where Weixin allows it
  request = 2, ///< with a greeting
  accept = 3,  ///< a request that came as a message of type 37
  reject = 4,
  sender_reply = 5,
  receiver_reply = 6,
};

struct verification {
  verify_opcode opcode = verify_opcode::request;
  std::string user_name; ///< RecommendInfo.UserName of a request, otherwise whom to ask
  secret ticket;         ///< RecommendInfo.Ticket of a request; needed to accept and to reject
  std::string greeting;  ///< VerifyContent
};

/// The most limited call of all, together with making groups. Errors: invalid_argument without a UserName,
/// for accept and reject without a ticket, and for a greeting above 1 KiB.
result<http_request> make_verify_user(const session& s, const verification& v, std::int64_t ms);

/// Errors: http_status, malformed_answer, and those of `error_of`.
result<void> parse_verify_user(const http_response& r);

} // namespace weixin::webwx
