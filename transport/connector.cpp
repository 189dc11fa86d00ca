#include "transport/connector.hpp"

#include "transport/address_policy.hpp"
#include "transport/late_value.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace weixin::transport {

namespace asio = boost::asio;

namespace {

constexpr std::size_t max_tried_addresses = 4;
constexpr std::uint16_t https_port = 443;

/// Both families in turn, so that a host whose IPv6 leads nowhere is reached by IPv4 while there is time.
resolver::addresses take_turns(const resolver::addresses& all) {
  resolver::addresses first, second;
  for (const auto& address : all)
    (address.is_v4() == all.front().is_v4() ? first : second).push_back(address);
  resolver::addresses mixed;
  for (std::size_t i = 0; i < std::max(first.size(), second.size()); ++i) {
    if (i < first.size()) mixed.push_back(first[i]);
    if (i < second.size()) mixed.push_back(second[i]);
  }
  return mixed;
}

} // namespace

connector::connector(std::shared_ptr<network::parts> net, asio::io_context& shard)
    : net_(std::move(net)), executor_(shard.get_executor()), handshakes_(net_->handshake_gate(shard)),
      sessions_(std::make_shared<tls_sessions>()) {}

asio::awaitable<result<std::shared_ptr<tls_stream>>>
connector::connect(std::string host, std::chrono::steady_clock::time_point until) {
  auto through = proxy_; // one that is set meanwhile is for the next connection
  // Two statements: GCC 12 destroys the temporaries of a co_await within ?: twice.
  result<endpoints> found = endpoints{};
  if (through)
    found = co_await find_proxy(*through);
  else
    found = co_await find(host);
  if (!found) co_return found.error();
  // Before connecting: a server does not wait long for a client that says nothing.
  auto turn_came = co_await wait_for_turn(until);
  if (!turn_came) co_return turn_came.error();
  std::shared_ptr<tls_stream> stream;
  auto connected = result<void>{fail(errc::connect_failed, "no address")};
  for (const auto& to : *found) {
    stream = std::make_shared<tls_stream>(executor_);
    connected = co_await stream->connect(to, net_->options.connect_timeout);
    if (connected) break;
  }
  if (!connected && through)
    co_return fail(errc::proxy_failed, "no connection: " + connected.error().context);
  if (!connected) co_return connected.error();
  if (through) {
    auto passed = co_await pass(*stream, *through, host);
    if (!passed) co_return passed.error();
  }

  auto turn = co_await handshakes_->enter();
  if (!turn) co_return fail(errc::cancelled);
  auto begun = net_->hooks.now();
  auto proven = co_await stream->handshake(*net_->tls, host, sessions_, net_->options.handshake_timeout);
  auto how = !proven                ? handshake_end::failed
             : stream->is_resumed() ? handshake_end::resumed
                                    : handshake_end::full;
  net_->hooks.on_handshake(how, net_->hooks.now() - begun);
  if (!proven) co_return proven.error();
  stream->count_in(connection_count::entry{net_->open});
  co_return stream;
}

/// Waits until the fleet's rate of handshakes has room for this one.
asio::awaitable<result<void>> connector::wait_for_turn(std::chrono::steady_clock::time_point until) {
  auto now = std::chrono::steady_clock::now();
  auto wait = net_->handshakes.take_within(now, until - now);
  // Waiting in vain would only keep others from their turn.
  if (!wait) co_return fail(errc::queue_full, "too many TLS handshakes of all accounts wait");
  if (wait->count() == 0) co_return result<void>{};
  // Cancelling throws out of the wait.
  struct returned_unless_used {
    runtime::shared_bucket* bucket;
    ~returned_unless_used() {
      if (bucket != nullptr) bucket->give_back();
    }
  } token{&net_->handshakes};
  asio::steady_timer timer{executor_, *wait};
  co_await timer.async_wait(asio::use_awaitable);
  token.bucket = nullptr;
  co_return result<void>{};
}

/// The addresses of a proxy; never empty. It may well stand in the operator's own network.
asio::awaitable<result<connector::endpoints>> connector::find_proxy(const proxy& through) {
  auto loopback_only = net_->options.loopback_only;
  // Where a proxy leads to is out of sight.
  if (loopback_only && !net_->connect_to)
    co_return fail(errc::host_not_allowed, "only loopback may be connected to");
  auto found = co_await resolve(through.host);
  if (!found) co_return fail(errc::proxy_failed, "the proxy's name: " + found.error().context);
  endpoints allowed;
  for (const auto& address : take_turns(*found))
    if ((!loopback_only || is_loopback(address)) && allowed.size() < max_tried_addresses)
      allowed.emplace_back(address, through.port);
  if (allowed.empty()) co_return fail(errc::host_not_allowed, "the proxy is not on loopback");
  co_return allowed;
}

asio::awaitable<result<void>> connector::pass(tls_stream& stream, const proxy& through,
                                              const std::string& host) {
  const auto& detour = net_->connect_to;
  co_return co_await stream.pass(through, detour ? detour->host : host, detour ? detour->port : https_port,
                                 net_->options.handshake_timeout);
}

/// The addresses that may be connected to; never empty.
asio::awaitable<result<connector::endpoints>> connector::find(std::string host) {
  const auto& detour = net_->connect_to;
  auto loopback_only = net_->options.loopback_only;
  // Loopback addresses are refused to real names, so there is nothing left that a lookup could find.
  if (loopback_only && !detour) co_return fail(errc::host_not_allowed, "only loopback may be connected to");

  auto found = co_await resolve(detour ? detour->host : host);
  if (!found) co_return found.error();
  endpoints allowed;
  for (const auto& address : take_turns(*found)) {
    auto good = detour ? !loopback_only || is_loopback(address) : is_public(address);
    if (good && allowed.size() < max_tried_addresses)
      allowed.emplace_back(address, detour ? detour->port : https_port);
  }
  if (allowed.empty()) co_return fail(errc::host_not_allowed, "the name leads to a forbidden address");
  co_return allowed;
}

asio::awaitable<result<resolver::addresses>> connector::resolve(std::string name) {
  boost::system::error_code ec;
  auto literal = asio::ip::make_address(name, ec);
  if (!ec) co_return resolver::addresses{literal};

  late_value<result<resolver::addresses>> answer{executor_};
  net_->names.resolve(name, answer.giver());
  auto found = co_await answer.get(std::chrono::steady_clock::now() + net_->options.resolve_timeout);
  if (!found) co_return fail(errc::dns_failed, "no answer in time");
  co_return std::move(*found);
}

} // namespace weixin::transport
