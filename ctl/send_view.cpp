#include "ctl/send_view.hpp"

#include "ctl/account.hpp"
#include "ctl/json_text.hpp"
#include "ctl/terminal_text.hpp"

#include <ostream>

namespace weixin::ctl {

tone tone_of_send(std::string_view state) {
  if (state == "sent") return tone::good;
  if (state == "queued" || state == "attempting") return tone::waiting;
  return tone::bad;
}

std::string advice_for_send(const boost::json::object& send, std::string_view account) {
  auto state = text_of(send, "state");
  auto name = std::string{account};
  auto again = "weixinctl outbox retry " + name + " " + text_of(send, "id");
  if (state == "queued")
    return "it waits for its turn or its account. To take it back: weixinctl outbox cancel " + name + " " +
           text_of(send, "id");
  if (state == "attempting") return "it is on its way.";
  if (state == "unknown")
    return "it may have arrived or not, and is not sent again by itself. Look into the chat, then: weixinctl "
           "outbox settle " +
           name + " " + text_of(send, "id") + " sent (or refused)";
  if (state == "expired") return "it could not be sent in time and was given up. To send it now: " + again;
  if (state == "refused") return "it was not sent. To try again: " + again;
  return {};
}

void write_send(session& s, const boost::json::value& send) {
  const auto& o = object_of(send);
  auto id = printable(text_of(o, "id"));
  auto state = text_of(o, "state");
  auto& out = s.terminal.out;
  if (s.wants_json())
    out << to_json_text(send) << std::endl;
  else if (s.wants_name())
    out << id << std::endl;
  else
    out << id << ' ' << printable(state) << std::endl;
}

table send_table(const boost::json::array& sends, std::optional<moment> now, bool wide) {
  std::vector<column> columns{{.title = "ID"},      {.title = "STATE"},   {.title = "TO"},
                              {.title = "CREATED"}, {.title = "UPDATED"}, {.title = "TRIES", .right = true},
                              {.title = "ERROR"}};
  if (wide)
    for (const char* title : {"MSG-ID", "EXPIRES-AT", "ON-UNKNOWN"})
      columns.push_back({.title = title});
  table t{std::move(columns)};
  for (const auto& entry : sends) {
    const auto& o = object_of(entry);
    auto state = text_of(o, "state");
    std::vector<cell> row{{text_of(o, "id")},
                          {state, tone_of_send(state)},
                          {text_of(o, "to")},
                          {since(time_of(o, "created_at"), now)},
                          {since(time_of(o, "updated_at"), now)},
                          {std::to_string(number_of(o, "attempts"))},
                          {text_of(o, "error")}};
    if (wide)
      for (const char* key : {"msg_id", "expires_at", "on_unknown"})
        row.push_back({text_of(o, key)});
    t.add(std::move(row));
  }
  return t;
}

std::string send_details(const boost::json::object& send, std::string_view account, std::optional<moment> now,
                         bool colour) {
  std::string text;
  auto fact = [&](std::string title, const std::string& value, tone mood = tone::neutral) {
    title.resize(12, ' ');
    text += title + (value.empty() ? "-" : tinted(printable(value), mood, colour)) + "\n";
  };
  auto when = [&](std::string_view key) {
    auto t = time_of(send, key);
    if (!t) return std::string{};
    return to_text(*t) + (now ? " (" + age(*t, *now) + " ago)" : std::string{});
  };
  auto state = text_of(send, "state");
  fact("ID:", text_of(send, "id"));
  fact("State:", state, tone_of_send(state));
  fact("Error:", text_of(send, "error"));
  fact("To:", text_of(send, "to"));
  if (auto kind = text_of(send, "kind"); !kind.empty()) fact("Kind:", kind);
  if (const auto* progress = send.if_contains("progress"); progress != nullptr && progress->is_object())
    fact("Uploaded:", std::to_string(number_of(progress->get_object(), "bytes")) + " of " +
                          std::to_string(number_of(progress->get_object(), "total")) + " bytes");
  fact("Created:", when("created_at"));
  fact("Updated:", when("updated_at"));
  fact("Expires:", text_of(send, "expires_at"));
  fact("Tries:", std::to_string(number_of(send, "attempts")));
  fact("On unknown:", text_of(send, "on_unknown"));
  fact("Msg ID:", text_of(send, "msg_id"));
  if (auto advice = advice_for_send(send, account); !advice.empty()) fact("Note:", advice);
  return text;
}

} // namespace weixin::ctl
