#include "ctl/chat.hpp"
#include "ctl/json_text.hpp"
#include "ctl/terminal_text.hpp"

#include <array>
#include <ctime>

namespace weixin::ctl {

namespace {

/// The hour of the day where the person sits.
std::string clock_time(std::optional<moment> at) {
  if (!at) return "--:--";
  auto seconds = std::chrono::system_clock::to_time_t(at->time_since_epoch().count() < 0 ? moment{} : *at);
  std::tm local{};
  std::array<char, 6> text{};
  if (::localtime_r(&seconds, &local) == nullptr) return "--:--";
  return {text.data(), std::strftime(text.data(), text.size(), "%H:%M", &local)};
}

std::string content_of(const boost::json::object& m) {
  auto type = text_of(m, "type");
  auto text = text_of(m, "text");
  bool is_told = type == "text" || type == "quote" || type == "system" || text.starts_with('[');
  return is_told ? text : "[" + type + "]" + (text.empty() ? "" : " " + text);
}

} // namespace

bool has_file(const boost::json::object& m) {
  auto type = text_of(m, "type");
  return type == "image" || type == "voice" || type == "video" || type == "file" || type == "emoticon";
}

std::string chat_line(const boost::json::object& m, const std::string& account) {
  auto chat = text_of(m, "chat_display");
  if (chat.empty()) chat = text_of(m, "chat");
  auto sender = text_of(m, "sender");
  std::string who;
  if (is_true(m, "own"))
    who = "me -> " + chat;
  else if (is_true(m, "group") && !sender.empty())
    who = chat + " | " + sender;
  else
    who = sender.empty() ? chat : sender;
  auto line = clock_time(time_of(m, "sent_at")) + " ";
  if (!account.empty()) line += "[" + printable(account) + "] ";
  line += printable(who) + ": " + printable(content_of(m));
  if (has_file(m)) line += "  (/save " + printable(text_of(m, "id")) + ")";
  return line;
}

} // namespace weixin::ctl
