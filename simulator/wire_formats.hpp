#pragma once

#include "simulator/answer.hpp"
#include "simulator/people.hpp"
#include "simulator/web_session.hpp"

#include <boost/json/object.hpp>

#include <string>
#include <string_view>

namespace weixin::simulator {

/// InviteStartCount: the size of a chatroom from which people are invited instead of added (4.1, 5.7).
inline constexpr std::size_t invite_start_count = 40;

/// `window.synccheck={retcode:"0",selector:"2"}` (weixin-protocol.md 4.5).
answer synccheck_answer(int retcode, int selector);
/// `window.code=408;` and what else belongs to the code (3.3).
answer login_poll_answer(int code, std::string_view more = {});
/// `<error>` with a ret that is not 0 (3.5).
answer login_page_refusal(int ret, std::string_view message);
/// The return code as that endpoint says it: JSON, JavaScript or XML.
answer ret_in_words_of(std::string_view endpoint, int ret);

/// A contact or chatroom as the session sees it (5.1). Chatrooms come with their members.
boost::json::object contact_object(const phone_user& user, const web_session& session, const peer_ref& who);
/// A member as in a MemberList; `who` names the chatroom and the member.
boost::json::object member_object(const phone_user& user, const web_session& session, const peer_ref& who);
/// The account itself, as in webwxinit's User and in webwxgetcontact.
boost::json::object self_object(const phone_user& user, const web_session& session);
/// A message in the session's UserNames (7.1).
boost::json::object message_object(const phone_user& user, const web_session& session,
                                   const message_draft& m);
/// The Profile of a webwxsync after the user's name changed, and without changes (4.6).
boost::json::object changed_profile(const phone_user& user, const web_session& session);
boost::json::object unchanged_profile();

} // namespace weixin::simulator
