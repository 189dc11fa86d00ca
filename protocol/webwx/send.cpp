#include "protocol/webwx/send.hpp"

#include "protocol/webwx/outgoing.hpp"

namespace weixin::webwx {

http_request make_send_text(const session& s, std::string_view to_user_name, std::string_view text,
                            std::string_view client_msg_id) {
  return make_send(s, text_message(text), to_user_name, client_msg_id);
}

result<std::string> parse_send(const http_response& answer) {
  return parse_sent(answer, endpoint::webwxsendmsg);
}

} // namespace weixin::webwx
