#pragma once

#include "protocol/http_message.hpp"
#include "protocol/result.hpp"
#include "protocol/webwx/contacts.hpp"
#include "protocol/webwx/session.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weixin::webwx {

// -- webwxinit (weixin-protocol.md 4.1)
// ---------------------------------------------------------------------------

/// Also the probe whether a stored session still lives.
http_request make_init(const session& s, std::int64_t ms);

struct init_answer {
  std::int64_t uin = 0;              ///< 0 when the answer does not say
  std::string user_name;             ///< the account's own id in this session
  std::string nick_name;             ///< decoded
  std::vector<contact> contacts;     ///< about ten recent chats; groups among them may lack members
  std::vector<std::string> chat_set; ///< UserNames of the chat list, each once
  sync_key_list sync_key;
  secret skey; ///< empty: keep the one of the login
  int invite_start_count = 40;
  std::size_t set_aside = 0; ///< contacts that could not be read
};
/// Errors: http_status, malformed_answer (also without User or SyncKey), and those of `error_of`.
result<init_answer> parse_init(const http_response& r);

/// Takes names, skey and key over; the SyncKey serves for both calls until the first webwxsync. With
/// `keep_sync_keys` the session goes on reading where it was: for a resumed session, which would skip or
/// repeat messages with the new key (weixin-protocol.md 10).
void apply(session& s, const init_answer& a, bool keep_sync_keys = false);

// -- webwxstatusnotify (weixin-protocol.md 4.2)
// -------------------------------------------------------------------

enum class notify_code { read = 1, enter_session = 2, inited = 3 };
http_request make_status_notify(const session& s, notify_code code, std::string_view to, std::int64_t ms);
/// Errors: http_status, malformed_answer, and those of `error_of`.
result<void> parse_status_notify(const http_response& r);

} // namespace weixin::webwx
