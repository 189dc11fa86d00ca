#pragma once

#include "actors/bots/bot_settings.hpp"
#include "actors/media_policy.hpp"
#include "actors/pacing.hpp"
#include "metrics/account_series.hpp"
#include "notify/settings.hpp"
#include "protocol/result.hpp"
#include "protocol/webwx/login_choice.hpp"
#include "runtime/log.hpp"
#include "supervisor/fleet_plan.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace weixin::config {

/// `[admin]`
struct admin_config {
  std::string socket = "/run/weixind/admin.sock"; ///< at most 107 bytes
  unsigned socket_mode = 0660;                    ///< the owner's bits are set, others have none
  double requests_per_second = 50;                ///< of one user id
  std::size_t max_connections = 256;
  friend bool operator==(const admin_config&, const admin_config&) = default;
};

/// `[api]`: the admin API by TCP
struct api_config {
  std::string listen;          ///< "address:port" or "[v6]:port"; empty: no listener; port 0: any free port
  std::string tls_certificate; ///< PEM, with its chain; empty: plain HTTP
  std::string tls_key;         ///< PEM; there when the certificate is
  std::vector<std::string> hosts;  ///< names it is reached by besides `listen` and those of loopback
  double requests_per_second = 50; ///< of one token
  std::size_t max_connections = 256;
  bool allow_plain_http = false; ///< on an address other than loopback
  bool console = true;           ///< the pages of console/
  friend bool operator==(const api_config&, const api_config&) = default;
};

/// `[metrics]`
struct metrics_config {
  std::string listen = "127.0.0.1:9464"; ///< "address:port" or "[v6]:port"; port 0: any free port
  metrics::account_series account_label = metrics::account_series::automatic;
  friend bool operator==(const metrics_config&, const metrics_config&) = default;
};

/// `[network]`
struct network_config {
  std::string connect_to; ///< "host:port" or "[v6]:port"; empty: the real hosts
  std::string ca_file;    ///< PEM; empty: the system's roots. It is opened by who uses it
  friend bool operator==(const network_config&, const network_config&) = default;
};

/// `[limits]`
struct limits_config {
  double logins_per_second = 10;
  double reconnects_per_second = 40;
  double tls_handshakes_per_second = 50;
  std::size_t max_accounts = 10'000;
  friend bool operator==(const limits_config&, const limits_config&) = default;
};

/// What an accepted message survives: `[store] durability`.
enum class durability : std::uint8_t { power, process };

/// `[store]`
struct store_config {
  durability survives = durability::power;
  std::chrono::seconds inbox_age = std::chrono::hours{24 * 7};
  std::uint64_t inbox_bytes_per_account = std::uint64_t{1} << 30;
  /// Of settled sends, and so of idempotency keys.
  std::chrono::seconds outbox_age = std::chrono::hours{24 * 7};
  std::chrono::seconds history_age = std::chrono::hours{24 * 90};
  /// Free space of data_dir below which nothing new is taken; 0: none is kept.
  std::uint64_t reserve_bytes = std::uint64_t{64} << 20;
  friend bool operator==(const store_config&, const store_config&) = default;
};

/// `[log]`: ready for `open_log`.
struct log_config : log_options {
  friend bool operator==(const log_config& a, const log_config& b) {
    return a.level == b.level && a.format == b.format && a.file == b.file;
  }
};

/// `[webwx]`: what accounts look like to Weixin (weixin-protocol.md 1.1 and 1.3).
struct webwx_config {
  std::string login_host = "login.wx.qq.com";
  std::string entry_host = "wx.qq.com";
  std::string user_agent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
                           "Chrome/120.0.0.0 Safari/537.36";
  bool push_login = true; ///< ask the phone to confirm before there is a new QR code
  /// What the desktop client says of itself (weixin-protocol.md 3.6): a file with the token, and the version.
  std::string extspam_file;
  std::string client_version = "2.0.0";
  friend bool operator==(const webwx_config&, const webwx_config&) = default;
};

/// `[media]`
struct media_config {
  media_policy policy = media_policy::images_and_voices;      ///< `defaults.media`
  std::uint64_t max_file_bytes = std::uint64_t{200} << 20;    ///< of one medium
  std::uint64_t quota_bytes = std::uint64_t{10} << 30;        ///< of all accounts together
  std::uint64_t account_quota_bytes = std::uint64_t{2} << 30; ///< of one account
  std::chrono::seconds max_age = std::chrono::hours{24 * 30};
  friend bool operator==(const media_config&, const media_config&) = default;
};

/// `[sends]`
struct sends_config {
  /// Directories of this machine that files may be sent from by their path; absolute.
  std::vector<std::string> allowed_paths;
  std::uint64_t max_file_bytes = 50 * 1024 * 1024;        ///< of a file; pictures and videos have 20 MiB
  std::uint64_t max_spool_bytes = std::uint64_t{2} << 30; ///< of all files that wait to be sent
  friend bool operator==(const sends_config&, const sends_config&) = default;
};

/// Everything an operator can set. A default-constructed one is what an empty file means. Paths that do not
/// start with "/" are relative to the working directory of the process. A proxy is the only
/// secret in it.
struct server_config {
  std::string data_dir = "/var/lib/weixind";
  admin_config admin;
  api_config api;
  metrics_config metrics;
  network_config network;
  limits_config limits;
  pacing_settings pacing;
  store_config store;
  log_config log;
  std::size_t shards = 0; ///< `runtime.shards`; 0: one for each core
  webwx_config webwx;
  media_config media;
  sends_config sends;
  notify::notify_settings notify;
  std::vector<bots::bot_settings> bots;  ///< sorted by name; `bots::make_bot` takes every one of them
  std::vector<std::string> default_bots; ///< names out of `bots`, each once
  webwx::login_choice default_login = webwx::login_choice::web;
  std::vector<supervisor::wanted_account> accounts; ///< `[[account]]`, in the order of the file
  /// What is allowed but worth a line in the log at the start. No problem, so no part of the configuration's
  /// value.
  std::vector<std::string> notes;

  friend bool operator==(const server_config&, const server_config&) = default;
};

inline constexpr std::size_t max_file_bytes = 1024 * 1024;
inline constexpr std::size_t max_bots = 64;

/// Says what is wrong with a file that the configuration names, or nothing.
using file_check = std::function<std::string(const std::string& path)>;
/// The text of a file that the configuration names. An error's context says what is wrong, without the path.
using text_source = std::function<result<std::string>(const std::string& path)>;

/// Reads the text of a configuration file (TOML 1.0). `file_name` only appears in messages. `check_secret` is
/// asked about every `secret_file`, `read_text` for every `proxy_file`; by default all of them are
/// good.
///
/// Error: config_invalid, whose context lists every problem on a line of its own, in the order of the file:
/// "file:line:column: full.key: what was found, what is expected". A text that is not TOML gives one problem,
/// since nothing behind it can be trusted. At most 50 are listed.
result<server_config> parse_config(
    std::string_view text, const std::string& file_name,
    const file_check& check_secret = [](const std::string&) { return std::string{}; },
    const text_source& read_text = [](const std::string&) { return std::string{"http://127.0.0.1:3128"}; });

/// Reads a file, and looks into the secrets' files that it names. Error: config_invalid, also when the file
/// is missing, cannot be read or is larger than `max_file_bytes`. Blocks; call it before the shards run.
result<server_config> load_config(const std::filesystem::path& path);

/// Every key there is, with the tables' names in front ("limits.max_accounts"); "NAME" stands for a bot's
/// name.
std::vector<std::string> known_keys();

} // namespace weixin::config
