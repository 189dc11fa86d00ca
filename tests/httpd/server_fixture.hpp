#pragma once

#include "httpd/server.hpp"
#include "tests/httpd/raw_client.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <mutex>
#include <optional>
#include <thread>

namespace weixin::httpd::test {

/// A directory of its own under the temporary directory, removed at the end.
class temporary_directory {
public:
  temporary_directory();
  ~temporary_directory();
  temporary_directory(const temporary_directory&) = delete;
  temporary_directory& operator=(const temporary_directory&) = delete;
  std::string file(const std::string& name) const { return (path_ / name).string(); }
  const std::filesystem::path& path() const { return path_; }

private:
  std::filesystem::path path_;
};

/// Values that arrive from another thread, waited for with patience.
template <class T>
class mailbox {
public:
  void put(T value) {
    std::lock_guard lock{mutex_};
    values_.push_back(std::move(value));
    changed_.notify_all();
  }
  std::optional<T> take() {
    std::unique_lock lock{mutex_};
    if (!changed_.wait_for(lock, patience, [this] { return !values_.empty(); })) return std::nullopt;
    auto value = std::move(values_.front());
    values_.pop_front();
    return value;
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<T> values_;
};

/// A server on a thread of its own. By default it listens on a unix socket and answers 200 with the method,
/// the path and the body it got.
class server_test : public testing::Test {
protected:
  server_test();
  ~server_test() override;

  void start(listen_options options, handler handle);
  void start(handler handle) { start(unix_options(), std::move(handle)); }
  void start(listen_options options) { start(std::move(options), echo()); }
  void start() { start(unix_options(), echo()); }
  void stop();

  listen_options unix_options() const;
  static listen_options tcp_options();
  static handler echo();
  /// Hands every responder to `waiting` and answers nothing.
  handler keep() {
    return [this](request, responder r) { waiting.put(std::move(r)); };
  }
  raw_client connect(int receive_buffer = 0) const { return raw_client{endpoint, receive_buffer}; }
  /// Sends the bytes on a new connection and returns all that comes back until its end.
  std::string exchange(std::string_view bytes) const;
  /// Runs on the server's thread, and waits for it.
  void on_server_thread(std::function<void()> task);

  temporary_directory directory;
  boost::asio::io_context io{1};
  std::string endpoint;
  mailbox<responder> waiting;
  std::optional<server> running;

private:
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  std::thread thread_;
};

} // namespace weixin::httpd::test
