#include "simulator/media_store.hpp"

#include "simulator/media_bytes.hpp"
#include "simulator/picture.hpp"
#include "simulator/wire_text.hpp"

#include <utility>

namespace weixin::simulator {
namespace {

std::string indexed(std::size_t user, std::string_view name) {
  return std::to_string(user).append("/").append(name);
}

} // namespace

std::string encrypted_name(std::string_view name) {
  std::string encoded;
  for (char c : percent_encode(name))
    if (c == '.')
      encoded += "%2E";
    else
      encoded += c;
  return encoded;
}

std::string content_of(const media_item& item) {
  if (item.content) return *item.content;
  switch (item.kind) {
  case media_kind::picture:
    return make_jpeg(item.bytes, item.seed);
  case media_kind::sticker:
    return make_gif(item.bytes, item.seed);
  case media_kind::video:
    return make_mp4(item.bytes, item.seed);
  case media_kind::voice:
    return make_mp3(item.bytes, item.seed);
  case media_kind::app:
    return {};
  case media_kind::file:
    break;
  }
  return make_file(item.bytes, item.seed);
}

std::string thumbnail_of(const media_item& item) { return make_jpeg(0, item.seed); }

void media_store::add(media_item item) {
  auto id = item.media_id;
  if (!item.key.empty()) by_key_[indexed(item.user, item.key)] = id;
  if (!item.md5.empty()) by_md5_[indexed(item.user, item.md5)] = id;
  if (item.content) kept_bytes_ += item.content->size();
  if (auto old = items_.find(id); old != items_.end()) {
    if (old->second.content) kept_bytes_ -= old->second.content->size();
    old->second = std::move(item);
  } else {
    order_.push_back(id);
    items_.emplace(std::move(id), std::move(item));
  }
  while (order_.size() > max_items || (kept_bytes_ > max_kept_bytes && order_.size() > 1))
    forget_oldest();
}

void media_store::forget_oldest() {
  auto found = items_.find(order_.front());
  order_.pop_front();
  const auto& item = found->second;
  for (auto [by, name] : {std::pair{&by_key_, &item.key}, std::pair{&by_md5_, &item.md5}})
    if (auto entry = by->find(indexed(item.user, *name));
        entry != by->end() && entry->second == item.media_id)
      by->erase(entry);
  if (item.content) kept_bytes_ -= item.content->size();
  items_.erase(found);
}

const media_item* media_store::find(std::string_view media_id) const {
  auto found = items_.find(std::string{media_id});
  return found == items_.end() ? nullptr : &found->second;
}

const media_item* media_store::look_up(const index& by, std::size_t user, std::string_view name) const {
  auto found = by.find(indexed(user, name));
  return found == by.end() ? nullptr : find(found->second);
}

const media_item* media_store::find_key(std::size_t user, std::string_view key) const {
  return look_up(by_key_, user, key);
}

const media_item* media_store::find_md5(std::size_t user, std::string_view md5) const {
  return look_up(by_md5_, user, md5);
}

void media_store::attach(std::uint64_t msg_id, std::string media_id) {
  if (by_message_.insert_or_assign(msg_id, std::move(media_id)).second) message_order_.push_back(msg_id);
  if (message_order_.size() <= max_messages) return;
  by_message_.erase(message_order_.front());
  message_order_.pop_front();
}

const media_item* media_store::of_message(std::uint64_t msg_id) const {
  auto found = by_message_.find(msg_id);
  return found == by_message_.end() ? nullptr : find(found->second);
}

} // namespace weixin::simulator
