#include "protocol/webwx/media.hpp"

#include "protocol/webwx/answer.hpp"
#include "protocol/webwx/request.hpp"

namespace weixin::webwx {

http_request make_get_msg_img(const session& s, std::string_view msg_id, image_size size) {
  target t{endpoint::webwxgetmsgimg};
  t.add("MsgID", msg_id).add("skey", s.skey.reveal());
  if (size == image_size::slave) t.add("type", "slave");
  if (size == image_size::big) t.add("type", "big");
  return make_get(s.host.entry, std::move(t), s);
}

result<void> check_image_answer(const http_response& answer) {
  if (auto status = expect_status(answer, endpoint::webwxgetmsgimg, {200, 206}); !status) return status;
  // An empty body is what a streamed one leaves behind; whether the stream was empty, its sink knows.
  if (answer.body.empty()) return {};
  return check_image_bytes(std::string_view{answer.body}.substr(0, 64));
}

result<void> check_image_bytes(std::string_view first_bytes) {
  constexpr auto e = endpoint::webwxgetmsgimg;
  if (auto r = expect_no_page(first_bytes, e); !r) return r.error();
  auto begin = first_bytes.find_first_not_of(" \t\r\n");
  if (first_bytes[begin] == '{')
    return answer_error(errc::malformed_answer, to_string(e), "JSON instead of a picture");
  return {};
}

} // namespace weixin::webwx
