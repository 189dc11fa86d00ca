#include "protocol/webwx/sync.hpp"

#include "protocol/webwx/answer.hpp"
#include "protocol/webwx/client_ids.hpp"
#include "protocol/webwx/contact_json.hpp"
#include "protocol/webwx/json_fields.hpp"
#include "protocol/webwx/json_repair.hpp"
#include "protocol/webwx/request.hpp"
#include "protocol/webwx/scratch_memory.hpp"
#include "protocol/webwx/script.hpp"
#include "protocol/webwx/text.hpp"

#include <boost/json/object.hpp>

#include <optional>
#include <utility>

namespace weixin::webwx {

namespace {

constexpr std::size_t max_changed_groups = 1'000;

/// A number of synccheck's script that cannot have been cut off.
std::optional<int> number_of(const std::optional<script_value>& value) noexcept {
  return value && value->complete ? to_int(value->text) : std::nullopt;
}

std::string user_name_of(std::string_view entry, std::string_view what) {
  auto parsed = parse_json(entry, what);
  const auto* object = parsed ? parsed->if_object() : nullptr;
  return object == nullptr ? std::string{} : text_field(*object, "UserName");
}

std::optional<raw_message> read_entry(std::string_view entry, std::string_view self) {
  scratch_memory memory;
  raw_message m;
  m.raw = std::string{entry};
  auto parsed = parse_json_in_place(m.raw, to_string(endpoint::webwxsync), memory.storage());
  const auto* object = parsed ? parsed->if_object() : nullptr;
  if (object == nullptr) return std::nullopt;
  auto read = read_message(*object, self);
  if (!read) return std::nullopt;
  m.parsed = std::move(*read);
  m.msg_id = m.parsed.msg_id;
  return m;
}

sync_key_list read_keys(std::string_view slice) {
  if (slice.empty()) return {};
  scratch_memory memory;
  auto parsed = parse_json(slice, to_string(endpoint::webwxsync), memory.storage());
  return parsed ? sync_key_list_from(*parsed) : sync_key_list{};
}

/// Nearly every answer has a profile that says so.
bool says_unchanged(std::string_view profile) noexcept {
  constexpr std::string_view key = "\"BitFlag\"";
  auto at = profile.find(key);
  if (at == std::string_view::npos) return true;
  at = profile.find_first_not_of(" \t\r\n:", at + key.size());
  if (at == std::string_view::npos || profile[at] != '0') return at == std::string_view::npos;
  return at + 1 == profile.size() || profile[at + 1] < '0' || profile[at + 1] > '9';
}

/// The name that the account has now; empty when it did not change.
std::string read_own_name(std::string_view profile) {
  if (says_unchanged(profile)) return {};
  scratch_memory memory;
  auto parsed = parse_json(profile, to_string(endpoint::webwxsync), memory.storage());
  const auto* object = parsed ? parsed->if_object() : nullptr;
  if (object == nullptr || flags_field(*object, "BitFlag") == 0) return {};
  const auto* name = object_field(*object, "NickName");
  return name == nullptr ? std::string{} : decode_name(text_field(*name, "Buff"));
}

} // namespace

http_request make_synccheck(const session& s, std::int64_t now_ms) {
  const auto& keys = s.keys.sync_check_key.empty() ? s.keys.sync_key : s.keys.sync_check_key;
  target t{endpoint::synccheck};
  t.add("r", now_ms).add("skey", s.skey.reveal()).add("sid", s.sid.reveal()).add("uin", s.uin);
  t.add("deviceid", s.device_id).add("synckey", keys.to_query()).add("_", now_ms);
  return make_get(s.host.push, std::move(t), s);
}

result<synccheck_answer> parse_synccheck(const http_response& answer) {
  constexpr auto e = endpoint::synccheck;
  if (auto r = expect_status(answer, e); !r) return r.error();
  if (auto r = expect_no_page(answer.body, e); !r) return r.error();
  auto retcode = number_of(find_assignment(answer.body, "retcode"));
  auto selector = number_of(find_assignment(answer.body, "selector"));
  bool is_whole = answer.body.find('}') != std::string::npos;
  if (!is_whole || !retcode || (*retcode == 0 && !selector))
    return answer_error(errc::malformed_answer, to_string(e), "no retcode or selector");
  return synccheck_answer{*retcode, selector.value_or(0)};
}

http_request make_sync(const session& s, std::int64_t now_ms) {
  scratch_memory memory;
  auto body = body_with_base_request(s, memory.storage());
  body["SyncKey"] = to_json(s.keys.sync_key, memory.storage());
  body["rr"] = bitwise_not_ms(now_ms);
  target t{endpoint::webwxsync};
  t.add("sid", s.sid.reveal()).add("skey", s.skey.reveal()).add("lang", "zh_CN");
  t.add("pass_ticket", s.pass_ticket.reveal());
  return make_json_post(s, std::move(t), body);
}

result<sync_answer> parse_sync(const http_response& answer, std::string_view self) {
  auto opened = json_answer::open(answer, endpoint::webwxsync);
  if (!opened) return opened.error();
  auto messages = opened->list("AddMsgList");
  auto changed = read_contacts(*opened, "ModContactList");
  auto deleted = opened->list("DelContactList");
  if (!messages) return messages.error();

  sync_answer batch;
  // A change of contacts that cannot be read is a pity, but no reason to hold back messages for ever.
  batch.set_aside = changed ? changed->set_aside : 1;
  if (changed) batch.mod_contacts = std::move(changed->contacts);
  for (auto entry : *messages) {
    if (auto m = read_entry(entry, self))
      batch.messages.push_back(std::move(*m));
    else
      ++batch.set_aside;
  }
  if (!deleted) ++batch.set_aside;
  for (auto entry : deleted ? *deleted : std::span<const std::string_view>{}) {
    if (auto user_name = user_name_of(entry, opened->what()); !user_name.empty())
      batch.del_contacts.push_back(std::move(user_name));
    else
      ++batch.set_aside;
  }
  // Nothing is lost with one that cannot be read: it is a hint to ask.
  auto groups = opened->list("ModChatRoomMemberList");
  for (auto entry : groups ? *groups : std::span<const std::string_view>{}) {
    if (batch.changed_groups.size() == max_changed_groups) break;
    if (auto user_name = user_name_of(entry, opened->what()); is_group_user_name(user_name))
      batch.changed_groups.push_back(std::move(user_name));
  }
  batch.sync_key = read_keys(opened->find("SyncKey"));
  // Nearly always the same.
  batch.sync_check_key = opened->find("SyncCheckKey") == opened->find("SyncKey")
                             ? batch.sync_key
                             : read_keys(opened->find("SyncCheckKey"));
  batch.skey = secret{opened->text("SKey")};
  batch.nick_name = read_own_name(opened->find("Profile"));
  batch.continue_flag = opened->number("ContinueFlag").value_or(0) != 0;
  return batch;
}

void apply(session& s, const sync_answer& a) {
  if (!a.sync_key.empty()) s.keys.sync_key = a.sync_key;
  if (!a.sync_check_key.empty()) s.keys.sync_check_key = a.sync_check_key;
  if (!a.skey.empty()) s.skey = a.skey;
  if (!a.nick_name.empty()) s.nick_name = a.nick_name;
}

} // namespace weixin::webwx
