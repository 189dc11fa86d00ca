#include "simulator/kind_maker.hpp"

#include "simulator/media_bytes.hpp"

#include <utility>

namespace weixin::simulator {

std::string making::id_of_peer() const {
  const auto& user = where.user;
  if (where.from_self) return user.wxid;
  if (where.peer.what == peer_ref::kind::contact) return user.contacts[where.peer.index].id;
  const auto& room = user.chatrooms[where.peer.index];
  return where.speaker ? room.members[*where.speaker].id : room.id;
}

std::string making::title(std::string_view fallback) const {
  return wanted.title.empty() ? w.options.canary + std::string{fallback} : wanted.title;
}

std::string making::url(std::string_view fallback) const {
  return wanted.url.empty() ? std::string{fallback} : wanted.url;
}

std::string making::text(std::string_view fallback) const {
  return wanted.text.empty() ? w.options.canary + std::string{fallback} : wanted.text;
}

message_content plain(int type, std::string text) {
  message_content c;
  c.type = type;
  c.text = std::move(text);
  return c;
}

media_item make_item(const making& m, media_kind kind, std::string name, std::size_t default_bytes) {
  media_item item;
  item.user = m.where.user.id;
  item.kind = kind;
  item.media_id = m.w.secrets.media_id();
  item.name = std::move(name);
  item.key = m.w.secrets.key();
  item.seed = m.w.secrets.number();
  if (!m.wanted.content.empty()) {
    item.content = std::make_shared<const std::string>(m.wanted.content);
    item.bytes = item.content->size();
  } else {
    item.bytes = m.wanted.bytes != 0 ? m.wanted.bytes : default_bytes;
  }
  // The XML tells the MD5, and forwarding a sticker names it by that (6.3).
  constexpr std::size_t quickly_hashed = std::size_t{8} * 1024 * 1024;
  if (item.bytes <= quickly_hashed) item.md5 = md5_hex(content_of(item));
  return item;
}

result<message_content> media_message(const making& m, media_kind kind, std::string name, std::size_t bytes) {
  auto item = make_item(m, kind, std::move(name), bytes);
  auto c = content_for(item, m.wanted.seconds);
  m.w.media.add(std::move(item));
  return c;
}

result<std::size_t> somebody(const making& m) {
  auto found =
      m.wanted.about.empty() ? first_friend(m.where.user) : find_contact(m.where.user, m.wanted.about);
  if (!found) return fail(errc::invalid_argument, "about is no contact of the user");
  return *found;
}

} // namespace weixin::simulator
