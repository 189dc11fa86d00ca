// echo_floor: the least that an echo can cost on Beast, to hold weixind's cost against. Talks to weixinsim
// only.
#include "bench/floor_account.hpp"

#include <CLI/CLI.hpp>
#include <boost/asio/signal_set.hpp>

#include <cstdio>
#include <exception>
#include <memory>
#include <string>
#include <vector>

namespace {

namespace asio = boost::asio;
using namespace weixin::bench;

struct program_options {
  std::string address = "127.0.0.1";
  unsigned short port = 0;
  std::string ca_file;
  std::size_t accounts = 1;
};

int run(const program_options& o) {
  asio::io_context context{1};
  asio::ssl::context tls{asio::ssl::context::tls_client};
  tls.load_verify_file(o.ca_file);
  tls.set_verify_mode(asio::ssl::verify_peer);
  auto address = asio::ip::make_address(o.address);
  if (!address.is_loopback()) throw std::invalid_argument("the address must be a loopback one");
  floor_service service{context, tls, {address, o.port}};

  std::vector<weixin::webwx::session> sessions;
  for (std::size_t i = 1; i <= o.accounts; ++i)
    sessions.push_back(log_in(service, i));
  std::vector<std::unique_ptr<floor_account>> accounts;
  for (const auto& s : sessions) {
    accounts.push_back(std::make_unique<floor_account>(service, s));
    accounts.back()->start();
    // A server does not wait long for the first request of a connection.
    context.poll();
  }
  std::puts("ready");
  std::fflush(stdout);

  asio::signal_set signals{context, SIGTERM, SIGINT};
  signals.async_wait([&](const boost::system::error_code&, int) { context.stop(); });
  context.run();
  return 0;
}

} // namespace

int main(int argc, char** argv) {
  CLI::App app{"The floor of the echo benchmark: the same requests as weixind's, on bare Beast."};
  program_options o;
  app.add_option("--address", o.address, "Loopback address of weixinsim")->capture_default_str();
  app.add_option("--port", o.port, "Its port")->required();
  app.add_option("--ca-file", o.ca_file, "Its CA")->required();
  app.add_option("--accounts", o.accounts, "How many accounts")
      ->capture_default_str()
      ->check(CLI::Range(std::size_t{1}, std::size_t{10'000}));
  try {
    app.parse(argc, argv);
    return run(o);
  } catch (const CLI::ParseError& e) {
    constexpr int usage = 2;
    return app.exit(e) == 0 ? 0 : usage;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "echo_floor: %s\n", e.what());
    return 1;
  }
}
