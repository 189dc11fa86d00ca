#pragma once

#include "simulator/world.hpp"

#include <memory>

namespace weixin::simulator {

/// Starts a web session of the user; the one before ends with 1101, because only one exists at a time
/// (weixin-protocol.md 11). `uvid` is kept when the browser is already known.
std::shared_ptr<web_session> open_session(world& w, phone_user& user, std::string_view uvid);

/// Every further request of the session gets this code; a held synccheck gets it at once.
void end_session(world& w, web_session& s, int code);

/// Queues an event and wakes the session's synccheck. False when too much waits already.
bool deliver(world& w, web_session& s, sync_event e);

/// Gives the session a new SKey and data ticket; the old ones stay good for a minute.
void rotate_keys(world& w, web_session& s);

/// The session a request belongs to, or the return code that it gets.
struct admission {
  std::shared_ptr<web_session> session;
  int ret = 0; ///< 0: admitted
};

/// Where a request says who it is.
struct credentials {
  std::string uin;
  std::string sid;
  std::string skey;
  std::string device_id;
  bool with_device_id = true; ///< the endpoint carries one
  bool with_skey = true;      ///< the same
};

credentials from_base_request(const call& c);
/// Media downloads and webwxgetcontact: the query's skey, the rest from cookies.
credentials from_query_and_cookies(const call& c);
/// Downloads that carry no skey: the cookies alone (8).
credentials from_cookies(const call& c);
/// The BaseRequest of an object, for the multipart form of an upload (6.1).
credentials from_object(const boost::json::object& base);
/// Whether the text is the session's `webwx_data_ticket`, or was it until a moment ago.
bool is_data_ticket(const world& w, const web_session& s, std::string_view text);
/// Whether it is the session's pass_ticket in one of the forms that the service takes (1.2).
bool is_pass_ticket(const web_session& s, std::string_view text);

/// Whether `who` can be asked for through that chatroom: by its EncryChatRoomId, or by its UserName when it has
/// none (4.4). Without an id everybody can.
bool is_in_chatroom(const phone_user& user, const web_session& s, const peer_ref& who,
                    std::string_view chatroom_id);

/// Cookies, session, uin, skey, host, DeviceID and pass_ticket, in this order. Counts violations.
admission admit(world& w, const call& c, const credentials& said);

/// The codes a session can end with and a request can be refused with.
inline constexpr int ret_no_session = 1100;
inline constexpr int ret_invalid_session = 1101;
inline constexpr int ret_bad_cookie = 1102;

} // namespace weixin::simulator
