#pragma once

#include <boost/asio/ip/address.hpp>

namespace weixin::transport {

/// True for an address of the public internet. False for everything that may lie behind the operator's own
/// firewall or is nobody's: unspecified, loopback, private, shared (CGNAT), link-local with the cloud's
/// metadata service, unique local, site-local, benchmarking, documentation, multicast, reserved, and IPv6
/// forms that carry such an IPv4 address (mapped, compatible, NAT64, 6to4, Teredo).
bool is_public(const boost::asio::ip::address& address) noexcept;

/// True for 127.0.0.0/8, ::1 and the mapped form of the former.
bool is_loopback(const boost::asio::ip::address& address) noexcept;

} // namespace weixin::transport
