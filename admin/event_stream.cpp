#include "admin/event_stream.hpp"

#include "httpd/sse.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <charconv>
#include <string>

namespace weixin::admin {

namespace {

using namespace std::chrono_literals;
constexpr auto comment_every = 15s;

/// One listening client. Kept alive by its timer and its subscription until the peer goes.
class stream : public std::enable_shared_from_this<stream> {
public:
  stream(boost::asio::io_context& context, const reply& to, std::shared_ptr<event_log> events,
         std::shared_ptr<const wall_clock> clock, std::string account)
      : context_(context), timer_(context), respond_(to.responder()), who_(to.who()),
        events_(std::move(events)), clock_(std::move(clock)), account_(std::move(account)) {}

  void start(std::uint64_t after) {
    httpd::response head;
    head.content_type = "text/event-stream";
    head.headers.push_back({"Cache-Control", "no-store"});
    respond_.start_stream(std::move(head));
    respond_.write(httpd::sse_comment("connected"));
    respond_.on_gone([self = weak_from_this()] {
      if (auto s = self.lock()) s->stop();
    });
    if (who_.by)
      watch_ = who_.by->watch([self = weak_from_this(), &context = context_] {
        boost::asio::post(context, [self] {
          if (auto s = self.lock()) s->end();
        });
      });
    // The log calls from the publisher's thread, and holds its lock: the event is only handed on.
    subscription_ = events_->subscribe(after, [self = weak_from_this()](const account_event& e) {
      if (auto s = self.lock()) s->tell(e);
    });
    keep_alive();
  }

private:
  void tell(const account_event& e) {
    if (!account_.empty() && e.account != account_) return;
    if (!who_.sees(e.account) || !is_allowed()) return;
    auto id = std::to_string(e.id);
    auto data = e.data();
    respond_.write(httpd::to_string(httpd::sse_event{id, e.type, data}));
  }

  bool is_allowed() const { return !who_.by || who_.by->is_good(clock_->now()); }

  /// Until the next comment, or the end of the token where that comes first.
  std::chrono::nanoseconds next_look() const {
    auto end = who_.by ? who_.by->record().expires_at : std::nullopt;
    if (!end) return comment_every;
    return std::clamp<std::chrono::nanoseconds>(*end - clock_->now(), 0ns, comment_every);
  }

  void keep_alive() {
    timer_.expires_after(next_look());
    timer_.async_wait([self = shared_from_this()](boost::system::error_code ec) {
      if (ec || self->stopped_) return;
      if (!self->is_allowed()) return self->end();
      if (!self->respond_.write(httpd::sse_comment())) return self->stop();
      self->keep_alive();
    });
  }

  /// The token is not good any more: who comes back is told so.
  void end() {
    respond_.finish();
    stop();
  }

  void stop() {
    if (stopped_) return;
    stopped_ = true;
    if (who_.by) who_.by->unwatch(watch_);
    events_->unsubscribe(subscription_);
    timer_.cancel();
  }

  boost::asio::io_context& context_;
  boost::asio::steady_timer timer_;
  httpd::responder respond_;
  const caller who_;
  std::shared_ptr<event_log> events_;
  std::shared_ptr<const wall_clock> clock_;
  std::string account_;
  std::uint64_t watch_ = 0;
  std::uint64_t subscription_ = 0;
  bool stopped_ = false;
};

} // namespace

void stream_events(boost::asio::io_context& context, const httpd::request& r, const reply& to,
                   std::shared_ptr<event_log> events, std::shared_ptr<const wall_clock> clock) {
  std::uint64_t after = 0;
  auto last = r.header("Last-Event-ID");
  if (!last.empty()) {
    auto [end, ec] = std::from_chars(last.data(), last.data() + last.size(), after);
    if (ec != std::errc{} || end != last.data() + last.size())
      return to.refuse(fail(errc::invalid_argument, "Last-Event-ID must be a number that an event had"));
    // An id of before a restart is larger than any of this process: everything here is news to that client.
    if (after > events->last_id()) after = 0;
  }
  auto account = r.query.find("account");
  std::make_shared<stream>(context, to, std::move(events), std::move(clock),
                           account == r.query.end() ? std::string{} : account->second)
      ->start(after);
}

} // namespace weixin::admin
