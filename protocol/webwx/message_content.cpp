#include "protocol/webwx/message_content.hpp"

#include <array>

namespace weixin::webwx {

namespace {

struct name_the_kind {
  message_kind operator()(const content::unsupported&) const noexcept { return message_kind::unsupported; }
  message_kind operator()(const content::text&) const noexcept { return message_kind::text; }
  message_kind operator()(const content::image&) const noexcept { return message_kind::image; }
  message_kind operator()(const content::voice&) const noexcept { return message_kind::voice; }
  message_kind operator()(const content::video&) const noexcept { return message_kind::video; }
  message_kind operator()(const content::emoticon&) const noexcept { return message_kind::emoticon; }
  message_kind operator()(const content::location&) const noexcept { return message_kind::location; }
  message_kind operator()(const content::card&) const noexcept { return message_kind::card; }
  message_kind operator()(const content::link&) const noexcept { return message_kind::link; }
  message_kind operator()(const content::music&) const noexcept { return message_kind::music; }
  message_kind operator()(const content::file&) const noexcept { return message_kind::file; }
  message_kind operator()(const content::mini_program&) const noexcept { return message_kind::mini_program; }
  message_kind operator()(const content::quote&) const noexcept { return message_kind::quote; }
  message_kind operator()(const content::chat_record&) const noexcept { return message_kind::chat_record; }
  message_kind operator()(const content::transfer&) const noexcept { return message_kind::transfer; }
  message_kind operator()(const content::red_packet&) const noexcept { return message_kind::red_packet; }
  message_kind operator()(const content::channels&) const noexcept { return message_kind::channels; }
  message_kind operator()(const content::group_invitation&) const noexcept {
    return message_kind::group_invitation;
  }
  message_kind operator()(const content::app&) const noexcept { return message_kind::app; }
  message_kind operator()(const content::friend_request&) const noexcept {
    return message_kind::friend_request;
  }
  message_kind operator()(const content::possible_friend&) const noexcept {
    return message_kind::possible_friend;
  }
  message_kind operator()(const content::call&) const noexcept { return message_kind::call; }
  message_kind operator()(const content::news&) const noexcept { return message_kind::news; }
  message_kind operator()(const content::recalled&) const noexcept { return message_kind::recalled; }
  message_kind operator()(const content::pat&) const noexcept { return message_kind::pat; }
  message_kind operator()(const content::notice&) const noexcept { return message_kind::system; }
  message_kind operator()(const content::status_notify&) const noexcept {
    return message_kind::status_notify;
  }
};

} // namespace

std::string_view to_string(message_kind kind) noexcept {
  constexpr auto names = std::to_array<std::string_view>({"text",
                                                          "image",
                                                          "voice",
                                                          "video",
                                                          "emoticon",
                                                          "location",
                                                          "card",
                                                          "link",
                                                          "music",
                                                          "file",
                                                          "mini_program",
                                                          "quote",
                                                          "chat_record",
                                                          "transfer",
                                                          "red_packet",
                                                          "channels",
                                                          "group_invitation",
                                                          "app",
                                                          "friend_request",
                                                          "possible_friend",
                                                          "call",
                                                          "news",
                                                          "recalled",
                                                          "pat",
                                                          "system",
                                                          "status_notify",
                                                          "unsupported"});
  static_assert(names.size() == message_kind_count);
  return names[static_cast<std::size_t>(kind)];
}

message_kind kind_of(const message_content& c) noexcept { return std::visit(name_the_kind{}, c); }

namespace content {

std::string_view to_string(notice_event e) noexcept {
  constexpr auto names =
      std::to_array<std::string_view>({"none", "friend_added", "not_a_friend", "joined", "removed", "renamed",
                                       "red_packet", "too_frequent", "location_ended", "pat"});
  return names[static_cast<std::size_t>(e)];
}

std::string_view app_type_name(int app_msg_type) noexcept {
  switch (app_msg_type) {
  case 1:
    return "text";
  case 2:
    return "image";
  case 7:
    return "open";
  case 8:
    return "emoji";
  case 9:
    return "voice_reminder";
  case 10:
    return "scanned_goods";
  case 13:
    return "goods";
  case 15:
    return "sticker_pack";
  case 16:
    return "coupon";
  case 53:
    return "group_note";
  default:
    return "";
  }
}

} // namespace content

} // namespace weixin::webwx
