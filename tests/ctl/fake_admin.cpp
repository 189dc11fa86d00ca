#include "tests/ctl/fake_admin.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <cstdlib>
#include <future>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

namespace weixin::ctl::test {

reply json(int status, std::string body) { return bytes(status, "application/json", std::move(body)); }

reply problem(int status, std::string code, std::string detail) {
  return
      [=](const httpd::request&, const httpd::responder& r) { r.send(httpd::problem(status, code, detail)); };
}

reply no_content() { return bytes(204, "", ""); }

reply event_stream(std::string text, bool ends) {
  return [=](const httpd::request&, const httpd::responder& r) {
    httpd::response head;
    head.content_type = "text/event-stream";
    r.start_stream(head);
    r.write(text);
    if (ends) r.finish();
  };
}

reply bytes(int status, std::string content_type, std::string body) {
  return [=](const httpd::request&, const httpd::responder& r) {
    r.send({.status = status, .content_type = content_type, .headers = {}, .body = body});
  };
}

reply silence() {
  return [](const httpd::request&, const httpd::responder& r) { r.spoil(httpd::sabotage::stall); };
}

reply hang_up() {
  return [](const httpd::request&, const httpd::responder& r) { r.spoil(httpd::sabotage::close); };
}

std::string account_json(const std::string& name, const std::string& state, const std::string& more) {
  return R"({"name":")" + name + R"(","kind":"webwx","state":")" + state +
         R"(","state_since":"2026-01-31T08:00:00.000Z","desired":"running","bots":[],"messages_in":0,)"
         R"("messages_out":0,"queue":0,"restarts":0)" +
         more + "}";
}

struct fake_admin::impl {
  struct seen {
    std::string what;
    httpd::request request;
  };

  void answer(const httpd::request& r, const httpd::responder& respond) {
    auto what = r.method + " " + r.target;
    reply chosen = problem(404, "not_found", "There is nothing here.");
    {
      std::lock_guard lock{mutex};
      requests.push_back({what, r});
      auto found = script.find(what);
      if (found != script.end() && !found->second.empty()) {
        auto& answers = found->second;
        auto& next = position[what];
        chosen = answers[std::min(next++, answers.size() - 1)];
      }
    }
    held.push_back(respond); // a dropped responder answers 500
    chosen(r, respond);
  }

  void on_server_thread(const std::function<void()>& task) {
    std::promise<void> done;
    boost::asio::post(io, [&] {
      task();
      done.set_value();
    });
    done.get_future().wait();
  }

  boost::asio::io_context io{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work =
      boost::asio::make_work_guard(io);
  mutable std::mutex mutex;
  std::map<std::string, std::vector<reply>> script;
  std::map<std::string, std::size_t> position;
  std::vector<seen> requests;
  std::vector<httpd::responder> held;
  std::optional<httpd::server> server;
  std::thread thread;
};

fake_admin::fake_admin() : impl_(std::make_unique<impl>()) {
  auto pattern = (std::filesystem::temp_directory_path() / "weixin-ctl-XXXXXX").string();
  if (const auto* made = ::mkdtemp(pattern.data())) directory_ = made;
  impl_->thread = std::thread{[this] { impl_->io.run(); }};
  impl_->on_server_thread([this] {
    httpd::listen_options options;
    options.unix_path = socket();
    impl_->server.emplace(
        impl_->io, options,
        [this](const httpd::request& r, const httpd::responder& respond) { impl_->answer(r, respond); });
    auto started = impl_->server->start();
    EXPECT_TRUE(started) << to_string(started.error());
  });
}

fake_admin::~fake_admin() {
  stop();
  impl_->work.reset();
  impl_->thread.join();
  std::error_code ignored;
  if (!directory_.empty()) std::filesystem::remove_all(directory_, ignored);
}

void fake_admin::on(const std::string& what, std::vector<reply> answers) {
  std::lock_guard lock{impl_->mutex};
  impl_->script[what] = std::move(answers);
}

std::vector<std::string> fake_admin::asked() const {
  std::lock_guard lock{impl_->mutex};
  std::vector<std::string> lines;
  for (const auto& s : impl_->requests)
    lines.push_back(s.request.body.empty() ? s.what : s.what + " " + s.request.body);
  return lines;
}

std::vector<std::string> fake_admin::header_of(const std::string& what, const std::string& name) const {
  std::lock_guard lock{impl_->mutex};
  std::vector<std::string> values;
  for (const auto& s : impl_->requests)
    if (s.what == what) values.emplace_back(s.request.header(name));
  return values;
}

void fake_admin::stop() {
  impl_->on_server_thread([this] {
    impl_->server.reset();
    impl_->held.clear();
  });
}

} // namespace weixin::ctl::test
