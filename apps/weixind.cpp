// weixind: the server. Options, limits of the process, signals; everything else is apps/server.cpp.
#include "apps/server.hpp"
#include "runtime/log.hpp"
#include "runtime/service_heartbeat.hpp"
#include "runtime/service_manager.hpp"
#include "runtime/shutdown_guard.hpp"
#include "store/backup.hpp"
#include "store/dump.hpp"
#include "version.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <memory>
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

/// A stuck actor must not keep the process: after this it ends without waiting.
constexpr std::chrono::seconds shutdown_deadline{12};
constexpr int exit_stuck = 1;
/// Should even that not work, the kernel ends it.
constexpr unsigned kernel_ends_after_seconds = 15;
/// How often the status line is looked at where no watchdog wants to hear more often.
constexpr std::chrono::milliseconds status_period{10'000};

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

int refuse(const error& e) {
  std::fprintf(stderr, "weixind: %s%s\n", to_string(e).c_str(), advice_for(e.code).c_str());
  return exit_code_of(e.code);
}

/// Sessions are worth as much as passwords: no core file, no ptrace by others, no readable files.
void protect_process() {
  ::umask(0077);
  rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

/// Feeds the service manager's watchdog and shows it a line for people; nullptr where there is none.
std::unique_ptr<runtime::service_heartbeat> make_heartbeat(server& s) {
  namespace manager = runtime::service_manager;
  if (!manager::is_there()) return nullptr;
  runtime::service_heartbeat::options options;
  options.period = status_period;
  // Three times within its patience, so that one late beat is no death.
  if (auto watchdog = manager::watchdog_period()) {
    options.period = std::max(std::chrono::milliseconds{1},
                              std::chrono::duration_cast<std::chrono::milliseconds>(*watchdog / 3));
    options.alive = manager::alive;
  }
  options.status_line = [&s] { return s.status_line(); };
  options.show_status = manager::status;
  return std::make_unique<runtime::service_heartbeat>(std::move(options), s.heartbeat_parts());
}

int run(const config::server_config& config, const std::string& config_path) {
  // Every thread inherits the mask: signals arrive in the loop below and nowhere else.
  sigset_t signals;
  sigemptyset(&signals);
  for (int s : {SIGTERM, SIGINT, SIGHUP})
    sigaddset(&signals, s);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);

  static std::atomic<bool> service_failed{false};
  auto started = server::start(
      config,
      [] {
        if (!service_failed.exchange(true)) ::kill(::getpid(), SIGTERM);
      },
      nullptr, config_path);
  if (!started) {
    log_error("server.not_started", {{"error", to_string(started.error())}});
    return refuse(started.error());
  }
  log_info("server.ready", {{"version", version},
                            {"pid", ::getpid()},
                            {"admin", (*started)->admin_endpoint()},
                            {"api", (*started)->api_endpoint()},
                            {"metrics", (*started)->metrics_endpoint()}});
  namespace manager = runtime::service_manager;
  manager::ready((*started)->status_line());
  auto heartbeat = make_heartbeat(**started);
  for (;;) {
    siginfo_t info{};
    int signal = ::sigwaitinfo(&signals, &info);
    if (signal < 0) continue;
    if (signal == SIGHUP) {
      if (!reopen_log()) log_error("log.not_reopened");
      log_info("log.reopened");
      (*started)->reload({.uid = info.si_uid, .pid = info.si_pid}, [] {});
      continue;
    }
    log_info("server.stopping", {{"signal", signal}});
    break;
  }
  manager::stopping();
  // A second signal, or a shutdown that hangs, ends the process at once.
  ::pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
  ::alarm(kernel_ends_after_seconds);
  runtime::shutdown_guard guard{shutdown_deadline, service_failed ? exit_service_failed : exit_stuck};
  heartbeat.reset();
  started->reset();
  return service_failed ? exit_service_failed : 0;
}

/// `--restore`: instead of a server.
int restore(const config::server_config& config, const std::string& backup) {
  if (auto restored = store::restore_backup(backup, config.data_dir); !restored)
    return refuse(restored.error());
  std::printf("%s: restored from %s\n", config.data_dir.c_str(), backup.c_str());
  return 0;
}

/// `--dump-store`: instead of a server, or beside one.
int dump(const config::server_config& config) {
  auto dumped = store::dump(config.data_dir, [](const std::string& line) { std::puts(line.c_str()); });
  if (!dumped) return refuse(dumped.error());
  if (std::fflush(stdout) != 0) return refuse(fail(errc::io_failed, "standard output"));
  return 0;
}

} // namespace

int main(int argc, char** argv) {
  CLI::App app{"weixind: runs many Weixin accounts in one process"};
  app.set_version_flag("--version", std::string{"weixind "} + version + " (" + revision + ")");
  std::string config_path = "/etc/weixind/weixind.toml";
  bool check_only = false;
  app.add_option("-c,--config", config_path, "Configuration file (TOML)")->capture_default_str();
  app.add_flag("--check-config", check_only, "Check the configuration and exit: 0 if it is good, 78 if not");
  std::string backup;
  bool dumps = false;
  auto* restores =
      app.add_option("--restore", backup,
                     "Make the database in data_dir from this backup and exit; there must be none")
          ->type_name("FILE");
  app.add_flag("--dump-store", dumps,
               "Print what is stored, one JSON object a line, without secrets, texts and names, and exit")
      ->excludes(restores);
  app.footer("Signals: SIGTERM stops (exit 0), SIGHUP reopens the log file and reads\n"
             "the configuration again.\n"
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
  if (restores->count() > 0) return restore(*config, backup);
  if (dumps) return dump(*config);
  if (!open_log(config->log)) {
    std::fprintf(stderr, "weixind: log.file cannot be opened for appending: %s\n", config->log.file.c_str());
    return exit_config;
  }
  for (const auto& note : config->notes)
    log_warn("config.note", {{"note", note}});
  return run(*config, config_path);
}
