#include "simulator/simulator_server.hpp"

#include "httpd/router.hpp"
#include "httpd/server.hpp"
#include "simulator/certificates.hpp"
#include "simulator/control_api.hpp"
#include "simulator/host_roles.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <optional>
#include <unordered_map>
#include <utility>

namespace weixin::simulator {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t max_connections = 60'000;
constexpr std::size_t max_request_body = std::size_t{4} * 1024 * 1024;

bool is_loopback(std::string_view address) {
  return address.starts_with("127.") || address.starts_with("[::1]:");
}

void give(const httpd::responder& to, answer a) {
  switch (a.how) {
  case answer::way::respond:
    to.send(std::move(a.response));
    break;
  case answer::way::raw:
    to.send_raw(std::move(a.bytes));
    break;
  case answer::way::close:
    to.spoil(httpd::sabotage::close);
    break;
  case answer::way::reset:
    to.spoil(httpd::sabotage::reset);
    break;
  case answer::way::stall:
    to.spoil(httpd::sabotage::stall);
    break;
  }
}

} // namespace

struct simulator_server::impl : std::enable_shared_from_this<impl> {
  impl(boost::asio::io_context& io, simulator_server_options o)
      : context(io), options(std::move(o)), service(options.service), timer(io) {}

  result<void> start();
  void serve(const httpd::request& r, httpd::responder respond);
  void settle();
  void arm();
  void stop();
  moment now() const { return {std::chrono::steady_clock::now(), clock.now()}; }

  boost::asio::io_context& context;
  simulator_server_options options;
  system_wall_clock clock;
  simulated_weixin service;
  boost::asio::steady_timer timer;
  std::optional<steady_time> armed;
  std::unordered_map<exchange_id, httpd::responder> held;
  exchange_id last_id = 0;
  certificate_files files;
  std::unique_ptr<httpd::server> listener;
  std::unique_ptr<httpd::server> control;
  bool stopped = false;
};

result<void> simulator_server::impl::start() {
  for (const auto& address : {options.listen, options.control})
    if (!address.empty() && !options.allow_non_loopback && !is_loopback(address))
      return fail(errc::invalid_argument, address + " is not a loopback address");
  auto set = make_certificates(all_hosts(), clock.now());
  if (!set) return set.error();
  auto written = write_certificates(*set, options.directory);
  if (!written) return written.error();
  files = *written;
  if (auto added = service.add_users(options.users, options.shape, now()); !added) return added.error();

  httpd::listen_options tls;
  tls.address = options.listen;
  tls.tls_certificate = files.chain;
  tls.tls_key = files.key;
  tls.max_connections = max_connections;
  tls.max_body_bytes = max_request_body;
  // Longer than any long poll, so that a kept connection is the client's to close.
  tls.idle_deadline = 120s;
  tls.body_deadline = 30s; // the client under test may have the slower machine
  listener = std::make_unique<httpd::server>(context, tls,
                                             [weak = weak_from_this()](httpd::request r, auto respond) {
                                               if (auto self = weak.lock())
                                                 self->serve(r, std::move(respond));
                                             });
  if (auto r = listener->start(); !r) return r.error();
  if (!options.control.empty()) {
    httpd::listen_options plain;
    plain.address = options.control;
    plain.max_body_bytes = max_request_body;
    auto routes = make_control_api(
        service, [this] { return now(); },
        [weak = weak_from_this()] {
          if (auto self = weak.lock()) self->settle();
        });
    control = std::make_unique<httpd::server>(context, plain, std::move(routes));
    if (auto r = control->start(); !r) return r.error();
  }
  settle();
  return {};
}

void simulator_server::impl::serve(const httpd::request& r, httpd::responder respond) {
  auto id = ++last_id;
  if (auto a = service.handle(id, r, now())) {
    give(respond, std::move(*a));
  } else {
    held.emplace(id, respond);
    respond.on_gone([weak = weak_from_this(), id] {
      auto self = weak.lock();
      if (!self || self->held.erase(id) == 0) return;
      self->service.forget(id, self->now());
    });
  }
  settle();
}

void simulator_server::impl::settle() {
  for (auto& [id, a] : service.take_released()) {
    auto found = held.find(id);
    if (found == held.end()) continue;
    auto respond = std::move(found->second);
    held.erase(found);
    give(respond, std::move(a));
  }
  arm();
}

void simulator_server::impl::arm() {
  auto next = service.next_event();
  if (stopped || next == armed) return;
  armed = next;
  timer.cancel();
  if (!next) return;
  timer.expires_at(*next);
  timer.async_wait([self = shared_from_this()](const boost::system::error_code& ec) {
    if (ec || self->stopped) return;
    self->armed.reset();
    self->service.advance(self->now());
    self->settle();
  });
}

void simulator_server::impl::stop() {
  if (std::exchange(stopped, true)) return;
  timer.cancel();
  held.clear();
  if (listener) listener->stop();
  if (control) control->stop();
}

simulator_server::simulator_server(boost::asio::io_context& context, simulator_server_options options)
    : impl_(std::make_shared<impl>(context, std::move(options))) {}

simulator_server::~simulator_server() { stop(); }

result<void> simulator_server::start() { return impl_->start(); }
std::string simulator_server::endpoint() const { return impl_->listener ? impl_->listener->endpoint() : ""; }
std::string simulator_server::control_endpoint() const {
  return impl_->control ? impl_->control->endpoint() : "";
}
std::string simulator_server::ca_file() const { return impl_->files.ca; }
simulated_weixin& simulator_server::service() noexcept { return impl_->service; }
moment simulator_server::now() const { return impl_->now(); }
void simulator_server::settle() { impl_->settle(); }
void simulator_server::stop() { impl_->stop(); }

} // namespace weixin::simulator
