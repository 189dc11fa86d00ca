#include "tests/simulation/virtual_network.hpp"

#include "httpd/request_target.hpp"
#include "protocol/webwx/hosts.hpp"
#include "runtime/log.hpp"
#include "transport/answer_reader.hpp"

#include <algorithm>
#include <deque>
#include <functional>
#include <stdexcept>
#include <utility>

namespace weixin::simulation {
namespace {

// As transport/network_options.hpp has them.
constexpr std::size_t max_connections = 4;
constexpr std::size_t max_waiting = 64;
constexpr auto idle_timeout = 10s;
constexpr auto connect_timeout = 5s;

constexpr auto shortest_latency = 2ms;
constexpr auto longest_latency = 40ms;

struct hit {
  simulator::fault_kind kind;
  std::int64_t value = 0;
};

/// The simulator's own way of doing this fault, where it has one.
std::optional<hit> simulators(fault f) {
  using kind = simulator::fault_kind;
  switch (f) {
  case fault::reset_without_work:
    return hit{kind::reset};
  case fault::lost_answer:
    return hit{kind::lost_response};
  case fault::cut_head:
    return hit{kind::cut_head};
  case fault::cut_body:
    return hit{kind::cut_body};
  case fault::short_length:
    return hit{kind::short_length};
  case fault::broken_chunks:
    return hit{kind::broken_chunks};
  case fault::garbage_head:
    return hit{kind::garbage_head};
  case fault::http_500:
    return hit{kind::http_status, 500};
  case fault::http_502:
    return hit{kind::http_status, 502};
  case fault::http_503:
    return hit{kind::http_status, 503};
  case fault::empty_body:
    return hit{kind::empty};
  case fault::html:
    return hit{kind::html};
  case fault::garbage:
    return hit{kind::garbage};
  case fault::deep_nesting:
    return hit{kind::deep_nesting};
  case fault::truncated:
    return hit{kind::truncated};
  case fault::bad_utf8:
    return hit{kind::bad_utf8};
  case fault::ret_1100:
    return hit{kind::ret, 1100};
  case fault::ret_1101:
    return hit{kind::ret, 1101};
  case fault::ret_1102:
    return hit{kind::ret, 1102};
  case fault::ret_1205:
    return hit{kind::ret, 1205};
  case fault::ret_1203:
    return hit{kind::ret, 1203};
  case fault::ret_unknown:
    return hit{kind::ret, -7};
  case fault::endless_selector:
    return hit{kind::selector, 2};
  default:
    return std::nullopt;
  }
}

simulator::fault_rule rule_of(const hit& h) {
  simulator::fault_rule rule;
  rule.kind = h.kind;
  rule.value = h.value;
  return rule;
}

bool is_hosts_failure(errc code) {
  return code == errc::dns_failed || code == errc::connect_failed || code == errc::tls_failed ||
         code == errc::timed_out || code == errc::connection_lost || code == errc::malformed_answer;
}

void report(transport::host_breaker::permit& permit, const result<http_response>& outcome) {
  if (!permit) return;
  if (outcome) return outcome->status >= 500 ? permit.failed() : permit.succeeded();
  if (outcome.error().code == errc::answer_too_large) return permit.succeeded();
  if (is_hosts_failure(outcome.error().code)) permit.failed();
}

result<httpd::request> as_the_service_reads_it(const http_request& r) {
  auto parsed = httpd::parse_target(r.target);
  if (!parsed) return fail(errc::invalid_argument, "target");
  httpd::request request;
  request.method = r.method;
  request.target = r.target;
  request.path = std::move(parsed->path);
  request.query = std::move(parsed->query);
  request.headers = r.headers;
  request.headers.push_back({"Host", r.host});
  request.body = r.body;
  return request;
}

/// What the transport makes of these bytes.
result<http_response> read_raw(std::string bytes, const transport::http_call& call) {
  transport::answer_reader reader{{call.limits.max_header_bytes, call.limits.max_body_bytes}, false, false};
  if (auto ok = reader.put(bytes); !ok) return ok.error();
  if (!reader.is_done())
    if (auto ok = reader.put_end(); !ok) return ok.error();
  if (!reader.is_done()) return fail(errc::connection_lost, "in the middle of the answer");
  return reader.take_response();
}

} // namespace

// -- one account's client

struct virtual_network::exchange {
  simulator::exchange_id id = 0;
  std::shared_ptr<process> owner;
  client* caller = nullptr; ///< null once it is gone
  std::string account;
  transport::http_call call;
  transport::http_client::completion done;
  httpd::request request;
  transport::host_breaker::permit permit;
  simulator::agenda::entry_id deadline = 0;
  simulator::agenda::entry_id next = 0;
  std::optional<fault> hit;
  bool has_left = false;
  bool is_active = false;
};

class virtual_network::client final : public transport::http_client {
public:
  client(std::shared_ptr<process> owner, std::string account)
      : owner_(std::move(owner)), net_(owner_->net_), account_(std::move(account)) {}
  client(const client&) = delete;
  client& operator=(const client&) = delete;

