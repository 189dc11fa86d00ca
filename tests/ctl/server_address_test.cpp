#include "ctl/server_address.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <unistd.h>

namespace weixin::ctl {
namespace {

using testing::HasSubstr;

invocation with_url(const std::string& url, const std::string& token = {}) {
  invocation i;
  i.url = url;
  i.token = secret{token};
  return i;
}

failure failure_of(const invocation& i) {
  auto found = find_server(i);
  if (!found) return found.error();
  ADD_FAILURE() << "found " << found->name;
  return {};
}

struct token_file {
  explicit token_file(const std::string& text)
      : path(std::filesystem::temp_directory_path() / ("weixinctl-token-" + std::to_string(::getpid()))) {
    std::ofstream{path} << text;
  }
  ~token_file() { std::filesystem::remove(path); }
  std::filesystem::path path;
};

TEST(ServerAddress, IsTheSocketWithoutAUrl) {
  invocation i;
  i.socket = "/run/x.sock";
  auto found = find_server(i);
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->is_socket);
  EXPECT_EQ(found->targets.at(0).unix_path, "/run/x.sock");
  EXPECT_TRUE(found->token.empty());
}

TEST(ServerAddress, IsWhatTheUrlNames) {
  auto plain = find_server(with_url("http://127.0.0.1:9463", "wxd_x"));
  ASSERT_TRUE(plain) << plain.error().text;
  EXPECT_EQ(plain->targets.at(0).address, "127.0.0.1:9463");
  EXPECT_EQ(plain->host, "127.0.0.1:9463");
  EXPECT_FALSE(plain->targets.at(0).trust);
  EXPECT_EQ(plain->token.reveal(), "wxd_x");
  auto secure = find_server(with_url("https://[::1]/"));
  ASSERT_TRUE(secure) << secure.error().text;
  EXPECT_EQ(secure->targets.at(0).address, "[::1]:443");
  EXPECT_EQ(secure->targets.at(0).tls_name, "::1");
  EXPECT_TRUE(secure->targets.at(0).trust);
}

TEST(ServerAddress, IsNothingElse) {
  for (const char* url : {"", " ", "127.0.0.1:9463", "ftp://127.0.0.1", "http://", "http://a/b", "http://a?b",
                          "http://user@127.0.0.1", "http://127.0.0.1#code=x", "unix:///run/x"}) {
    if (std::string_view{url}.empty()) continue; // the socket
    EXPECT_EQ(failure_of(with_url(url)).code, exit_code::usage) << url;
  }
}

TEST(ServerAddress, ShowsATokenInClearToThisMachineAlone) {
  auto elsewhere = with_url("http://192.0.2.1:9463", "wxd_x");
  auto f = failure_of(elsewhere);
  EXPECT_EQ(f.code, exit_code::usage);
  EXPECT_THAT(f.hint, HasSubstr("--plain-http"));
  elsewhere.plain_http = true;
  EXPECT_TRUE(find_server(elsewhere));
  EXPECT_TRUE(find_server(with_url("http://192.0.2.1:9463"))) << "there is nothing to show";
  EXPECT_TRUE(find_server(with_url("https://192.0.2.1:9463", "wxd_x")));
}

TEST(ServerAddress, ReadsTheTokenOfAFile) {
  token_file file{"wxd_of_file\n"};
  auto i = with_url("http://127.0.0.1:1", "wxd_of_environment");
  i.token_file = file.path;
  auto found = find_server(i);
  ASSERT_TRUE(found) << found.error().text;
  EXPECT_EQ(found->token.reveal(), "wxd_of_file");
}

TEST(ServerAddress, TakesNoFileThatHoldsAnythingElse) {
  for (const std::string& text :
       {std::string{}, std::string{"two words"}, std::string{"a\nb"}, std::string(1'000, 'x')}) {
    token_file file{text};
    auto i = with_url("http://127.0.0.1:1");
    i.token_file = file.path;
    auto f = failure_of(i);
    EXPECT_EQ(f.code, exit_code::usage);
    EXPECT_EQ(f.text.find("wxd"), std::string::npos);
  }
  auto i = with_url("http://127.0.0.1:1");
  i.token_file = "/nowhere/token";
  EXPECT_EQ(failure_of(i).code, exit_code::usage);
  EXPECT_EQ(failure_of(with_url("http://127.0.0.1:1", "two words")).code, exit_code::usage);
}

TEST(ServerAddress, SaysWhichFileOfCertificatesIsNone) {
  token_file file{"nothing"};
  auto i = with_url("https://127.0.0.1:1");
  i.ca_file = file.path;
  auto f = failure_of(i);
  EXPECT_EQ(f.code, exit_code::usage);
  EXPECT_THAT(f.text, HasSubstr(i.ca_file));
}

} // namespace
} // namespace weixin::ctl
