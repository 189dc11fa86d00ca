#include "tests/transport/client_fixture.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <fstream>
#include <thread>
#include <unistd.h>

namespace weixin::transport::test {

using namespace std::chrono_literals;

struct ClientTest::shard {
  boost::asio::io_context context{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{context.get_executor()};
  std::unique_ptr<http_client> client;
  std::thread thread{[this] { context.run(); }};

  void run_and_wait(const std::function<void()>& what) {
    std::promise<void> done;
    boost::asio::post(context, [&] {
      what();
      done.set_value();
    });
    done.get_future().wait();
  }
};

ClientTest::ClientTest() : authority_(make_authority()) {
  static std::atomic<int> counter{0};
  ca_file_ = testing::TempDir() + "weixin-ca-" + std::to_string(::getpid()) + "-" +
             std::to_string(counter++) + ".pem";
  std::ofstream{ca_file_} << authority_.certificate_pem();
  options.ca_file = ca_file_;
  options.loopback_only = true;
  hooks.on_call = [this](std::string_view label, std::string_view outcome, std::chrono::duration<double>) {
    std::lock_guard lock{mutex_};
    calls_.push_back({std::string{label}, std::string{outcome}});
  };
}

ClientTest::~ClientTest() {
  destroy_client();
  if (network_) network_->stop();
  if (shard_) {
    shard_->work.reset();
    shard_->thread.join(); // every completion has run
  }
  ::unlink(ca_file_.c_str());
}

void ClientTest::serve(tls_test_server::script what, tls_test_server::options how) {
  serve_as(issue(authority_), std::move(what), how);
}

void ClientTest::serve_as(const identity& who, tls_test_server::script what, tls_test_server::options how) {
  server = std::make_unique<tls_test_server>(who, std::move(what), how);
  if (options.connect_to.empty()) options.connect_to = server->address();
}

http_call ClientTest::get(std::string target, std::chrono::milliseconds deadline) {
  http_call call;
  call.request.host = host;
  call.request.target = std::move(target);
  call.limits.deadline = deadline;
  call.label = "test";
  return call;
}

http_call ClientTest::post(std::string body, std::string target) {
  auto call = get(std::move(target));
  call.request.method = "POST";
  call.request.body = std::move(body);
  return call;
}

void ClientTest::make_client() {
  if (shard_) return;
  auto made = network::create(options, hooks);
  if (!made) throw std::runtime_error{to_string(made.error())};
  network_ = *made;
  shard_ = std::make_unique<shard>();
  shard_->run_and_wait([&] { shard_->client = make_https_client(network_, shard_->context, host_allowed); });
}

std::future<answer> ClientTest::start(http_call call) {
  make_client();
  auto promise = std::make_shared<std::promise<answer>>();
  boost::asio::post(shard_->context, [this, promise, call = std::move(call)]() mutable {
    shard_->client->start(std::move(call), [promise](answer a) { promise->set_value(std::move(a)); });
  });
  return promise->get_future();
}

answer ClientTest::wait(std::future<answer> pending) {
  if (pending.wait_for(30s) != std::future_status::ready)
    return fail(errc::internal, "no completion within 30 s");
  return pending.get();
}

answer ClientTest::ask(http_call call) { return wait(start(std::move(call))); }

void ClientTest::on_shard(std::function<void(http_client&)> work) {
  make_client();
  shard_->run_and_wait([&] { work(*shard_->client); });
}

void ClientTest::destroy_client() {
  if (shard_) shard_->run_and_wait([&] { shard_->client.reset(); });
}

std::shared_ptr<http_client> ClientTest::another_client() {
  make_client();
  std::shared_ptr<http_client> client;
  shard_->run_and_wait([&] { client = make_https_client(network_, shard_->context, host_allowed); });
  return client;
}

network& ClientTest::net() {
  make_client();
  return *network_;
}

std::vector<ClientTest::observed> ClientTest::calls() {
  std::lock_guard lock{mutex_};
  return calls_;
}

std::string code_of(const answer& a) { return a ? "" : std::string{to_string(a.error().code)}; }

} // namespace weixin::transport::test
