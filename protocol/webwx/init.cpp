#include "protocol/webwx/init.hpp"

#include "protocol/webwx/answer.hpp"
#include "protocol/webwx/client_ids.hpp"
#include "protocol/webwx/contact_json.hpp"
#include "protocol/webwx/json_fields.hpp"
#include "protocol/webwx/names.hpp"
#include "protocol/webwx/request.hpp"
#include "protocol/webwx/text.hpp"

#include <algorithm>

namespace weixin::webwx {

namespace {

constexpr std::size_t max_chat_set = 1000;
constexpr std::int64_t max_invite_start_count = 100'000;

} // namespace

http_request make_init(const session& s, std::int64_t now_ms) {
  target t{endpoint::webwxinit};
  t.add("r", bitwise_not_ms(now_ms)).add("lang", "zh_CN").add("pass_ticket", s.pass_ticket.reveal());
  return make_json_post(s, std::move(t), body_with_base_request(s));
}

result<init_answer> parse_init(const http_response& answer) {
  constexpr auto e = endpoint::webwxinit;
  auto opened = json_answer::open(answer, e);
  if (!opened) return opened.error();
  auto user_value = opened->value("User");
  const auto* user = user_value.if_object();
  if (user == nullptr) return answer_error(errc::malformed_answer, to_string(e), "no User");
  auto list = read_contacts(*opened, "ContactList");
  if (!list) return list.error();

  init_answer init;
  init.uin = int64_field(*user, "Uin").value_or(0);
  init.user_name = text_field(*user, "UserName");
  init.nick_name = decode_name(text_field(*user, "NickName"));
  init.skey = secret{opened->text("SKey")};
  init.sync_key = sync_key_list_from(opened->value("SyncKey"));
  if (init.user_name.empty()) return answer_error(errc::malformed_answer, to_string(e), "no UserName");
  if (init.sync_key.empty()) return answer_error(errc::malformed_answer, to_string(e), "no SyncKey");
  if (auto count = opened->number("InviteStartCount");
      count && *count > 0 && *count <= max_invite_start_count)
    init.invite_start_count = static_cast<int>(*count);
  init.contacts = std::move(list->contacts);
  init.set_aside = list->set_aside;
  for (auto& name : split_names(opened->text("ChatSet"), max_chat_set))
    if (std::find(init.chat_set.begin(), init.chat_set.end(), name) == init.chat_set.end())
      init.chat_set.push_back(std::move(name));
  return init;
}

void apply(session& s, const init_answer& answer, bool keep_sync_keys) {
  if (answer.uin > 0) s.uin = answer.uin;
  s.user_name = answer.user_name;
  s.nick_name = answer.nick_name;
  if (!answer.skey.empty()) s.skey = answer.skey;
  s.invite_start_count = answer.invite_start_count;
  if (!keep_sync_keys) s.keys = {answer.sync_key, answer.sync_key};
}

http_request make_status_notify(const session& s, notify_code code, std::string_view to_user_name,
                                std::int64_t now_ms) {
  auto body = body_with_base_request(s);
  body["Code"] = static_cast<int>(code);
  body["FromUserName"] = s.user_name;
  body["ToUserName"] = to_user_name;
  body["ClientMsgId"] = now_ms;
  target t{endpoint::webwxstatusnotify};
  t.add("lang", "zh_CN").add("pass_ticket", s.pass_ticket.reveal());
  return make_json_post(s, std::move(t), body);
}

result<void> parse_status_notify(const http_response& answer) {
  auto opened = json_answer::open(answer, endpoint::webwxstatusnotify);
  if (!opened) return opened.error();
  return {};
}

} // namespace weixin::webwx
