#include "ctl/event_line.hpp"

#include "ctl/account.hpp"
#include "ctl/json_text.hpp"
#include "ctl/message_line.hpp"
#include "ctl/table.hpp"
#include "ctl/terminal_text.hpp"

#include <boost/json/parse.hpp>

namespace weixin::ctl {
namespace {

boost::json::value data_of(const server_event& e) {
  boost::json::error_code ec;
  auto data = boost::json::parse(e.data, ec);
  return ec ? boost::json::value(boost::json::string(printable(e.data))) : data;
}

std::string optional_part(std::string_view before, const std::string& text, std::string_view after = {}) {
  return text.empty() ? std::string{} : std::string{before} + text + std::string{after};
}

/// What the person reads after the event's name.
std::string story(const server_event& e, const boost::json::object& d, bool colour) {
  if (e.type == "state") {
    auto state = text_of(d, "state");
    return tinted(printable(state), tone_of(state), colour) +
           printable(optional_part(" (was ", text_of(d, "previous"), ")") +
                     optional_part(": ", text_of(d, "reason")));
  }
  if (e.type == "message") return printable(message_text(d));
  if (e.type == "qr")
    return printable("code number " + std::to_string(number_of(d, "attempt")) +
                     " waits to be scanned: weixinctl account qr " + text_of(d, "account"));
  if (e.type == "send")
    return printable(text_of(d, "id") + " " + text_of(d, "state") + optional_part(" to ", text_of(d, "to")) +
                     optional_part(": ", text_of(d, "error")));
  if (e.type == "media")
    return printable(text_of(d, "kind") + " of " + text_of(d, "id") + " " + text_of(d, "state") +
                     optional_part(": ", text_of(d, "error")));
  if (e.type == "operation")
    return printable(text_of(d, "id") + " " + text_of(d, "operation") + " " + text_of(d, "state") +
                     optional_part(": ", text_of(d, "error")));
  if (e.type == "contact") return printable(text_of(d, "change") + " " + text_of(d, "display"));
  if (e.type == "group") {
    auto count = [&](const char* what) {
      auto n = number_of(d, std::string{what} + "_count");
      return n == 0 ? std::string{} : ", " + std::to_string(n) + " " + what;
    };
    return printable(text_of(d, "display") + count("joined") + count("left") + count("renamed"));
  }
  return to_json_text(d);
}

} // namespace

std::string account_of(const server_event& e) { return text_of(object_of(data_of(e)), "account"); }

std::string event_line(const server_event& e, bool colour) {
  auto data = data_of(e);
  const auto& d = object_of(data);
  auto at = text_of(d, "at");
  auto account = text_of(d, "account");
  return printable(at.empty() ? "-" : at) + "  " + printable(account.empty() ? "-" : account) + "  " +
         printable(e.type) + "  " + (data.is_object() ? story(e, d, colour) : printable(e.data));
}

std::string event_json(const server_event& e) {
  return to_json_text(
      boost::json::object{{"id", printable(e.id)}, {"event", printable(e.type)}, {"data", data_of(e)}});
}

} // namespace weixin::ctl
