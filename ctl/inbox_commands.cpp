#include "ctl/commands.hpp"
#include "ctl/json_text.hpp"
#include "ctl/message_line.hpp"
#include "ctl/pages.hpp"

#include <boost/json/object.hpp>

#include <algorithm>
#include <limits>
#include <ostream>

namespace weixin::ctl {
namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

constexpr std::size_t default_limit = 100;
constexpr std::chrono::milliseconds follow_period = 1s;
constexpr std::chrono::milliseconds longest_outage = 5min;

/// Asks again and again for what came after the last message. The inbox is durable, so nothing is missed
/// while the server restarts.
class inbox_reader {
public:
  inbox_reader(session& s, const list_messages& c, std::string target)
      : s_(s), c_(c), target_(std::move(target)), left_(c.limit == 0 ? unlimited : c.limit) {}

  outcome<exit_code> run() {
    const auto patience = s_.options.timeout.value_or(longest_outage);
    after_ = c_.after;
    if (after_.empty())
      if (auto begun = begin_at_the_end(); !begun) return begun.error();
    for (;;) {
      auto more = take_a_page();
      if (!s_.terminal.out) return exit_code::failure; // reported by run(): nobody takes the output
      if (left_ == 0) return exit_code::ok;
      if (more) {
        lost_at_.reset();
        if (!*more) s_.terminal.sleep(follow_period);
        continue;
      }
      if (more.error().code != exit_code::unreachable && more.error().code != exit_code::timed_out)
        return more.error();
      if (!lost_at_) {
        lost_at_ = clock::now();
        say(s_.terminal, "the connection is lost, trying again");
      }
      if (clock::now() - *lost_at_ > patience) return more.error();
      s_.terminal.sleep(follow_period);
    }
  }

private:
  static constexpr auto unlimited = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t longest_page = 1'000;

  outcome<void> begin_at_the_end() {
    auto a = s_.server.get(target_ + "?after=end");
    if (!a) return a.error();
    const auto* next = object_of(a->body).if_contains("next");
    after_ = next == nullptr ? std::string{} : place_text(*next);
    if (after_.empty()) return failure{exit_code::failure, "weixind does not say where the inbox ends"};
    return {};
  }

  /// Whether there may be more at once.
  outcome<bool> take_a_page() {
    auto found = read_pages(s_, {.target = target_,
                                 .key = "messages",
                                 .filters = {{"with", c_.with}},
                                 .after = after_,
                                 .limit = std::min(longest_page, left_)});
    if (!found) return found.error();
    for (const auto& entry : found->rows) {
      const auto& m = object_of(entry);
      s_.terminal.out << (s_.wants_json() ? to_json_text(entry) : message_line(m)) << std::endl;
      after_ = std::to_string(number_of(m, "seq"));
      if (left_ != unlimited && --left_ == 0) break;
    }
    return !found->next.is_null() && !found->rows.empty();
  }

  session& s_;
  const list_messages& c_;
  std::string target_;
  std::string after_;
  std::size_t left_;
  std::optional<clock::time_point> lost_at_;
};

} // namespace

outcome<exit_code> execute(session& s, const list_messages& c) {
  auto target = account_target(c.name, "/messages");
  if (!target) return target.error();
  if (c.follow) return inbox_reader{s, c, *target}.run();
  auto found = read_pages(s, {.target = *target,
                              .key = "messages",
                              .filters = {{"with", c.with}},
                              .after = c.after,
                              .limit = c.limit == 0 ? default_limit : c.limit});
  if (!found) return found.error();
  auto& out = s.terminal.out;
  if (s.wants_json()) {
    out << to_json_text(boost::json::object{{"messages", found->rows}, {"next", found->next}}) << '\n';
    return exit_code::ok;
  }
  out << message_table(found->rows, s.wants_wide()).to_text(s.terminal.colours_on_out());
  if (found->rows.empty()) say(s.terminal, "no messages found");
  say_where_to_go_on(s, *found);
  return exit_code::ok;
}

} // namespace weixin::ctl
