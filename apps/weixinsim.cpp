// weixinsim: the simulated service as a program. Options, files, signals; everything else is simulator/.
#include "simulator/certificates.hpp"
#include "simulator/simulator_server.hpp"
#include "version.hpp"

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <csignal>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <random>
#include <string>
#include <sys/resource.h>
#include <unistd.h>

namespace {

using namespace weixin;
using namespace weixin::simulator;

constexpr const char* canary = "CANARY";

struct program_options {
  simulator_server_options server;
  double hold_seconds = 25;
  bool canaries = false;
  bool fixed_secrets = false;
};

void add_options(CLI::App& app, program_options& o) {
  app.set_version_flag("--version", std::string{"weixinsim "} + version);
  app.add_option("--listen", o.server.listen, "The service, TLS (address:port, port 0 takes any free one)")
      ->capture_default_str();
  app.add_option("--control", o.server.control, "The control API, plain HTTP")->capture_default_str();
  app.add_option("--dir", o.server.directory, "Receives ca.pem and, once ready, weixinsim.json")->required();
  app.add_option("--users", o.server.users, "How many users there are")
      ->capture_default_str()
      ->check(CLI::Range(std::size_t{0}, std::size_t{50'000}));
  app.add_option("--contacts", o.server.shape.friends, "Friends of each user")
      ->capture_default_str()
      ->check(CLI::Range(std::size_t{0}, std::size_t{10'000}));
  app.add_option("--chatrooms", o.server.shape.chatrooms, "Chatrooms of each user")
      ->capture_default_str()
      ->check(CLI::Range(std::size_t{0}, std::size_t{200}));
  app.add_flag("--auto", o.server.service.auto_phones, "Phones scan and confirm every code by themselves");
  auto* seed = app.add_option("--seed", o.server.service.people_seed, "Repeats the same people and secrets");
  app.add_option("--hold", o.hold_seconds, "Seconds an idle long poll is held")
      ->capture_default_str()
      ->check(CLI::Range(0.01, 3600.0));
  app.add_flag("--canaries", o.canaries, "Every secret, name and text holds the letters CANARY");
  app.add_flag("--allow-non-loopback", o.server.allow_non_loopback,
               "Listen on other addresses than loopback ones");
  app.callback([&o, seed] { o.fixed_secrets = seed->count() > 0; });
  app.footer("Example: weixinsim --dir /tmp/sim --users 20 --auto");
}

void complete(program_options& o) {
  auto& service = o.server.service;
  service.hold = std::chrono::milliseconds{static_cast<std::int64_t>(o.hold_seconds * 1000)};
  if (o.canaries) service.canary = canary;
  // Others read the paths from weixinsim.json, wherever they run.
  o.server.directory = std::filesystem::absolute(o.server.directory).string();
  // Without a seed no secret of an earlier run is valid again.
  service.secret_seed = o.fixed_secrets ? service.people_seed : std::random_device{}();
}

/// One connection takes one descriptor; the default limit of 1024 is soon reached.
void raise_descriptor_limit() {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
}

result<void> announce(const simulator_server& server, const std::string& directory) {
  boost::json::object j;
  j["listen"] = server.endpoint();
  j["control"] = server.control_endpoint();
  j["ca_file"] = server.ca_file();
  j["pid"] = ::getpid();
  return write_file(directory + "/weixinsim.json", boost::json::serialize(j) + "\n", 0644);
}

int fail_with(const error& e) {
  std::fprintf(stderr, "weixinsim: %s\n", to_string(e).c_str());
  return 1;
}

int run(const program_options& o) {
  raise_descriptor_limit();
  boost::asio::io_context context{1};
  simulator_server server{context, o.server};
  if (auto started = server.start(); !started) return fail_with(started.error());
  boost::asio::signal_set signals{context, SIGTERM, SIGINT};
  signals.async_wait([&](const boost::system::error_code&, int) {
    server.stop();
    context.stop();
  });
  if (auto written = announce(server, o.server.directory); !written) return fail_with(written.error());
  std::printf("weixinsim ready listen=%s control=%s ca_file=%s users=%zu\n", server.endpoint().c_str(),
              server.control_endpoint().c_str(), server.ca_file().c_str(), o.server.users);
  std::fflush(stdout);
  context.run();
  return 0;
}

} // namespace

int main(int argc, char** argv) {
  CLI::App app{"The server side of the Web Weixin protocol, for tests and demonstrations."};
  program_options options;
  add_options(app, options);
  try {
    app.parse(argc, argv);
    complete(options);
    return run(options);
  } catch (const CLI::ParseError& e) {
    constexpr int usage = 2;
    return app.exit(e) == 0 ? 0 : usage;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "weixinsim: %s\n", e.what());
    return 1;
  }
}