  ~client() override {
    close();
    for (auto& [id, x] : mine_)
      x->caller = nullptr;
  }

  void start(transport::http_call call, completion done) override {
    if (!owner_->alive_) return;
    auto hit = net_.plan_.of_call(account_, call.label, net_.time_.now());
    if (hit == fault::actor_exception) {
      net_.plan_.fired(*hit);
      throw std::runtime_error("a bug in an actor");
    }
    log_debug("simulated.call", {{"account", account_}, {"endpoint", call.label}, {"ms", net_.virtual_ms()}});
    for (auto* o : net_.observers_)
      o->started(account_, call);
    ++net_.calls_;
    auto x = std::make_shared<exchange>();
    x->id = ++net_.last_id_;
    x->owner = owner_;
    x->caller = this;
    x->account = account_;
    x->call = std::move(call);
    x->done = std::move(done);
    x->hit = hit;
    net_.under_way_.emplace(x->id, x);
    mine_.emplace(x->id, x);
    auto full = active_ >= max_connections && waiting_.size() >= max_waiting;
    x->deadline = net_.time_.after(x->call.limits.deadline,
                                   [this_net = &net_, x] { this_net->fail_call(x, errc::timed_out, ""); });
    if (full) {
      x->next = net_.time_.after(0ns, [this_net = &net_, x] {
        this_net->fail_call(x, errc::queue_full, "too many calls of this account wait");
      });
    } else if (active_ >= max_connections) {
      waiting_.push_back(x);
    } else {
      activate(x);
    }
  }

  void use_proxy(std::shared_ptr<const transport::proxy>) override {}

  void close() override {
    idle_.clear();
    waiting_.clear();
    for (auto& [id, x] : mine_) {
      net_.time_.cancel(x->next);
      x->next =
          net_.time_.after(0ns, [this_net = &net_, y = x] { this_net->fail_call(y, errc::cancelled, ""); });
    }
  }

  void activate(const exchange_ptr& x) {
    ++active_;
    x->is_active = true;
    x->next = net_.time_.after(0ns, [this_net = &net_, x] { this_net->begin(x); });
  }

  void ended(const exchange_ptr& x, bool keeps_connection) {
    if (x->is_active) --active_;
    mine_.erase(x->id);
    std::erase(waiting_, x);
    if (keeps_connection) idle_[x->call.request.host] = net_.time_.now() + idle_timeout;
    if (!waiting_.empty() && active_ < max_connections) {
      auto next = std::move(waiting_.front());
      waiting_.pop_front();
      activate(next);
    }
  }

