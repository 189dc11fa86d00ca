#include "ctl/operation_view.hpp"

#include "ctl/json_text.hpp"
#include "ctl/terminal_text.hpp"

#include <boost/json/object.hpp>

#include <algorithm>
#include <ostream>

namespace weixin::ctl {
namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds longest_operation = 5min;
/// The server answers when it is done, or after this.
constexpr auto served_wait = 20s;

bool is_open(const std::string& state) {
  return state == "queued" || state == "attempting" || state == "confirming";
}

outcome<answer> ask(const session& s, const wanted_operation& o, std::chrono::seconds wait) {
  auto target = account_target(o.name, o.path + "?wait=" + std::to_string(wait.count()));
  if (!target) return target.error();
  if (o.method == "PATCH") return s.server.patch(*target, o.body);
  if (o.method == "DELETE") return s.server.remove(*target, o.body);
  return s.server.post(*target, o.body);
}

void write_operation(session& s, const boost::json::value& operation) {
  const auto& o = object_of(operation);
  auto& out = s.terminal.out;
  if (s.wants_json())
    out << to_json_text(operation) << std::endl;
  else if (s.wants_name())
    out << printable(text_of(o, "id")) << std::endl;
  else
    out << printable(text_of(o, "id")) << ' ' << printable(text_of(o, "state")) << std::endl;
}

} // namespace

std::string advice_for_operation(std::string_view state, std::string_view way) {
  if (way == "invite" && state == "answered") return "they were invited: they are members once they accept.";
  if (state == "answered")
    return "Weixin said yes, but the change was not seen: it may ignore this kind of call. Look on the "
           "phone.";
  if (state == "unknown") return "it may have happened or not. Look on the phone before you try again.";
  if (state == "expired") return "nothing was sent. Try again when the account is online.";
  if (state == "queued") return "it waits for its turn: weixind keeps a distance between such calls.";
  return {};
}

outcome<exit_code> run_operation(session& s, const wanted_operation& o) {
  const auto limit = s.options.timeout.value_or(longest_operation);
  const auto end = clock::now() + limit;
  auto wait = std::min<std::chrono::seconds>(
      served_wait, std::max(0s, std::chrono::floor<std::chrono::seconds>(limit) - 2s));
  auto a = ask(s, o, o.no_wait ? 0s : wait);
  if (!a) return a.error();
  auto id = text_of(object_of(a->body), "id");
  auto target = account_target(o.name, "/operations/" + segment(id));
  if (!target) return target.error();
  for (;;) {
    const auto& now = object_of(a->body);
    auto state = text_of(now, "state");
    if (o.no_wait || !is_open(state)) break;
    if (clock::now() >= end)
      return failure{exit_code::timed_out, id + " is still " + state, advice_for_operation(state, {})};
    s.terminal.sleep(
        std::min(s.poll_period, std::chrono::ceil<std::chrono::milliseconds>(end - clock::now())));
    a = s.server.get(*target);
    if (!a) return a.error();
  }
  write_operation(s, a->body);
  const auto& done = object_of(a->body);
  auto state = text_of(done, "state");
  auto advice = advice_for_operation(state, text_of(done, "way"));
  if (state == "refused" || state == "unknown" || state == "expired") {
    auto why = text_of(done, "error");
    return failure{exit_code::failure, id + " is " + state + (why.empty() ? "" : " (" + why + ")"), advice};
  }
  if (!advice.empty()) say(s.terminal, advice);
  return exit_code::ok;
}

} // namespace weixin::ctl
