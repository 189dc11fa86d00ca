#pragma once

#include "ctl/console.hpp"
#include "ctl/exit_code.hpp"
#include "protocol/secret.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace weixin::ctl {

enum class output_format { table, wide, json, name };

// One struct for each verb, as the person typed it.

/// How an account reaches Weixin; what is empty stays as it is.
struct account_way {
  std::string login;
  std::string proxy;      ///< a URL without credentials
  std::string proxy_file; ///< holds a URL; "-": standard input
  bool no_proxy = false;

  bool is_empty() const { return login.empty() && proxy.empty() && proxy_file.empty() && !no_proxy; }
};
struct account_add {
  std::string name;
  std::string kind;              ///< empty: the server's default
  std::vector<std::string> bots; ///< empty: the configured defaults
  std::string media;             ///< what is fetched; empty: the configured default
  account_way way;
  bool no_wait = false;
};
struct account_list {};
struct account_show {
  std::string name;
};
struct account_set {
  std::string name;
  std::optional<std::vector<std::string>> bots; ///< the whole new list
  std::string media;                            ///< what is fetched; empty: as before
  account_way way;
};
struct account_qr {
  std::string name;
  std::string png_file;     ///< empty: drawn in the terminal; "-": standard output
  std::string picture_file; ///< for the picture that Weixin draws; as `png_file`
  bool wait = false;
};
struct account_share {
  std::string name;
  std::uint64_t expires_in = 0; ///< seconds; 0: the server's default
};
/// pause, resume, restart or logout.
struct account_verb {
  std::string name;
  std::string verb;
};
struct account_relogin {
  std::string name;
  bool no_wait = false;
};
struct account_remove {
  std::string name;
  bool yes = false;
};
struct account_history {
  std::string name;
  std::string after; ///< the id of a change; empty: the newest ones
  std::size_t limit = 100;
};
struct list_contacts {
  std::string name;
  std::string query;
  std::string kind;
};
struct send_message {
  std::string name;
  std::string to;
  std::vector<std::string> words;    ///< joined by blanks; one "-" means standard input
  std::vector<std::string> mentions; ///< members of the group that the text notifies
  std::string kind;                  ///< of the file: image, video, file or emoticon; empty: no file
  std::string file;                  ///< on this machine
  std::string emoticon_md5;
  std::string forward; ///< the number of a received message
  std::string idempotency_key;
  std::uint64_t expires_in = 0; ///< seconds; 0: never
  std::string on_unknown;       ///< report or resend; empty: the server's default
  bool wait = false;
};
struct recall_message {
  std::string name;
  std::string id; ///< of a send, or Weixin's number of a message
};
struct mark_read {
  std::string name;
  std::string contact;
  bool only_opened = false;
};
struct list_messages {
  std::string name;
  std::string with;
  std::string after;     ///< the seq of a message; empty: from the oldest on, or, following, from now on
  std::size_t limit = 0; ///< 0: 100, or, following, no end
  bool follow = false;
};
struct outbox_list {
  std::string name;
  std::string state;
  std::string after; ///< the id of a send
  std::size_t limit = 100;
};
struct outbox_show {
  std::string name;
  std::string id;
};
/// cancel, retry or settle.
struct outbox_verb {
  std::string name;
  std::string id;
  std::string verb;
  std::string outcome; ///< of settle: sent or refused
};
/// What a message brought, or what Weixin has of a send's file.
struct media_get {
  std::string name;
  std::string msg_id;
  std::string file; ///< empty: only what is known of it; "-": standard output
  bool thumbnail = false;
  bool force = false;
};
/// The picture of a contact, or of a member of a group.
struct avatar_get {
  std::string name;
  std::string contact; ///< a reference; with `member` the group
  std::string member;  ///< empty: the contact's own
  std::string file;
  bool force = false;
};
/// The friend requests that wait.
struct friend_list {
  std::string name;
};
/// accept, reject, ignore, reply, request, remark, pin, unpin or confirm.
struct friend_verb {
  std::string name;
  std::string verb;
  std::string who;        ///< the id of a request, a contact, a reference, or a member of `group`
  std::string group;      ///< of request
  std::string text;       ///< greeting, reply, remark, or the contact that the reference means
  bool as_sender = false; ///< of reply: the account is the one that asked
  bool direct = false;    ///< of request: the other one is not asked
  bool no_wait = false;
};
struct group_list {
  std::string name;
};
struct group_members {
  std::string name;
  std::string group;
};
/// create, add, remove, rename, quit or names.
struct group_verb {
  std::string name;
  std::string verb;
  std::string group;                ///< not of create
  std::vector<std::string> members; ///< of create, add and remove
  std::string text;                 ///< the topic
  bool no_wait = false;
};
/// search, check-link or report-activity: what Weixin is asked.
struct question {
  std::string name;
  std::string verb;
  std::string text;
  bool no_wait = false;
};
/// The operations that wait and the last that ended.
struct operation_list {
  std::string name;
};
struct operation_show {
  std::string name;
  std::string id;
};
struct backup_store {
  std::string file; ///< on the server's machine
};
struct check_store {};
/// Accounts as a file declares them.
struct apply_fleet {
  std::string file; ///< "-": standard input
  bool dry_run = false;
  bool prune = false; ///< accounts that it does not name are removed
  bool yes = false;
};
struct reload_configuration {
  bool check = false;
};
struct notify_test {
  std::string target; ///< empty: all
};
struct run_chat {
  std::vector<std::string> names; ///< at least one; the first is written from
};
struct follow_events {
  std::string account;     ///< empty: all
  std::uint64_t count = 0; ///< ends after so many; 0: never
};
/// The fleet, live.
struct top {
  std::string order = "trouble";
  std::size_t rows = 0;    ///< 0: what fits on the terminal, else all
  std::uint64_t count = 0; ///< ends after so many looks; 0: never
};
/// What a report of a fault needs, without what is nobody's business.
struct diagnose {
  std::string file = "weixind-report.json"; ///< "-": standard output
  std::string log;                          ///< of weixind, on this machine; empty: none
  bool keep_names = false;
  bool force = false;
};
struct token_create {
  std::string name;
  std::string scope;
  std::vector<std::string> accounts; ///< empty: all
  std::uint64_t expires_in = 0;      ///< seconds; 0: never
};
struct token_list {};
struct token_revoke {
  std::string id;
};
struct show_audit {
  std::string after; ///< the id of a row; empty: the newest ones
  std::size_t limit = 100;
};
/// A link that signs in to the console.
struct console_link {
  std::string scope; ///< empty: the server's default
  std::vector<std::string> accounts;
};
struct show_status {};
struct show_version {};

