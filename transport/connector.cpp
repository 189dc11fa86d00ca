#include "transport/connector.hpp"

#include "transport/address_policy.hpp"
#include "transport/late_value.hpp"

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

asio::awaitable<result<std::shared_ptr<tls_stream>>> connector::connect(std::string host) {
  auto found = co_await find(host);
  if (!found) co_return found.error();
  std::shared_ptr<tls_stream> stream;
  auto connected = result<void>{fail(errc::connect_failed, "no address")};
  for (const auto& to : *found) {
    stream = std::make_shared<tls_stream>(executor_);
    connected = co_await stream->connect(to, net_->options.connect_timeout);
    if (connected) break;
  }
  if (!connected) co_return connected.error();

  auto turn = co_await handshakes_->enter();
  if (!turn) co_return fail(errc::cancelled);
  auto proven = co_await stream->handshake(*net_->tls, host, sessions_, net_->options.handshake_timeout);
  if (!proven) co_return proven.error();
  co_return stream;
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
