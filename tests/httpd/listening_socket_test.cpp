#include "httpd/listening_socket.hpp"

#include "tests/httpd/server_fixture.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace weixin::httpd::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class UnixListener : public testing::Test {
protected:
  ~UnixListener() override {
    for (int d : open_)
      ::close(d);
  }
  result<listening_socket> listen(const std::string& at) {
    auto made = listen_on_unix(at, 0660);
    if (made) open_.push_back(made->descriptor);
    return made;
  }
  /// What a killed server leaves behind.
  void leave_stale_socket(const std::string& at) {
    auto address = unix_address(at);
    int d = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ASSERT_EQ(::bind(d, address->get(), address->length), 0);
    ASSERT_EQ(::listen(d, 1), 0);
    ::close(d);
  }
  temporary_directory directory;
  const std::string path = directory.file("a.sock");

private:
  std::vector<int> open_;
};

TEST_F(UnixListener, CreatesASocketOfTheGivenMode) {
  ASSERT_TRUE(listen(path));
  struct stat info {};
  ASSERT_EQ(::stat(path.c_str(), &info), 0);
  EXPECT_TRUE(S_ISSOCK(info.st_mode));
  EXPECT_EQ(info.st_mode & 07777, 0660u);
}

TEST_F(UnixListener, ReplacesASocketNobodyListensOn) {
  leave_stale_socket(path);
  EXPECT_TRUE(listen(path));
  EXPECT_TRUE(raw_client{path}.connected());
}

TEST_F(UnixListener, TakesOverASocketThatListensThere) {
  auto made = listen_on_unix(path, 0600);
  ASSERT_TRUE(made);
  auto taken = take_unix_listener(made->descriptor, path);
  ASSERT_TRUE(taken) << to_string(taken.error());
  EXPECT_EQ(taken->endpoint, path);
  remove_socket_file(*taken);
  EXPECT_TRUE(raw_client{path}.connected()) << "the file is somebody else's";
  ::close(taken->descriptor);
}

TEST_F(UnixListener, TakesOverNothingElse) {
  auto refusal = [&](int descriptor) {
    auto taken = take_unix_listener(descriptor, path);
    EXPECT_FALSE(taken);
    return taken ? std::string{} : taken.error().context;
  };
  auto elsewhere = directory.file("b.sock");
  auto other = listen_on_unix(elsewhere, 0600);
  ASSERT_TRUE(other);
  EXPECT_THAT(refusal(other->descriptor), AllOf(HasSubstr(elsewhere), HasSubstr(path)));
  auto tcp = listen_on_tcp("127.0.0.1:0");
  ASSERT_TRUE(tcp);
  EXPECT_THAT(refusal(tcp->descriptor), HasSubstr("no unix socket with a path"));
  EXPECT_THAT(refusal(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)), HasSubstr("none that listens"));
  EXPECT_THAT(refusal(-1), HasSubstr("none that listens"));
}

TEST_F(UnixListener, RefusesASocketSomebodyListensOn) {
  ASSERT_TRUE(listen(path));
  auto second = listen_on_unix(path, 0660);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, errc::data_dir_in_use);
  EXPECT_TRUE(raw_client{path}.connected());
}

TEST_F(UnixListener, NeverRemovesWhatIsNotASocket) {
  std::ofstream{path} << "precious";
  auto refused = listen(path);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::io_failed);
  EXPECT_THAT(refused.error().context, HasSubstr("is not a socket"));
  EXPECT_EQ(std::filesystem::file_size(path), 8u);

  auto link = directory.file("link");
  leave_stale_socket(directory.file("b.sock"));
  std::filesystem::create_symlink(directory.file("b.sock"), link);
  EXPECT_FALSE(listen(link));
  EXPECT_TRUE(std::filesystem::is_symlink(link));
}

TEST_F(UnixListener, TakesAPathOf107BytesAndNotOneMore) {
  auto room = max_unix_path - directory.path().string().size() - 1;
  auto longest = directory.file(std::string(room, 'a'));
  ASSERT_EQ(longest.size(), 107u);
  ASSERT_TRUE(listen(longest));
  EXPECT_TRUE(raw_client{longest}.connected());
  auto refused = listen(longest + "a");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::invalid_argument);
  EXPECT_THAT(refused.error().context, HasSubstr("108 bytes, at most 107"));
}

TEST_F(UnixListener, SaysThatTheDirectoryIsMissing) {
  auto refused = listen(directory.file("none/a.sock"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::io_failed);
  EXPECT_THAT(refused.error().context, HasSubstr("does not exist: create it"));
}

TEST_F(UnixListener, RemovesOnlyItsOwnSocketFile) {
  auto made = listen(path);
  ASSERT_TRUE(made);
  std::filesystem::rename(path, directory.file("moved"));
  leave_stale_socket(path);
  remove_socket_file(*made);
  EXPECT_TRUE(std::filesystem::exists(path));
  std::filesystem::rename(directory.file("moved"), path);
  remove_socket_file(*made);
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(TcpListener, NamesTheRealPort) {
  auto made = listen_on_tcp("127.0.0.1:0");
  ASSERT_TRUE(made);
  EXPECT_THAT(made->endpoint, StartsWith("127.0.0.1:"));
  EXPECT_TRUE(raw_client{made->endpoint}.connected());
  auto second = listen_on_tcp(made->endpoint);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, errc::io_failed);
  EXPECT_THAT(second.error().context, HasSubstr(made->endpoint));
  ::close(made->descriptor);
}

TEST(TcpListener, RefusesWhatIsNoNumericAddress) {
  for (std::string text :
       {"", ":80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1: 80",
        "localhost:80", "::1:80", "[127.0.0.1]:80", "[::1]", "[::1]:x", "1.2.3.4.5:80"}) {
    auto made = listen_on_tcp(text);
    ASSERT_FALSE(made) << text;
    EXPECT_EQ(made.error().code, errc::invalid_argument) << text;
  }
  auto six = tcp_address("[::1]:9464");
  ASSERT_TRUE(six);
  EXPECT_EQ(six->family(), AF_INET6);
}

TEST(ServerStart, ReportsWhatItsListenerReports) {
  temporary_directory directory;
  boost::asio::io_context io{1};
  auto start = [&](listen_options options) {
    server s{io, std::move(options), [](request, responder) {}};
    auto started = s.start();
    return started ? errc::internal : started.error().code;
  };
  listen_options both;
  both.unix_path = directory.file("a.sock");
  both.address = "127.0.0.1:0";
  EXPECT_EQ(start(both), errc::invalid_argument);
  EXPECT_EQ(start({}), errc::invalid_argument);
  listen_options long_path;
  long_path.unix_path = directory.file(std::string(108, 'a'));
  EXPECT_EQ(start(long_path), errc::invalid_argument);
  listen_options no_certificate;
  no_certificate.address = "127.0.0.1:0";
  no_certificate.tls_certificate = directory.file("none.pem");
  EXPECT_EQ(start(no_certificate), errc::io_failed);
}

} // namespace
} // namespace weixin::httpd::test
