#include "tests/protocol/fixtures.hpp"

#include <fstream>
#include <iterator>
#include <stdexcept>

namespace weixin::webwx {

std::string fixture(std::string_view name) {
  std::ifstream file(WEIXIN_TEST_DATA "/webwx/" + std::string{name}, std::ios::binary);
  if (!file) throw std::runtime_error("no fixture " + std::string{name});
  return {std::istreambuf_iterator<char>{file}, {}};
}

http_response answer(std::string body, int status) { return {status, {}, std::move(body)}; }

http_response answer_of(std::string_view fixture_name, int status) {
  return answer(fixture(fixture_name), status);
}

std::string with_ret(int ret, std::string_view rest) {
  return R"({"BaseResponse": {"Ret": )" + std::to_string(ret) + R"(, "ErrMsg": ""})" + std::string{rest} +
         "}";
}

session sample_session() {
  session s;
  s.uin = 1234567890;
  s.sid = secret{"Synth/Sid+1"};
  s.skey = secret{"@crypt_0123abcd_00112233"};
  s.pass_ticket = secret{"Synth%2BTicket%3D"};
  s.device_id = "e012345678901234";
  s.user_agent = "Mozilla/5.0 (synthetic)";
  s.user_name = self_name;
  s.nick_name = "测试机器人";
  s.host = hosts_for_entry("wx2.qq.com");
  s.cookies.store("wx2.qq.com", {{"Set-Cookie", "wxuin=1234567890; Domain=wx2.qq.com; Path=/; Secure"},
                                 {"Set-Cookie", "webwx_data_ticket=data; Domain=.qq.com; Path=/; Secure"}});
  s.keys.sync_key.pairs = {{1, 700000001}, {2, 700000102}};
  s.keys.sync_check_key.pairs = {{1, 700000001}, {2, 700000103}};
  return s;
}

std::string query_value(const http_request& r, std::string_view name) {
  auto begin = r.target.find('?');
  while (begin != std::string::npos) {
    auto end = r.target.find('&', begin + 1);
    auto pair = r.target.substr(begin + 1, end == std::string::npos ? end : end - begin - 1);
    if (pair.starts_with(std::string{name} + "=")) return pair.substr(name.size() + 1);
    begin = end;
  }
  return "(none)";
}

} // namespace weixin::webwx
