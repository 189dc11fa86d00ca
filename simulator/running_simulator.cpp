#include "simulator/running_simulator.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <future>
#include <thread>
#include <utility>

namespace weixin::simulator {

struct running_simulator::impl {
  explicit impl(simulator_server_options options) : server(context, std::move(options)) {}

  boost::asio::io_context context{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{context.get_executor()};
  simulator_server server;
  std::thread thread;
};

running_simulator::running_simulator(simulator_server_options options)
    : impl_(std::make_unique<impl>(std::move(options))) {}

result<std::unique_ptr<running_simulator>> running_simulator::start(simulator_server_options options) {
  std::unique_ptr<running_simulator> self{new running_simulator(std::move(options))};
  auto& server = self->impl_->server;
  if (auto started = server.start(); !started) return started.error();
  self->endpoint_ = server.endpoint();
  self->control_endpoint_ = server.control_endpoint();
  self->ca_file_ = server.ca_file();
  self->impl_->thread = std::thread{[&context = self->impl_->context] { context.run(); }};
  return self;
}

running_simulator::~running_simulator() {
  if (!impl_->thread.joinable()) return;
  boost::asio::post(impl_->context, [this] {
    impl_->server.stop();
    impl_->work.reset();
  });
  impl_->thread.join();
}

void running_simulator::run(const std::function<void(simulated_weixin&, const moment&)>& work) {
  std::promise<void> done;
  boost::asio::post(impl_->context, [&] {
    try {
      work(impl_->server.service(), impl_->server.now());
      impl_->server.settle();
      done.set_value();
    } catch (...) {
      done.set_exception(std::current_exception());
    }
  });
  done.get_future().get();
}

} // namespace weixin::simulator
