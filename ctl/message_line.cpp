#include "ctl/message_line.hpp"

#include "ctl/json_text.hpp"
#include "ctl/terminal_text.hpp"

namespace weixin::ctl {
namespace {

constexpr int longest_name = 20;
constexpr int longest_text = 60;

/// What was said, after its type when that is more than text and is not told by the text itself
/// ("[Voice 3 s]").
std::string content_of(const boost::json::object& m) {
  auto type = text_of(m, "type");
  auto text = text_of(m, "text");
  bool is_written = type.empty() || type == "text" || type == "quote";
  bool is_description = type != "system" && text.starts_with('[');
  if (is_written || is_description) return text;
  return "[" + type + "]" + (text.empty() ? "" : " " + text);
}

std::string chat_of(const boost::json::object& m) {
  auto name = text_of(m, "chat_display");
  return name.empty() ? text_of(m, "chat") : name;
}

} // namespace

std::string message_text(const boost::json::object& m) {
  auto chat = chat_of(m);
  auto sender = text_of(m, "sender");
  bool own = is_true(m, "own");
  auto who = own ? "to " + chat : "from " + (sender.empty() ? chat : sender);
  if (is_true(m, "group") && !own && !sender.empty()) who += " in " + chat;
  return who + ": " + content_of(m);
}

std::string message_line(const boost::json::object& m) {
  auto sent = text_of(m, "sent_at");
  return std::to_string(number_of(m, "seq")) + "  " + printable(sent.empty() ? "-" : sent) + "  " +
         printable(message_text(m));
}

table message_table(const boost::json::array& messages, bool wide) {
  std::vector<column> columns{{.title = "SEQ", .right = true},
                              {.title = "SENT"},
                              {.title = "CHAT", .max_columns = wide ? 0 : longest_name},
                              {.title = "FROM", .max_columns = wide ? 0 : longest_name}};
  if (wide)
    for (const char* title : {"CHAT-REF", "TYPE", "MSG-ID"})
      columns.push_back({.title = title});
  columns.push_back({.title = "TEXT", .max_columns = wide ? 0 : longest_text});
  table t{std::move(columns)};
  for (const auto& entry : messages) {
    const auto& m = object_of(entry);
    std::vector<cell> row{{std::to_string(number_of(m, "seq"))},
                          {text_of(m, "sent_at")},
                          {chat_of(m)},
                          {is_true(m, "own") ? "(this account)" : text_of(m, "sender")}};
    if (wide)
      for (const char* key : {"chat", "type", "id"})
        row.push_back({text_of(m, key)});
    row.push_back({content_of(m)});
    t.add(std::move(row));
  }
  return t;
}

} // namespace weixin::ctl
