#include "protocol/webwx/send.hpp"

#include "protocol/webwx/answer.hpp"
#include "protocol/webwx/json_repair.hpp"
#include "protocol/webwx/request.hpp"

namespace weixin::webwx {

namespace {

constexpr int type_text = 1; // Msg.Type (weixin-protocol.md 6)

} // namespace

http_request make_send_text(const session& s, std::string_view to_user_name, std::string_view text,
                            std::string_view client_msg_id) {
  auto body = body_with_base_request(s);
  body["Msg"] = {{"Type", type_text},           {"Content", to_valid_utf8(text)},
                 {"FromUserName", s.user_name}, {"ToUserName", to_user_name},
                 {"LocalID", client_msg_id},    {"ClientMsgId", client_msg_id}};
  body["Scene"] = 0;
  target t{endpoint::webwxsendmsg};
  t.add("lang", "zh_CN").add("pass_ticket", s.pass_ticket.reveal());
  return make_json_post(s, std::move(t), body);
}

result<std::string> parse_send(const http_response& answer) {
  auto opened = json_answer::open(answer, endpoint::webwxsendmsg);
  if (!opened) return opened.error();
  auto msg_id = opened->text("MsgID");
  if (msg_id.empty() || msg_id == "0")
    return answer_error(errc::malformed_answer, opened->what(), "no MsgID");
  return msg_id;
}

} // namespace weixin::webwx
