#include "ctl/commands.hpp"
#include "ctl/contact_table.hpp"
#include "ctl/json_text.hpp"
#include "ctl/send_view.hpp"
#include "ctl/terminal_text.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <istream>
#include <ostream>
#include <utility>

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

outcome<std::string> text_to_send(const session& s, const send_message& c) {
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

/// How far the upload is, on one line of a terminal that is written again and again.
class upload_line {
public:
  explicit upload_line(console& c) : console_(c) {}
  ~upload_line() { end(); }
  upload_line(const upload_line&) = delete;
  upload_line& operator=(const upload_line&) = delete;

  void show(const boost::json::object& send) {
    if (!console_.err_is_terminal || console_.is_dumb) return;
    const auto* member = send.if_contains("progress");
    if (member == nullptr || !member->is_object()) return end();
    auto total = number_of(member->get_object(), "total");
    if (total == 0) return end();
    auto bytes = std::min(number_of(member->get_object(), "bytes"), total);
    console_.err << "\ruploading " << bytes * 100 / total << " % of " << total / 1'024 << " KiB\x1b[K"
                 << std::flush;
    shown_ = true;
  }

private:
  void end() {
    if (std::exchange(shown_, false)) console_.err << "\r\x1b[K" << std::flush;
  }

  console& console_;
  bool shown_ = false;
};

outcome<exit_code> wait_for_send(session& s, const std::string& name, const std::string& id) {
  auto target = account_target(name, "/outbox/" + segment(id));
  if (!target) return target.error();
  const auto end = clock::now() + s.options.timeout.value_or(longest_send);
  upload_line progress{s.terminal};
  for (;;) {
    auto a = s.server.get(*target);
    if (!a) return a.error();
    const auto& o = object_of(a->body);
    auto state = text_of(o, "state");
    progress.show(o);
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

/// What there is to say about every send.
outcome<answer> post(const session& s, const send_message& c) {
  auto target = account_target(c.name, "/messages");
  if (!target) return target.error();
  std::vector<http_header> headers;
  if (!c.idempotency_key.empty()) headers.push_back({"Idempotency-Key", c.idempotency_key});
  if (!c.file.empty()) {
    std::vector<form_text> fields{{"to", c.to}, {"kind", c.kind}};
    if (c.expires_in > 0) fields.push_back({"expires_in", std::to_string(c.expires_in)});
    if (!c.on_unknown.empty()) fields.push_back({"on_unknown", c.on_unknown});
    return s.server.post_file(*target, fields, c.file, std::move(headers),
                              s.options.timeout.value_or(longest_send));
  }
  boost::json::object body{{"to", c.to}};
  if (!c.emoticon_md5.empty()) {
    body["emoticon"] = boost::json::object{{"md5", c.emoticon_md5}};
  } else if (!c.forward.empty()) {
    body["forward"] = boost::json::object{{"msg_id", c.forward}};
  } else {
    auto text = text_to_send(s, c);
    if (!text) return text.error();
    body["text"] = *text;
    if (!c.mentions.empty()) body["mentions"] = boost::json::array(c.mentions.begin(), c.mentions.end());
  }
  if (c.expires_in > 0) body["expires_in"] = c.expires_in;
  if (!c.on_unknown.empty()) body["on_unknown"] = c.on_unknown;
  return s.server.post(*target, body, std::move(headers));
}

/// What came of a wish that is no message.
outcome<exit_code> write_outcome(session& s, const answer& a, std::string_view what) {
  const auto& o = object_of(a.body);
  auto came_of_it = text_of(o, "outcome");
  if (s.wants_json()) s.terminal.out << to_json_text(a.body) << '\n';
  if (came_of_it == "done") {
    if (!s.wants_json()) s.terminal.out << what << '\n';
    return exit_code::ok;
  }
  auto why = text_of(o, "error");
  auto code = why.empty() ? std::string{} : " (" + why + ")";
  if (came_of_it == "unknown")
    return failure{exit_code::failure, "nobody knows whether Weixin did it" + code, "look into the chat"};
  return failure{exit_code::failure, "Weixin refused it" + code, {}};
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

outcome<exit_code> execute(session& s, const send_message& c) {
  auto a = post(s, c);
  if (!a) return a.error();
  if (!c.wait) return write_send(s, a->body), exit_code::ok;
  auto id = text_of(object_of(a->body), "id");
  if (id.empty()) return failure{exit_code::failure, "weixind accepted the message but named no id for it"};
  return wait_for_send(s, c.name, id);
}

outcome<exit_code> execute(session& s, const recall_message& c) {
  auto target = account_target(c.name, "/messages/" + segment(c.id) + "/recall");
  if (!target) return target.error();
  auto a = s.server.post(*target);
  if (!a) return a.error();
  return write_outcome(s, *a, "taken back");
}

outcome<exit_code> execute(session& s, const mark_read& c) {
  auto target =
      account_target(c.name, "/contacts/" + segment(c.contact) + (c.only_opened ? "/open" : "/read"));
  if (!target) return target.error();
  auto a = s.server.post(*target);
  if (!a) return a.error();
  return write_outcome(s, *a, c.only_opened ? "marked as opened" : "marked as read");
}

} // namespace weixin::ctl