using command =
    std::variant<account_add, account_list, account_show, account_set, account_qr, account_share,
                 account_verb, account_relogin, account_remove, account_history, list_contacts, send_message,
                 recall_message, mark_read, list_messages, outbox_list, outbox_show, outbox_verb, media_get,
                 avatar_get, friend_list, friend_verb, group_list, group_members, group_verb, question,
                 operation_list, operation_show, backup_store, check_store, apply_fleet, reload_configuration,
                 notify_test, run_chat, follow_events, top, diagnose, show_status, show_version, token_create,
                 token_list, token_revoke, show_audit, console_link>;

/// A whole command line that was understood.
struct invocation {
  std::string socket;
  std::string url; ///< "https://host:port" instead of the socket; empty: the socket
  secret token;    ///< what is shown there, unless `token_file` is named
  std::string token_file;
  std::string ca_file;     ///< empty: the system's certificates
  bool plain_http = false; ///< the token may be shown by plain HTTP to another machine
  output_format output = output_format::table;
  bool watch = false;
  bool no_input = false;
  colour_choice colour = colour_choice::automatic;
  std::optional<std::chrono::milliseconds> timeout;
  command what;
};

/// Nothing more to do: help, the version, or what is wrong with the command line.
struct early_exit {
  exit_code code = exit_code::ok;
  std::string out;
  std::string err;
};

/// Longest path of a unix socket in bytes (sun_path, without its final NUL).
inline constexpr std::size_t max_socket_path = 107;

/// Reads the arguments (without the program's name) and WEIXIND_SOCKET, WEIXIND_URL, WEIXIND_TOKEN and
/// WEIXIND_CA_FILE.
std::variant<invocation, early_exit> parse_command_line(const std::vector<std::string>& arguments);

} // namespace weixin::ctl
