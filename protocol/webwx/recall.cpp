#include "protocol/webwx/recall.hpp"

#include "protocol/webwx/answer.hpp"
#include "protocol/webwx/request.hpp"

namespace weixin::webwx {

bool can_recall(std::int64_t sent_ms, std::int64_t now_ms) noexcept {
  constexpr std::int64_t window = std::chrono::milliseconds{recall_window}.count();
  // Unsigned: the distance of two hostile times does not overflow.
  return now_ms <= sent_ms ||
         static_cast<std::uint64_t>(now_ms) - static_cast<std::uint64_t>(sent_ms) <= std::uint64_t{window};
}

http_request make_recall(const session& s, std::string_view svr_msg_id, std::string_view to_user_name,
                         std::string_view client_msg_id) {
  auto body = body_with_base_request(s);
  body["SvrMsgId"] = svr_msg_id;
  body["ToUserName"] = to_user_name;
  body["ClientMsgId"] = client_msg_id;
  target t{endpoint::webwxrevokemsg};
  t.add_common(s);
  return make_json_post(s, std::move(t), body);
}

result<void> parse_recall(const http_response& answer) {
  auto opened = json_answer::open(answer, endpoint::webwxrevokemsg);
  if (!opened) return opened.error();
  return {};
}

} // namespace weixin::webwx
