#include "tests/httpd/server_fixture.hpp"

#include <boost/asio/post.hpp>

#include <cstdlib>
#include <future>

namespace weixin::httpd::test {

temporary_directory::temporary_directory() {
  auto pattern = (std::filesystem::temp_directory_path() / "weixin-httpd-XXXXXX").string();
  if (auto* made = ::mkdtemp(pattern.data())) path_ = made;
}

temporary_directory::~temporary_directory() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

server_test::server_test() : work_(boost::asio::make_work_guard(io)), thread_([this] { io.run(); }) {}

server_test::~server_test() {
  stop();
  work_.reset();
  thread_.join();
}

void server_test::start(listen_options options, handler handle) {
  on_server_thread([&] {
    running.emplace(io, std::move(options), std::move(handle));
    auto started = running->start();
    ASSERT_TRUE(started) << to_string(started.error());
    endpoint = running->endpoint();
  });
}

void server_test::stop() {
  on_server_thread([this] { running.reset(); });
}

void server_test::on_server_thread(std::function<void()> task) {
  std::promise<void> done;
  auto waited = done.get_future();
  boost::asio::post(io, [&] {
    task();
    done.set_value();
  });
  waited.wait();
}

listen_options server_test::unix_options() const {
  listen_options options;
  options.unix_path = directory.file("http.sock");
  return options;
}

listen_options server_test::tcp_options() {
  listen_options options;
  options.address = "127.0.0.1:0";
  return options;
}

handler server_test::echo() {
  return [](request r, responder respond) {
    response answer;
    answer.content_type = "text/plain";
    answer.body = r.method + " " + r.path + " " + r.body;
    respond.send(std::move(answer));
  };
}

std::string server_test::exchange(std::string_view bytes) const {
  auto client = connect();
  client.send(bytes);
  return client.read_to_end().value_or("the connection did not end");
}

} // namespace weixin::httpd::test
