#include "protocol/webwx/plain_text.hpp"

#include <array>
#include <initializer_list>
#include <string_view>

namespace weixin::webwx {

namespace {

/// "[Label]" and the first candidate that is not empty.
std::string labelled(std::string_view label, std::initializer_list<std::string_view> candidates) {
  std::string text = "[" + std::string{label} + "]";
  for (auto candidate : candidates) {
    if (candidate.empty()) continue;
    text += ' ';
    text += candidate;
    break;
  }
  return text;
}

std::string with_part(std::string text, std::string_view part) {
  if (!part.empty()) text += " (" + std::string{part} + ")";
  return text;
}

std::string played(const content::emoticon& c) {
  using game = content::emoticon::game;
  constexpr auto hands = std::to_array<std::string_view>({"scissors", "rock", "paper"});
  constexpr int first_dice = 4;
  if (c.played == game::dice) {
    auto points = c.game_result - first_dice + 1;
    return points >= 1 && points <= 6 ? "[Dice: " + std::to_string(points) + "]" : "[Dice]";
  }
  auto hand = static_cast<std::size_t>(c.game_result) - 1;
  return hand < hands.size() ? "[Rock paper scissors: " + std::string{hands[hand]} + "]"
                             : "[Rock paper scissors]";
}

template <class Duration>
std::string lasting(std::string_view label, Duration duration) {
  // Up to the next second, as the phone shows it.
  auto seconds = std::chrono::ceil<std::chrono::seconds>(duration).count();
  return seconds > 0 ? "[" + std::string{label} + " " + std::to_string(seconds) + " s]"
                     : "[" + std::string{label} + "]";
}

struct writer {
  std::string operator()(const content::unsupported&) const { return {}; }
  std::string operator()(const content::status_notify&) const { return {}; }
  std::string operator()(const content::text& c) const { return c.body; }
  std::string operator()(const content::quote& c) const { return c.body; }
  std::string operator()(const content::image&) const { return "[Image]"; }
  std::string operator()(const content::voice& c) const { return lasting("Voice", c.duration); }
  std::string operator()(const content::video& c) const { return lasting("Video", c.duration); }
  std::string operator()(const content::emoticon& c) const {
    return c.played == content::emoticon::game::none ? "[Emoticon]" : played(c);
  }
  std::string operator()(const content::location& c) const {
    if (c.is_live) return "[Location sharing began]";
    return labelled("Location", {c.place, c.label, c.url});
  }
  std::string operator()(const content::card& c) const {
    return labelled("Contact card", {c.who.nick_name, c.who.alias});
  }
  std::string operator()(const content::link& c) const {
    return with_part(labelled(c.is_video ? "Video link" : "Link", {c.title, c.description}), c.url);
  }
  std::string operator()(const content::music& c) const {
    return with_part(labelled("Music", {c.title}), c.artist);
  }
  std::string operator()(const content::file& c) const {
    return with_part(labelled("File", {c.name}), c.bytes > 0 ? size_text(c.bytes) : "");
  }
  std::string operator()(const content::mini_program& c) const {
    return with_part(labelled("Mini program", {c.title, c.name}), c.title.empty() ? "" : c.name);
  }
  std::string operator()(const content::chat_record& c) const {
    return labelled("Chat record", {c.title, c.summary});
  }
  std::string operator()(const content::transfer& c) const {
    return labelled("Transfer", {c.amount, c.description});
  }
  std::string operator()(const content::red_packet& c) const { return labelled("Red packet", {c.greeting}); }
  std::string operator()(const content::channels& c) const {
    return with_part(labelled("Channels", {c.description, c.author}), c.description.empty() ? "" : c.author);
  }
  std::string operator()(const content::group_invitation& c) const {
    return labelled("Group invitation", {c.description, c.url});
  }
  std::string operator()(const content::app& c) const {
    return with_part(labelled("App message", {c.title, c.description}), c.url);
  }
  std::string operator()(const content::friend_request& c) const {
    auto text = labelled("Friend request", {c.who.nick_name, c.who.alias});
    return c.greeting.empty() ? text : text + ": " + c.greeting;
  }
  std::string operator()(const content::possible_friend& c) const {
    return labelled("Possible friend", {c.who.nick_name, c.who.alias});
  }
  std::string operator()(const content::call& c) const { return labelled("Call", {c.status}); }
  std::string operator()(const content::news& c) const { return c.body; }
  std::string operator()(const content::recalled& c) const { return labelled("Recalled", {c.notice}); }
  std::string operator()(const content::pat& c) const { return labelled("Pat", {c.notice}); }
  std::string operator()(const content::notice& c) const { return c.text; }
};

} // namespace

std::string size_text(std::int64_t bytes) {
  constexpr std::int64_t step = 1024;
  if (bytes < step) return std::to_string(bytes) + " B";
  for (const char* unit : {"KB", "MB"}) {
    bytes /= step;
    if (bytes < step) return std::to_string(bytes) + " " + unit;
  }
  return std::to_string(bytes / step) + " GB";
}

std::string plain_text(const message_content& c) { return std::visit(writer{}, c); }

} // namespace weixin::webwx
