#pragma once

#include "tests/protocol/fixtures.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace weixin::webwx {

inline constexpr std::int64_t ms = 1'546'211'298'739;

/// Tests of requests: the session that makes them, and what all of them share.
struct request_case : testing::Test {
  const session s = sample_session();
  const std::string common = "lang=zh_CN&pass_ticket=Synth%252BTicket%253D";
  const std::string skey = "skey=%40crypt_0123abcd_00112233";
  const std::string path = "/cgi-bin/mmwebwx-bin/";

  static std::string base_request() {
    return R"("BaseRequest":{"Uin":1234567890,"Sid":"Synth/Sid+1",)"
           R"("Skey":"@crypt_0123abcd_00112233","DeviceID":"e012345678901234"})";
  }

  /// A POST to the entry host with a browser's headers and BaseRequest before `rest`.
  static void expect_json_post(const http_request& r, std::string_view rest) {
    EXPECT_EQ(r.method, "POST");
    EXPECT_EQ(r.host, "wx2.qq.com");
    EXPECT_EQ(find_header(r.headers, "Content-Type"), "application/json; charset=UTF-8");
    EXPECT_EQ(find_header(r.headers, "Origin"), "https://wx2.qq.com");
    EXPECT_EQ(find_header(r.headers, "Referer"), "https://wx2.qq.com/?lang=zh_CN");
    EXPECT_EQ(find_header(r.headers, "User-Agent"), "Mozilla/5.0 (synthetic)");
    EXPECT_EQ(r.body, "{" + base_request() + std::string{rest} + "}");
  }
};

} // namespace weixin::webwx
