#include "transport/network_parts.hpp"

#include <exception>

namespace weixin::transport {
namespace {

/// How many seconds' worth of handshakes may begin at once: little, so that no second holds many more than it
/// should.
constexpr double burst_seconds = 0.1;

network_hooks with_defaults(network_hooks hooks) {
  if (!hooks.now) hooks.now = [] { return std::chrono::steady_clock::now(); };
  if (!hooks.on_call)
    hooks.on_call = [](std::string_view, std::string_view, std::chrono::duration<double>) {};
  if (!hooks.on_handshake) hooks.on_handshake = [](handshake_end, std::chrono::duration<double>) {};
  if (!hooks.on_look_up) hooks.on_look_up = [](lookup_end, std::chrono::duration<double>) {};
  return hooks;
}

std::optional<host_and_port> target_of(const network_options& options) {
  if (options.connect_to.empty()) return std::nullopt;
  auto parsed = parse_host_and_port(options.connect_to);
  return parsed ? std::optional{*parsed} : std::nullopt;
}

} // namespace

network::parts::parts(network_options o, network_hooks h, std::shared_ptr<tls_context> t)
    : options(std::move(o)), connect_to(target_of(options)), hooks(with_defaults(std::move(h))),
      tls(std::move(t)), breaker(std::make_shared<host_breaker>(breaker_options{}, hooks.now)),
      names(options.resolver_threads, hooks.look_up, hooks.now, hooks.on_look_up),
      handshakes(options.tls_handshakes_per_second, options.tls_handshakes_per_second * burst_seconds) {}

std::shared_ptr<fair_gate> network::parts::handshake_gate(boost::asio::io_context& shard) {
  std::lock_guard lock{mutex_};
  auto& known = gates_[&shard];
  auto gate = known.lock();
  if (!gate) {
    gate = std::make_shared<fair_gate>(shard.get_executor(), options.max_concurrent_handshakes);
    known = gate;
  }
  return gate;
}

result<std::shared_ptr<network>> network::create(network_options options, network_hooks hooks) {
  auto checked = validate(std::move(options));
  if (!checked) return checked.error();
  auto tls = tls_context::create(checked->ca_file);
  if (!tls) return tls.error();
  try {
    auto p = std::make_shared<parts>(std::move(*checked), std::move(hooks), std::move(*tls));
    return std::shared_ptr<network>{new network{std::move(p)}};
  } catch (const std::exception&) {
    return fail(errc::internal, "the resolver's threads cannot be started");
  }
}

network::network(std::shared_ptr<parts> p) : parts_(std::move(p)) {}

network::~network() { stop(); }

const network_options& network::options() const noexcept { return parts_->options; }

std::vector<host_breaker::view> network::breaker_states() const { return parts_->breaker->states(); }

void network::set_handshake_rate(double per_second) {
  parts_->handshakes.set_rate(parts_->hooks.now(), per_second, per_second * burst_seconds);
}

std::size_t network::connections_open() const noexcept { return parts_->open->open(); }

void network::stop() { parts_->names.stop(); }

} // namespace weixin::transport
