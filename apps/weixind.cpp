// weixind: the server. Options, limits of the process, signals; everything else is apps/server.cpp.
#include "apps/server.hpp"
#include "runtime/log.hpp"
#include "version.hpp"

#include <CLI/CLI.hpp>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {

using namespace weixin;

// sysexits.h values, and what the interfaces promise.
constexpr int exit_config = 78;
constexpr int exit_in_use = 75;
constexpr int exit_corrupt = 65;
constexpr int exit_service_failed = 70;

/// A stuck actor must not keep the process: after this the kernel ends it.
constexpr unsigned shutdown_seconds = 15;
/// Sockets, files and timers of the process itself, besides two connections an account.
constexpr rlim_t descriptors_of_our_own = 200;

int exit_code_of(errc code) {
  switch (code) {
  case errc::config_invalid:
    return exit_config;
  case errc::data_dir_in_use:
    return exit_in_use;
  case errc::store_corrupt:
  case errc::store_newer:
    return exit_corrupt;
  default:
    return 1;
  }
}

std::string advice_for(errc code) {
  switch (code) {
  case errc::store_corrupt:
    return " The file was left as it is: restore a backup, or move data_dir away.";
  case errc::store_newer:
    return " Nothing was changed: install the newer weixind again.";
  default:
    return "";
  }
}

/// Sessions are worth as much as passwords: no core file, no ptrace by others, no readable files.
void protect_process() {
  ::umask(0077);
  rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

void raise_descriptor_limit(std::size_t max_accounts) {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  auto enough_for =
      files.rlim_cur > descriptors_of_our_own ? (files.rlim_cur - descriptors_of_our_own) / 2 : 0;
  if (enough_for < max_accounts)
    log_warn("limit.descriptors", {{"open_files", files.rlim_cur},
                                   {"enough_for_accounts", enough_for},
                                   {"max_accounts", max_accounts},
                                   {"advice", "raise LimitNOFILE or lower limits.max_accounts"}});
}

int run(const config::server_config& config) {
  // Every thread inherits the mask: signals arrive in the loop below and nowhere else.
  sigset_t signals;
  sigemptyset(&signals);
  for (int s : {SIGTERM, SIGINT, SIGHUP})
    sigaddset(&signals, s);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);

  static std::atomic<bool> service_failed{false};
  auto started = server::start(config, [] {
    if (!service_failed.exchange(true)) ::kill(::getpid(), SIGTERM);
  });
  if (!started) {
    const auto& e = started.error();
    std::fprintf(stderr, "weixind: %s%s\n", to_string(e).c_str(), advice_for(e.code).c_str());
    log_error("server.not_started", {{"error", to_string(e)}});
    return exit_code_of(e.code);
  }
  log_info("server.ready", {{"version", version},
                            {"pid", ::getpid()},
                            {"admin", (*started)->admin_endpoint()},
                            {"metrics", (*started)->metrics_endpoint()}});
  for (;;) {
    int signal = 0;
    if (::sigwait(&signals, &signal) != 0) continue;
    if (signal == SIGHUP) {
      if (!reopen_log()) log_error("log.not_reopened");
      log_info("log.reopened");
      continue;
    }
    log_info("server.stopping", {{"signal", signal}});
    break;
  }
  // A second signal, or a shutdown that hangs, ends the process at once.
  ::pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
  ::alarm(shutdown_seconds);
  started->reset();
  return service_failed ? exit_service_failed : 0;
}

} // namespace

int main(int argc, char** argv) {
  CLI::App app{"weixind: runs many Weixin accounts in one process"};
  app.set_version_flag("--version", std::string{"weixind "} + version + " (" + revision + ")");
  std::string config_path = "/etc/weixind/weixind.toml";
  bool check_only = false;
  app.add_option("-c,--config", config_path, "Configuration file (TOML)")->capture_default_str();
  app.add_flag("--check-config", check_only, "Check the configuration and exit: 0 if it is good, 78 if not");
  app.footer("Signals: SIGTERM stops (exit 0), SIGHUP reopens the log file.\n"
             "Exit codes: 0 stopped, 64 usage, 65 store corrupt or newer, 70 a shared service failed,\n"
             "75 data_dir in use, 78 configuration.");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    auto code = app.exit(e);
    return code == 0 ? 0 : 64;
  }

  auto config = config::load_config(config_path);
  if (!config) {
    std::fprintf(stderr, "weixind: the configuration is not acceptable:\n%s\n",
                 config.error().context.c_str());
    return exit_config;
  }
  if (check_only) {
    for (const auto& note : config->notes)
      std::fprintf(stderr, "note: %s\n", note.c_str());
    std::printf("%s: ok\n", config_path.c_str());
    return 0;
  }
  protect_process();
  if (!open_log(config->log)) {
    std::fprintf(stderr, "weixind: log.file cannot be opened for appending: %s\n", config->log.file.c_str());
    return exit_config;
  }
  for (const auto& note : config->notes)
    log_warn("config.note", {{"note", note}});
  raise_descriptor_limit(config->limits.max_accounts);
  return run(*config);
}
