// weixind without a disk behind its inbox and outbox: the floor that scripts/bench durable holds weixind
// against.
#include "apps/server.hpp"
#include "bench/forgetful_store.hpp"

#include <csignal>
#include <cstdio>
#include <cstring>

int main(int argc, char** argv) {
  if (argc != 3 || std::strcmp(argv[1], "--config") != 0) {
    std::fprintf(stderr, "usage: weixind_forgetful --config FILE\n");
    return 64;
  }
  sigset_t signals;
  sigemptyset(&signals);
  for (int s : {SIGTERM, SIGINT})
    sigaddset(&signals, s);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  auto config = weixin::config::load_config(argv[2]);
  if (!config) {
    std::fprintf(stderr, "%s\n", to_string(config.error()).c_str());
    return 78;
  }
  if (!weixin::open_log(config->log)) return 78;
  auto started = weixin::server::start(
      *config, [] { std::raise(SIGTERM); }, weixin::bench::make_forgetful_store());
  if (!started) {
    std::fprintf(stderr, "%s\n", to_string(started.error()).c_str());
    return 1;
  }
  int signal = 0;
  while (::sigwait(&signals, &signal) != 0) {
  }
  return 0;
}
