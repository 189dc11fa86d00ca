#include "transport/address_policy.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace weixin::transport {
namespace {

namespace ip = boost::asio::ip;

struct v4_range {
  std::uint32_t network;
  int prefix;
};

constexpr std::uint32_t v4(std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
  return a << 24U | b << 16U | c << 8U | d;
}

// IANA's special-purpose registry for IPv4, as far as it is not globally reachable, with multicast and above.
constexpr std::array special_v4{
    v4_range{v4(0, 0, 0, 0), 8},      v4_range{v4(10, 0, 0, 0), 8},     v4_range{v4(100, 64, 0, 0), 10},
    v4_range{v4(127, 0, 0, 0), 8},    v4_range{v4(169, 254, 0, 0), 16}, v4_range{v4(172, 16, 0, 0), 12},
    v4_range{v4(192, 0, 0, 0), 24},   v4_range{v4(192, 0, 2, 0), 24},   v4_range{v4(192, 88, 99, 0), 24},
    v4_range{v4(192, 168, 0, 0), 16}, v4_range{v4(198, 18, 0, 0), 15},  v4_range{v4(198, 51, 100, 0), 24},
    v4_range{v4(203, 0, 113, 0), 24}, v4_range{v4(224, 0, 0, 0), 3},
};

bool is_public_v4(ip::address_v4 address) noexcept {
  auto bits = address.to_uint();
  return std::none_of(special_v4.begin(), special_v4.end(), [bits](const v4_range& r) {
    return bits >> (32 - r.prefix) == r.network >> (32 - r.prefix);
  });
}

bool is_public_v6(const ip::address_v6& address) noexcept {
  auto b = address.to_bytes();
  // Only 2000::/3 is given out as global unicast; loopback, mapped, NAT64, unique local, link-local and
  // multicast lie outside of it.
  if ((b[0] & 0xe0U) != 0x20U) return false;
  if (b[0] == 0x20 && b[1] == 0x02) return false;                // 6to4
  if (b[0] == 0x20 && b[1] == 0x01 && b[2] < 0x02) return false; // 2001::/23: Teredo, benchmarking, ORCHID
  if (b[0] == 0x20 && b[1] == 0x01 && b[2] == 0x0d && b[3] == 0xb8) return false; // documentation
  if (b[0] == 0x3f && b[1] == 0xff && (b[2] & 0xf0U) == 0) return false;          // documentation
  return true;
}

} // namespace

bool is_public(const ip::address& address) noexcept {
  return address.is_v4() ? is_public_v4(address.to_v4()) : is_public_v6(address.to_v6());
}

bool is_loopback(const ip::address& address) noexcept {
  if (address.is_v4()) return address.to_v4().is_loopback();
  auto six = address.to_v6();
  if (!six.is_v4_mapped()) return six.is_loopback();
  return six.to_bytes()[12] == 127;
}

} // namespace weixin::transport
