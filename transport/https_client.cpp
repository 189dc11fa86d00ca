#include "transport/https_client.hpp"

#include "transport/connection_pool.hpp"
#include "transport/connector.hpp"
#include "transport/exchange.hpp"
#include "transport/request_head.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <exception>
#include <optional>
#include <unordered_set>

namespace weixin::transport {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::milliseconds longest_deadline = std::chrono::hours{1};

/// One call from `start` to its completion.
struct call_state {
  call_state(http_call c, http_client::completion d, const asio::any_io_executor& executor)
      : call(std::move(c)), done(std::move(d)), deadline(executor) {}

  void stop(errc reason) {
    if (stopped) return;
    stopped = reason;
    cancel.emit(asio::cancellation_type::terminal);
  }

  http_call call;
  http_client::completion done;
  asio::steady_timer deadline;
  asio::cancellation_signal cancel;
  std::optional<errc> stopped;
  std::chrono::steady_clock::time_point started;
  host_breaker::permit permit;
  exchange_progress progress;
  bool request_left = false; ///< in this attempt or an earlier one
  std::string host_for_errors;
  result<http_response> outcome = fail(errc::internal, "no outcome");
};

bool is_hosts_failure(errc code) {
  return code == errc::dns_failed || code == errc::connect_failed || code == errc::tls_failed ||
         code == errc::timed_out || code == errc::connection_lost || code == errc::malformed_answer;
}

void report(host_breaker::permit& permit, const result<http_response>& outcome, bool in_sink) {
  if (!permit) return;
  if (outcome) return outcome->status >= 500 ? permit.failed() : permit.succeeded();
  if (in_sink || outcome.error().code == errc::answer_too_large) return permit.succeeded();
  if (is_hosts_failure(outcome.error().code)) permit.failed();
}

std::string_view name_of(const result<http_response>& outcome) {
  if (!outcome) return to_string(outcome.error().code);
  if (outcome->status >= 500) return "http_5xx";
  return outcome->status >= 400 ? "http_4xx" : "ok";
}

/// Outlives the client object while calls are under way.
class client_core : public std::enable_shared_from_this<client_core> {
public:
  client_core(std::shared_ptr<network> net, asio::io_context& shard, host_policy host_allowed)
      : network_(std::move(net)), net_(network_->internals()), executor_(shard.get_executor()),
        host_allowed_(std::move(host_allowed)), connector_(net_, shard),
        slots_(std::make_shared<fair_gate>(executor_, net_->options.max_connections_per_account)),
        pool_(std::make_shared<connection_pool>(executor_, net_->options.idle_timeout)) {}

  void start(http_call call, http_client::completion done) {
    auto c = std::make_shared<call_state>(std::move(call), std::move(done), executor_);
    c->started = net_->hooks.now();
    auto& host = c->call.request.host;
    std::transform(host.begin(), host.end(), host.begin(), [](char letter) {
      return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + 32) : letter;
    });
    const auto& options = net_->options;
    auto full = calls_.size() >= options.max_connections_per_account + options.max_waiting_calls_per_account;
    calls_.insert(c);
    c->deadline.expires_after(std::min(c->call.limits.deadline, longest_deadline));
    c->deadline.async_wait([weak = std::weak_ptr{c}](boost::system::error_code ec) {
      auto timed = weak.lock();
      if (!ec && timed) timed->stop(errc::timed_out);
    });
    asio::post(executor_, [self = shared_from_this(), c, full] {
      if (full) c->outcome = fail(errc::queue_full, "too many calls of this account wait");
      if (full || c->stopped) return self->finish(c);
      asio::co_spawn(
          self->executor_, run(self, c),
          asio::bind_cancellation_slot(c->cancel.slot(), [self, c](std::exception_ptr) { self->finish(c); }));
    });
  }

  void use_proxy(std::shared_ptr<const proxy> through) {
    connector_.use_proxy(std::move(through));
    ++way_;
    pool_->clear();
  }

  void close() {
    auto under_way = calls_; // a completion may start new calls
    for (const auto& c : under_way)
      c->stop(errc::cancelled);
    pool_->clear();
  }

private:
  using call_ptr = std::shared_ptr<call_state>;

  static asio::awaitable<void> run(std::shared_ptr<client_core> self, call_ptr c) {
    try {
      c->outcome = co_await self->perform(*c);
    } catch (const std::exception&) {
      // Cancelling makes Asio throw out of whatever the call waits for; `stopped` tells why.
      if (!c->stopped) c->outcome = fail(errc::internal, "exception in the transport");
    }
    // What Asio does after a coroutine's end would throw once more.
    co_await asio::this_coro::throw_if_cancelled(false);
  }

