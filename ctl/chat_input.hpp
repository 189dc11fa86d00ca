#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace weixin::ctl {

// What a person types into `weixinctl chat`, one line at a time.
//
//   ->NAME:text         a text            m->NAME:file   each line of a file as a text
//   ->all:text          to everybody      f->NAME:file   a file
//                                         i->NAME:file   a picture
//                                         e->NAME:file   an emoticon, or its MD5
//
// A name that holds a colon, a blank at either end or a quote is written in quotes, in which \" and \\ stand
// for themselves: ->"Lin: home":hello. A path may be quoted in the same way. "account" in front of an arrow,
// with an @, means another account than the present one: @shop-02->Lin:hello.

namespace chat {

/// Which account a line is meant for; empty: the present one.
using account_name = std::string;

struct say {
  account_name account;
  std::string to;
  std::string text;
};
struct say_to_all {
  account_name account;
  std::string text;
};
enum class file_kind { lines, file, image, emoticon };
struct send_file {
  account_name account;
  file_kind kind = file_kind::file;
  std::string to;
  std::string path; ///< or the MD5 of an emoticon
};
struct show_help {};
struct list_contacts {
  std::string query;
  bool only_groups = false;
};
struct show_history {
  std::string with; ///< empty: of everybody
  std::size_t count = 20;
};
struct recall {
  std::string id; ///< of a send of ours; empty: the last one
};
struct save_media {
  std::string id;   ///< of a message; empty: the last one with media
  std::string path; ///< empty: a name of its own in the present directory
};
struct auto_reply {
  bool on = false;
  std::vector<std::string> bots; ///< which; empty: those of before
};
struct use_account {
  std::string name; ///< empty: says which one it is
};
struct quit {};
/// A blank line.
struct nothing {};
/// What nobody understands, and what would be understood.
struct mistake {
  std::string why;
};

using input = std::variant<say, say_to_all, send_file, show_help, list_contacts, show_history, recall,
                           save_media, auto_reply, use_account, quit, nothing, mistake>;

/// Takes a line apart. Never fails: what it does not understand is a `mistake`.
input parse(std::string_view line);

/// `name` as it has to be typed: in quotes when it needs them.
std::string as_typed(std::string_view name);

/// What can be typed, for /help.
std::string_view help();

} // namespace chat

} // namespace weixin::ctl
