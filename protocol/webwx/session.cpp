#include "protocol/webwx/session.hpp"

#include "protocol/webwx/json_fields.hpp"
#include "protocol/webwx/json_repair.hpp"
#include "protocol/webwx/request.hpp"

#include <boost/json/serialize.hpp>

namespace weixin::webwx {

namespace {

constexpr std::string_view web = "web";
constexpr std::string_view desktop = "desktop";

} // namespace

std::string sync_key_list::to_query() const {
  std::string text;
  for (auto [key, value] : pairs) {
    if (!text.empty()) text += '|';
    text.append(std::to_string(key)).append(1, '_').append(std::to_string(value));
  }
  return text;
}

secret to_json(const session& s) {
  boost::json::object json{
      {"uin", s.uin},
      {"sid", s.sid.reveal()},
      {"skey", s.skey.reveal()},
      {"pass_ticket", s.pass_ticket.reveal()},
      {"device_id", s.device_id},
      {"user_agent", s.user_agent},
      {"user_name", s.user_name},
      {"nick_name", s.nick_name},
      {"entry_host", s.host.entry},
      {"login_host", s.host.login},
      {"file_host", s.host.file},
      {"push_host", s.host.push},
      {"cookies", s.cookies.to_json().reveal()},
      {"sync_key", to_json(s.keys.sync_key)},
      {"sync_check_key", to_json(s.keys.sync_check_key)},
      {"invite_start_count", s.invite_start_count},
      {"mode", s.mode == login_mode::desktop ? desktop : web},
  };
  return secret{boost::json::serialize(json)};
}

result<session> session_from_json(const secret& json) {
  auto parsed = parse_json(json.reveal(), "session");
  const auto* object = parsed ? parsed->if_object() : nullptr;
  if (object == nullptr) return fail(errc::store_corrupt, "session");
  auto uin = int64_field(*object, "uin");
  auto cookies = cookie_jar::from_json(secret{text_field(*object, "cookies")});
  const auto* sync_key = object->if_contains("sync_key");
  const auto* sync_check_key = object->if_contains("sync_check_key");
  session s;
  s.host = {text_field(*object, "entry_host"), text_field(*object, "login_host"),
            text_field(*object, "file_host"), text_field(*object, "push_host")};
  if (!uin || !cookies || sync_key == nullptr || sync_check_key == nullptr || s.host.entry.empty() ||
      s.host.login.empty() || s.host.file.empty() || s.host.push.empty())
    return fail(errc::store_corrupt, "session");
  s.uin = *uin;
  s.sid = secret{text_field(*object, "sid")};
  s.skey = secret{text_field(*object, "skey")};
  s.pass_ticket = secret{text_field(*object, "pass_ticket")};
  s.device_id = text_field(*object, "device_id");
  s.user_agent = text_field(*object, "user_agent");
  s.user_name = text_field(*object, "user_name");
  s.nick_name = text_field(*object, "nick_name");
  s.cookies = std::move(*cookies);
  s.keys.sync_key = sync_key_list_from(*sync_key);
  s.keys.sync_check_key = sync_key_list_from(*sync_check_key);
  s.invite_start_count = int_field(*object, "invite_start_count").value_or(s.invite_start_count);
  // Sessions that were stored before there was another mode do not say.
  s.mode = text_field(*object, "mode") == desktop ? login_mode::desktop : login_mode::web;
  return s;
}

} // namespace weixin::webwx
