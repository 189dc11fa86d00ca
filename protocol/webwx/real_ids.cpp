#include "protocol/webwx/real_ids.hpp"

#include "protocol/webwx/contacts.hpp"
#include "protocol/webwx/message.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_map>

namespace weixin::webwx {

namespace {

/// StatusNotifyCode of the message whose lists are in the same order.
constexpr int sync_conversations = 4;

bool is_plain(std::string_view id) noexcept {
  return !id.empty() && id.size() <= real_id::max_bytes &&
         std::all_of(id.begin(), id.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

/// Whether that can be the lasting id of whom the UserName names, as far as their forms tell.
bool can_be_one(std::string_view user_name, std::string_view id) noexcept {
  if (!user_name.starts_with('@')) return user_name == id;
  return !id.starts_with('@') && is_group_user_name(user_name) == id.ends_with("@chatroom");
}

} // namespace

std::vector<real_id> believable_real_ids(const message& m) {
  const auto& names = m.status_notify_user_names;
  if (m.status_notify_code != sync_conversations || names.size() != m.real_ids.size()) return {};
  // Empty: more than one.
  std::unordered_map<std::string_view, std::string_view> id_of, name_of;
  auto enter = [](auto& map, std::string_view key, std::string_view value) {
    auto [at, is_new] = map.try_emplace(key, value);
    if (!is_new && at->second != value) at->second = {};
  };
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (!can_be_one(names[i], m.real_ids[i])) return {};
    enter(id_of, names[i], m.real_ids[i]);
    enter(name_of, m.real_ids[i], names[i]);
  }
  std::vector<real_id> believed;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto& id = m.real_ids[i];
    if (!is_plain(id) || name_of.at(id) != names[i]) continue;
    auto at = id_of.find(names[i]);
    if (at->second != id) continue;
    believed.push_back({names[i], id});
    at->second = {}; // once
  }
  return believed;
}

} // namespace weixin::webwx
