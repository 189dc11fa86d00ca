#include "protocol/webwx/verify_user.hpp"

#include "protocol/webwx/answer.hpp"
#include "protocol/webwx/json_repair.hpp"
#include "protocol/webwx/request.hpp"

#include <boost/json/array.hpp>

namespace weixin::webwx {

namespace {

constexpr int scene_web = 33;
constexpr std::size_t max_greeting_bytes = 1024;

} // namespace

result<http_request> make_verify_user(const session& s, const verification& v, std::int64_t now_ms) {
  auto wrong = [](std::string_view why) {
    return fail(errc::invalid_argument, "webwxverifyuser: " + std::string{why});
  };
  if (v.user_name.empty()) return wrong("no UserName");
  if ((v.opcode == verify_opcode::accept || v.opcode == verify_opcode::reject) && v.ticket.empty())
    return wrong("no ticket");
  if (v.greeting.size() > max_greeting_bytes) return wrong("greeting too long");
  auto body = body_with_base_request(s);
  body["Opcode"] = static_cast<int>(v.opcode);
  body["VerifyUserListSize"] = 1;
  boost::json::object user{{"Value", v.user_name}, {"VerifyUserTicket", v.ticket.reveal()}};
  boost::json::array users;
  users.push_back(std::move(user));
  body["VerifyUserList"] = std::move(users);
  body["VerifyContent"] = to_valid_utf8(v.greeting);
  body["SceneListCount"] = 1;
  boost::json::array scenes;
  scenes.push_back(scene_web);
  body["SceneList"] = std::move(scenes);
  body["skey"] = s.skey.reveal();
  target t{endpoint::webwxverifyuser};
  t.add("r", now_ms).add_common(s);
  return make_json_post(s, std::move(t), body);
}

result<void> parse_verify_user(const http_response& answer) {
  auto opened = json_answer::open(answer, endpoint::webwxverifyuser);
  if (!opened) return opened.error();
  return {};
}

} // namespace weixin::webwx