  asio::awaitable<result<http_response>> perform(call_state& c) {
    auto& request = c.call.request;
    if (!is_host_name(request.host)) co_return fail(errc::host_not_allowed, "not a host name");
    c.host_for_errors = request.host;
    if (!host_allowed_ || !host_allowed_(request.host)) co_return fail(errc::host_not_allowed);
    if (c.call.only_connects) {
      auto fresh = co_await connector_.connect(request.host, c.deadline.expiry());
      if (!fresh) co_return fresh.error();
      co_return http_response{};
    }
    auto head =
        write_request_head(request, c.call.sink == nullptr, c.call.source ? c.call.source->size() : 0);
    if (!head) co_return head.error();
    // The head says all of it, and thousands of long polls wait at the same time.
    request.target = {};
    request.headers = {};

    auto slot = co_await slots_->enter();
    if (!slot) co_return fail(errc::cancelled);
    c.permit = net_->breaker->admit(request.host, number_);
    if (!c.permit) co_return fail(errc::breaker_open);

    auto way = way_;
    if (auto stream = pool_->take(request.host)) {
      auto outcome = co_await use(c, std::move(stream), *head, way);
      // A server may close an idle connection at the very moment we use it.
      auto went_stale = !outcome && outcome.error().code == errc::connection_lost && !c.progress.answer_begun;
      if (!went_stale || (c.progress.request_left && request.method != "GET")) co_return outcome;
    }
    make_room();
    way = way_;
    auto fresh = co_await connector_.connect(request.host, c.deadline.expiry());
    if (!fresh) co_return fresh.error();
    co_return co_await use(c, *fresh, *head, way);
  }

  asio::awaitable<result<http_response>> use(call_state& c, std::shared_ptr<tls_stream> stream,
                                             const std::string& head, unsigned way) {
    c.request_left = c.request_left || c.progress.request_left;
    c.progress = {};
    auto outcome = co_await exchange(*stream, head, c.call, c.progress);
    if (outcome && c.progress.reusable && !c.stopped && way == way_)
      pool_->put(c.call.request.host, std::move(stream));
    co_return outcome;
  }

  /// Idle connections give way, so that idle and busy ones together stay within the account's limit.
  void make_room() {
    while (pool_->size() + slots_->inside() > net_->options.max_connections_per_account)
      if (!pool_->drop_oldest()) return;
  }

  void finish(const call_ptr& c) {
    c->deadline.cancel();
    calls_.erase(c);
    auto outcome = std::move(c->outcome);
    // An answer that was complete when the call was stopped is still the truth.
    if (!outcome && c->stopped) outcome = fail(*c->stopped);
    report(c->permit, outcome, c->progress.in_sink);
    if (!outcome) {
      auto e = outcome.error();
      auto where = std::string{c->call.label};
      if (!c->host_for_errors.empty()) where += " " + c->host_for_errors;
      e.context = e.context.empty() ? where : where + ": " + e.context;
      e.request_left = c->request_left || c->progress.request_left;
      outcome = std::move(e);
    }
    net_->hooks.on_call(c->call.label, name_of(outcome), net_->hooks.now() - c->started);
    auto done = std::move(c->done);
    done(std::move(outcome));
  }

  std::shared_ptr<network> network_;
  std::shared_ptr<network::parts> net_;
  asio::any_io_executor executor_;
  const host_breaker::caller number_ = net_->next_client++;
  host_policy host_allowed_;
  connector connector_;
  std::shared_ptr<fair_gate> slots_;
  std::shared_ptr<connection_pool> pool_;
  std::unordered_set<call_ptr> calls_;
  unsigned way_ = 0; ///< counts the changes of the proxy
};

class https_client final : public http_client {
public:
  explicit https_client(std::shared_ptr<client_core> core) : core_(std::move(core)) {}
  ~https_client() override { core_->close(); }
  https_client(const https_client&) = delete;
  https_client& operator=(const https_client&) = delete;

  void start(http_call call, completion done) override { core_->start(std::move(call), std::move(done)); }
  void close() override { core_->close(); }
  void use_proxy(std::shared_ptr<const proxy> through) override { core_->use_proxy(std::move(through)); }

private:
  std::shared_ptr<client_core> core_;
};

} // namespace

std::unique_ptr<http_client> make_https_client(std::shared_ptr<network> net, asio::io_context& shard_context,
                                               host_policy host_allowed) {
  return std::make_unique<https_client>(
      std::make_shared<client_core>(std::move(net), shard_context, std::move(host_allowed)));
}

} // namespace weixin::transport
