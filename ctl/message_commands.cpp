#include "ctl/commands.hpp"
#include "ctl/contact_table.hpp"
#include "ctl/json_text.hpp"
#include "ctl/send_view.hpp"
#include "ctl/terminal_text.hpp"

#include <boost/json/array.hpp>

#include <istream>
#include <ostream>

namespace weixin::ctl {
namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds longest_send = 5min;
constexpr std::size_t max_text_bytes = std::size_t{1024} * 1024; // the admin API takes no larger body

failure wrong_text(std::string why) { return {exit_code::usage, std::move(why)}; }

/// All of the input, without the line break that `echo` puts at its end.
outcome<std::string> read_all(std::istream& in) {
  std::string text(max_text_bytes + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > max_text_bytes) return wrong_text("the text on standard input is longer than 1 MiB");
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  return text;
}

outcome<std::string> text_to_send(const session& s, const send_text& c) {
  if (c.words.size() == 1 && c.words[0] == "-") {
    auto text = read_all(s.terminal.in);
    if (text && text->empty()) return wrong_text("there is no text on standard input");
    return text;
  }
  std::string text;
  for (const auto& word : c.words)
    text += (&word == &c.words.front() ? "" : " ") + word;
  if (text.empty()) return wrong_text("the text is empty");
  return text;
}

outcome<exit_code> wait_for_send(session& s, const std::string& name, const std::string& id) {
  auto target = account_target(name, "/outbox/" + segment(id));
  if (!target) return target.error();
  const auto end = clock::now() + s.options.timeout.value_or(longest_send);
  for (;;) {
    auto a = s.server.get(*target);
    if (!a) return a.error();
    const auto& o = object_of(a->body);
    auto state = text_of(o, "state");
    if (state != "queued" && state != "attempting") {
      write_send(s, a->body);
      if (state == "sent") return exit_code::ok;
      auto why = text_of(o, "error");
      return failure{exit_code::failure, id + " is " + state + (why.empty() ? "" : " (" + why + ")"),
                     advice_for_send(o, name)};
    }
    if (clock::now() >= end)
      return failure{exit_code::timed_out, id + " is still " + state,
                     "it stays in the queue and is sent as soon as the account may"};
    s.terminal.sleep(
        std::min(s.poll_period, std::chrono::ceil<std::chrono::milliseconds>(end - clock::now())));
  }
}

} // namespace

outcome<exit_code> execute(session& s, const list_contacts& c) {
  auto target = account_target(c.name, "/contacts" + query({{"query", c.query}, {"kind", c.kind}}));
  if (!target) return target.error();
  auto a = s.server.get(*target);
  if (!a) return a.error();
  const auto& contacts = list_of(object_of(a->body), "contacts");
  auto& out = s.terminal.out;
  if (s.wants_json()) {
    out << to_json_text(a->body) << '\n';
  } else if (s.wants_name()) {
    for (const auto& entry : contacts)
      out << printable(text_of(object_of(entry), "ref")) << '\n';
  } else {
    out << contact_table(contacts, s.wants_wide()).to_text(s.terminal.colours_on_out());
    if (contacts.empty()) say(s.terminal, "no contacts found");
  }
  return exit_code::ok;
}

outcome<exit_code> execute(session& s, const send_text& c) {
  auto text = text_to_send(s, c);
  if (!text) return text.error();
  auto target = account_target(c.name, "/messages");
  if (!target) return target.error();
  std::vector<http_header> headers;
  if (!c.idempotency_key.empty()) headers.push_back({"Idempotency-Key", c.idempotency_key});
  boost::json::object body{{"to", c.to}, {"text", *text}};
  if (c.expires_in > 0) body["expires_in"] = c.expires_in;
  if (!c.on_unknown.empty()) body["on_unknown"] = c.on_unknown;
  auto a = s.server.post(*target, body, std::move(headers));
  if (!a) return a.error();
  if (!c.wait) return write_send(s, a->body), exit_code::ok;
  auto id = text_of(object_of(a->body), "id");
  if (id.empty()) return failure{exit_code::failure, "weixind accepted the text but named no id for it"};
  return wait_for_send(s, c.name, id);
}

} // namespace weixin::ctl
