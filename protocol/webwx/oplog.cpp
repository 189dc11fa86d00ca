#include "protocol/webwx/oplog.hpp"

#include "protocol/webwx/answer.hpp"
#include "protocol/webwx/json_repair.hpp"
#include "protocol/webwx/request.hpp"

namespace weixin::webwx {

namespace {

// CmdId
constexpr int modify_remark = 2;
constexpr int modify_pin = 3;

http_request make_oplog(const session& s, boost::json::object body) {
  target t{endpoint::webwxoplog};
  t.add_common(s);
  return make_json_post(s, std::move(t), body);
}

} // namespace

http_request make_set_remark(const session& s, std::string_view user_name, std::string_view remark) {
  auto body = body_with_base_request(s);
  body["CmdId"] = modify_remark;
  body["UserName"] = user_name;
  body["RemarkName"] = to_valid_utf8(remark);
  return make_oplog(s, std::move(body));
}

http_request make_pin(const session& s, std::string_view user_name, bool pinned,
                      std::string_view current_remark) {
  auto body = body_with_base_request(s);
  body["CmdId"] = modify_pin;
  body["OP"] = pinned ? 1 : 0;
  body["UserName"] = user_name;
  body["RemarkName"] = to_valid_utf8(current_remark);
  return make_oplog(s, std::move(body));
}

result<void> parse_oplog(const http_response& answer) {
  auto opened = json_answer::open(answer, endpoint::webwxoplog);
  if (!opened) return opened.error();
  return {};
}

} // namespace weixin::webwx
