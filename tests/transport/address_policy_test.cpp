#include "transport/address_policy.hpp"

#include <gtest/gtest.h>

#include <string>

namespace weixin::transport {
namespace {

using boost::asio::ip::make_address;

TEST(AddressPolicy, TakesAddressesOfThePublicInternet) {
  for (std::string text :
       {"203.205.254.103", "1.1.1.1", "100.63.255.255", "100.128.0.1", "172.15.255.255", "172.32.0.1",
        "192.0.1.1", "198.17.0.1", "198.20.0.1", "223.255.255.255", "9.255.255.255", "11.0.0.0",
        "2402:4e00:40:40::2:3b6", "2606:4700:4700::1111", "2001:200::1"})
    EXPECT_TRUE(is_public(make_address(text))) << text;
}

TEST(AddressPolicy, RefusesEverythingThatIsNotOnThePublicInternet) {
  for (std::string text :
       {"0.0.0.0",         "0.1.2.3",        "10.0.0.1",        "10.255.255.255",  "100.64.0.1",
        "100.127.255.255", "127.0.0.1",      "127.255.255.254", "169.254.169.254", "172.16.0.1",
        "172.31.255.255",  "192.0.0.1",      "192.0.2.1",       "192.88.99.1",     "192.168.1.1",
        "198.18.0.1",      "198.19.255.255", "198.51.100.1",    "203.0.113.1",     "224.0.0.1",
        "239.255.255.255", "240.0.0.1",      "255.255.255.255"})
    EXPECT_FALSE(is_public(make_address(text))) << text;
}

TEST(AddressPolicy, RefusesIpv6ThatIsLocalOrCarriesAnIpv4Address) {
  for (std::string text :
       {"::", "::1", "::ffff:8.8.8.8", "::ffff:127.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1",
        "100::1", "fc00::1", "fd12:3456::1", "fe80::1", "fec0::1", "ff02::1", "2001::1", "2001:10::1",
        "2001:db8::1", "2002:7f00:1::", "3fff:0fff::1", "4000::1"})
    EXPECT_FALSE(is_public(make_address(text))) << text;
}

TEST(AddressPolicy, KnowsLoopbackInEveryForm) {
  for (std::string text : {"127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"})
    EXPECT_TRUE(is_loopback(make_address(text))) << text;
  for (std::string text : {"128.0.0.1", "::2", "::ffff:10.0.0.1", "0.0.0.0"})
    EXPECT_FALSE(is_loopback(make_address(text))) << text;
}

} // namespace
} // namespace weixin::transport