  bool take_idle(const std::string& host) {
    auto found = idle_.find(host);
    if (found == idle_.end()) return false;
    bool usable = found->second > net_.time_.now();
    idle_.erase(found);
    return usable;
  }
  void drop_idle() { idle_.clear(); }

private:
  std::shared_ptr<process> owner_;
  virtual_network& net_;
  std::string account_;
  std::size_t active_ = 0;
  std::map<simulator::exchange_id, exchange_ptr> mine_;
  std::deque<exchange_ptr> waiting_;
  std::map<std::string, steady_time> idle_; ///< by host: until when
};

// -- a process

virtual_network::process::process(virtual_network& net)
    : net_(net), breaker_(std::make_shared<transport::host_breaker>(transport::breaker_options{},
                                                                    [&net] { return net.time_.now(); })) {}

std::shared_ptr<transport::http_client> virtual_network::process::client(const std::string& account) {
  return std::make_shared<virtual_network::client>(shared_from_this(), account);
}

void virtual_network::process::die() {
  alive_ = false;
  std::erase_if(net_.under_way_, [this](const auto& entry) {
    const auto& x = entry.second;
    if (x->owner.get() != this) return false;
    net_.time_.cancel(x->deadline);
    net_.time_.cancel(x->next);
    net_.held_.erase(x->id);
    net_.weixin_.forget(x->id, {net_.time_.now(), net_.time_.true_time()});
    x->done = nullptr;
    return true;
  });
}

std::shared_ptr<virtual_network::process> virtual_network::start_process() {
  return std::make_shared<process>(*this);
}

// -- the network

virtual_network::virtual_network(timeline& time, simulator::simulated_weixin& weixin, fault_plan& plan,
                                 trace& t, std::uint64_t seed)
    : time_(time), weixin_(weixin), plan_(plan), trace_(t), random_(seed ^ 0x2E7ULL) {
  time_.add({[this] { return weixin_.next_event(); },
             [this] {
               weixin_.advance({time_.now(), time_.true_time()});
               take_released();
             }});
}

virtual_network::~virtual_network() = default;

std::chrono::microseconds virtual_network::latency() {
  return between(random_, shortest_latency, longest_latency);
}

void virtual_network::set_state(network_state s) {
  state_ = s;
  trace_.note("network", static_cast<std::uint64_t>(s));
  if (s == network_state::up) return;
  auto calls = under_way_;
  for (auto& [id, x] : calls) {
    if (!x->is_active) continue;
    if (x->caller != nullptr) x->caller->drop_idle();
    time_.cancel(x->next);
    if (held_.erase(id) != 0) weixin_.forget(id, {time_.now(), time_.true_time()});
    // Silent: it hangs until its deadline.
    if (s == network_state::refusing)
      x->next = time_.after(latency(),
                            [this, y = x] { fail_call(y, errc::connection_lost, "the network is gone"); });
  }
}

void virtual_network::begin(const exchange_ptr& x) {
  const auto& host = x->call.request.host;
  if (!webwx::is_known_host(host)) return fail_call(x, errc::host_not_allowed, "");
  auto request = as_the_service_reads_it(x->call.request);
  if (!request) return fail_call(x, errc::invalid_argument, "target");
  x->request = std::move(*request);
  x->permit = x->owner->breaker_->admit(host, std::hash<std::string>{}(x->account));
  if (!x->permit) return fail_call(x, errc::breaker_open, "");
  for (auto* o : observers_)
    o->attempted(x->account, host);
  if (is_broken_before_a_byte(x)) return;
  if (state_ == network_state::up && x->caller != nullptr && x->caller->take_idle(host)) return leave(x);
  connect(x);
}

bool virtual_network::is_broken_before_a_byte(const exchange_ptr& x) {
  if (!x->hit) return false;
  auto end = [&](std::chrono::nanoseconds after, errc code) {
    plan_.fired(*x->hit);
    x->next = time_.after(after, [this, x, code] { fail_call(x, code, "fault"); });
    return true;
  };
  switch (*x->hit) {
  case fault::dns_failed:
    return end(between(random_, 1ms, 2s), errc::dns_failed);
  case fault::connect_refused:
    return end(latency(), errc::connect_failed);
  case fault::connect_timeout:
    return end(connect_timeout, errc::connect_failed);
  case fault::tls_failed:
    return end(latency() * 4, errc::tls_failed);
  case fault::reset_before_a_byte:
    return end(latency() * 4, errc::connection_lost);
  case fault::dns_slow:
    plan_.fired(*x->hit);
    x->next = time_.after(4s, [this, x] { connect(x); });
    return true;
  default:
    return false;
  }
}

void virtual_network::connect(const exchange_ptr& x) {
  ++connections_;
  if (state_ == network_state::refusing) {
    x->next = time_.after(latency(), [this, x] { fail_call(x, errc::connect_failed, "refused"); });
  } else if (state_ == network_state::silent) {
    x->next = time_.after(connect_timeout, [this, x] { fail_call(x, errc::connect_failed, "timed out"); });
  } else {
    // TCP, then TLS.
    x->next = time_.after(latency() * 3, [this, x] { leave(x); });
  }
}

void virtual_network::leave(const exchange_ptr& x) {
  x->has_left = true;
  for (auto* o : observers_)
    o->left(x->account, x->request, x->call.label);
  x->next = time_.after(latency(), [this, x] { serve(x); });
}

void virtual_network::serve(const exchange_ptr& x) {
  if (x->hit == fault::stall_without_work) return plan_.fired(*x->hit);
  if (x->hit == fault::lost_reply) {
    plan_.fired(*x->hit);
    x->done = nullptr;
  }
  if (x->hit == fault::huge) {
    plan_.fired(*x->hit);
    return fail_call(x, errc::answer_too_large, "fault");
  }
  if (auto h = x->hit ? simulators(*x->hit) : std::nullopt;
      h && !simulator::happens_after_the_work(h->kind)) {
    plan_.fired(*x->hit);
    return come_back(x, simulator::faulty_answer(rule_of(*h), x->call.label));
  }
  auto a = weixin_.handle(x->id, x->request, {time_.now(), time_.true_time()});
  if (a) {
    for (auto* o : observers_)
      o->answered(x->account, x->request, x->call.label, *a);
    come_back(x, spoil(x, std::move(*a)));
  } else {
    held_.emplace(x->id, x);
  }
  take_released();
}

void virtual_network::take_released() {
  for (auto& [id, a] : weixin_.take_released()) {
    auto found = held_.find(id);
    if (found == held_.end()) continue;
    auto x = std::move(found->second);
    held_.erase(found);
    for (auto* o : observers_)
      o->answered(x->account, x->request, x->call.label, a);
    come_back(x, spoil(x, std::move(a)));
  }
}

simulator::answer virtual_network::spoil(const exchange_ptr& x, simulator::answer a) {
  bool is_sync = x->call.label == "webwxsync" && a.how == simulator::answer::way::respond;
  auto session = is_sync ? x->request.query["sid"] : std::string{};
  auto original = is_sync ? a.response.body : std::string{};
  if (x->hit) {
    if (auto h = simulators(*x->hit)) {
      plan_.fired(*x->hit);
      a = simulator::spoil(std::move(a), rule_of(*h));
    } else if (is_sync) {
      auto body = spoiler_.spoil(*x->hit, session, a.response.body, random_);
      if (body != a.response.body) plan_.fired(*x->hit);
      a.response.body = std::move(body);
    }
  }
  if (is_sync) spoiler_.remember(session, original);
  return a;
}

void virtual_network::come_back(const exchange_ptr& x, simulator::answer a) {
  if (x->hit == fault::stall_after_work) return plan_.fired(*x->hit);
  std::chrono::nanoseconds delay = latency() + extra_latency;
  if (x->hit == fault::slow) {
    plan_.fired(*x->hit);
    delay += between(random_, 500ms, 20s);
  }
  x->next = time_.after(delay, [this, x, a = std::move(a)]() mutable {
    switch (a.how) {
    case simulator::answer::way::stall:
      return;
    case simulator::answer::way::close:
    case simulator::answer::way::reset:
      return fail_call(x, errc::connection_lost, "in the middle of the answer");
    case simulator::answer::way::raw:
      return finish(x, read_raw(std::move(a.bytes), x->call));
    case simulator::answer::way::respond:
      break;
    }
    auto& r = a.response;
    if (r.body.size() > x->call.limits.max_body_bytes) return fail_call(x, errc::answer_too_large, "body");
    http_response response{r.status, std::move(r.headers), std::move(r.body)};
    response.headers.push_back({"Content-Type", r.content_type});
    finish(x, std::move(response));
  });
}

void virtual_network::fail_call(const exchange_ptr& x, errc code, const char* context) {
  finish(x, fail(code, context));
}

void virtual_network::finish(const exchange_ptr& x, result<http_response> outcome) {
  if (under_way_.erase(x->id) == 0) return;
  time_.cancel(x->deadline);
  time_.cancel(x->next);
  if (held_.erase(x->id) != 0) weixin_.forget(x->id, {time_.now(), time_.true_time()});
  report(x->permit, outcome);
  if (!outcome) {
    auto e = outcome.error();
    e.context =
        std::string{x->call.label} + " " + x->call.request.host + (e.context.empty() ? "" : ": ") + e.context;
    e.request_left = x->has_left;
    outcome = std::move(e);
  }
  trace_.note(static_cast<std::uint64_t>(time_.now().time_since_epoch().count()),
              std::string_view{x->account}, x->call.label,
              outcome ? static_cast<std::uint64_t>(outcome->status)
                      : 1'000 + static_cast<std::uint64_t>(outcome.error().code),
              outcome ? static_cast<std::uint64_t>(outcome->body.size()) : 0);
  log_debug("simulated.outcome",
            {{"account", x->account},
             {"endpoint", x->call.label},
             {"ms", virtual_ms()},
             {"fault", x->hit ? to_string(*x->hit) : "none"},
             {"outcome", outcome ? std::to_string(outcome->status) : to_string(outcome.error())}});
  // Whose reply is lost is told nothing.
  for (auto* o : x->done ? observers_ : std::vector<call_observer*>{})
    o->completed(x->account, x->call.request, x->call.label, outcome);
  if (x->caller != nullptr) x->caller->ended(x, outcome.has_value());
  if (auto done = std::exchange(x->done, nullptr)) done(std::move(outcome));
}

} // namespace weixin::simulation
