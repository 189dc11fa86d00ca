#pragma once

#include "protocol/http_message.hpp"
#include "protocol/result.hpp"
#include "protocol/webwx/contacts.hpp"
#include "protocol/webwx/message.hpp"
#include "protocol/webwx/session.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weixin::webwx {

// -- synccheck (weixin-protocol.md 4.5)
// ---------------------------------------------------------------------------

/// Asks the push host with the SyncCheckKey, or with the SyncKey when there is none. Held for about 25 s.
http_request make_synccheck(const session& s, std::int64_t ms);

struct synccheck_answer {
  int retcode = 0;  ///< for `classify`
  int selector = 0; ///< anything but 0 asks for a webwxsync
};
/// A retcode that is not 0 is an answer, not an error. Errors: http_status; malformed_answer: the push server
/// answers garbage now and then, a webwxsync tells what is true.
result<synccheck_answer> parse_synccheck(const http_response& r);

// -- webwxsync (weixin-protocol.md 4.6)
// ---------------------------------------------------------------------------

http_request make_sync(const session& s, std::int64_t ms);

/// A message together with what it came as.
struct raw_message {
  std::string msg_id;
  std::string
      raw; ///< the entry, valid JSON in valid UTF-8: Weixin's own bytes, repaired where they had to be
  message parsed;
};

/// One batch.
struct sync_answer {
  std::vector<raw_message> messages;     ///< in the order of the answer
  std::vector<contact> mod_contacts;     ///< new or changed
  std::vector<std::string> del_contacts; ///< UserNames
  /// Groups of ModChatRoomMemberList: no source tells its form beyond the UserName, so it says no more than
  /// that the group's members changed.
  std::vector<std::string> changed_groups;
  std::string nick_name;        ///< of the account itself, decoded; empty: it did not change
  bool continue_flag = false;   ///< more is waiting: call again at once
  sync_key_list sync_key;       ///< empty: keep the old one
  sync_key_list sync_check_key; ///< empty: keep the old one
  secret skey;                  ///< empty: keep the old one
  std::size_t set_aside = 0;    ///< entries that could not be read; they block nothing
};
/// `self` is the session's UserName. A broken entry is set aside and counted; a broken body is an error as a
/// whole, for nothing may be taken of an answer that is incomplete. Errors: http_status, malformed_answer,
/// and those of `error_of`.
result<sync_answer> parse_sync(const http_response& r, std::string_view self);

/// Moves the session's keys, skey and nick name to where the answer puts them. Call it on a copy when the
/// session must not run ahead of the store.
void apply(session& s, const sync_answer& a);

} // namespace weixin::webwx
