#include "ctl/commands.hpp"
#include "ctl/event_line.hpp"
#include "ctl/event_parser.hpp"

#include <algorithm>
#include <ostream>

namespace weixin::ctl {
namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

/// Three of the comments that the server sends every 15 s.
constexpr std::chrono::milliseconds longest_silence = 45s;
constexpr std::chrono::milliseconds first_pause = 250ms;
constexpr std::chrono::milliseconds longest_pause = 10s;
constexpr std::chrono::milliseconds longest_outage = 5min;
/// A stream that lived so long was no failure, even if nothing happened in it.
constexpr std::chrono::milliseconds healthy_life = 10s;

/// Reads streams one after the other and writes each event once.
class follower {
public:
  follower(session& s, const follow_events& c)
      : s_(s), c_(c), target_("/v1/events" + query({{"account", c.account}})) {}

  outcome<exit_code> run() {
    const auto patience = s_.options.timeout.value_or(longest_outage);
    auto pause = first_pause;
    for (;;) {
      was_healthy_ = false;
      first_byte_.reset();
      auto ended = read_one_stream();
      if (is_done_) return exit_code::ok;
      if (!s_.terminal.out) return exit_code::failure; // reported by run(): nobody takes the output
      if (!ended && ended.error().code == exit_code::failure) return ended.error();
      // Without any answer so far there is nothing to come back to.
      if (!ended && !was_connected_) return ended.error();
      if (was_healthy_ || !lost_at_) {
        lost_at_ = clock::now();
        pause = first_pause;
        say(s_.terminal, "the connection is lost, trying again");
      }
      if (clock::now() - *lost_at_ + pause > patience)
        return ended ? failure{exit_code::unreachable, "weixind ends every connection"} : ended.error();
      s_.terminal.sleep(pause);
      pause = std::min(2 * pause, longest_pause);
    }
  }

private:
  outcome<void> read_one_stream() {
    parser_.restart();
    std::vector<http_header> headers;
    if (!parser_.last_id().empty()) headers.push_back({"Last-Event-ID", parser_.last_id()});
    return s_.server.stream(
        target_, std::move(headers),
        [this](std::string_view bytes) {
          was_connected_ = true;
          if (!first_byte_) first_byte_ = clock::now();
          was_healthy_ = was_healthy_ || clock::now() - *first_byte_ > healthy_life;
          return parser_.feed(bytes, [this](const server_event& e) { return take(e); });
        },
        longest_silence);
  }

  bool take(const server_event& e) {
    was_healthy_ = true;
    if (!c_.account.empty() && account_of(e) != c_.account) return true;
    s_.terminal.out << (s_.wants_json() ? event_json(e) : event_line(e, s_.terminal.colours_on_out()))
                    << std::endl;
    is_done_ = c_.count > 0 && ++taken_ == c_.count;
    return !is_done_ && s_.terminal.out.good();
  }

  session& s_;
  const follow_events& c_;
  std::string target_;
  event_parser parser_;
  std::optional<clock::time_point> lost_at_;
  std::uint64_t taken_ = 0;
  std::optional<clock::time_point> first_byte_; ///< of the present stream
  bool was_healthy_ = false;                    ///< the last stream brought an event, or lived long
  bool was_connected_ = false;
  bool is_done_ = false;
};

} // namespace

outcome<exit_code> execute(session& s, const follow_events& c) {
  if (!c.account.empty()) {
    // The stream of a name that does not exist would be silent for ever.
    auto target = account_target(c.account);
    if (!target) return target.error();
    if (auto known = s.server.get(*target); !known) return known.error();
  }
  return follower{s, c}.run();
}

} // namespace weixin::ctl
