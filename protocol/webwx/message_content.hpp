#pragma once

#include "protocol/secret.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace weixin::webwx {

/// What a message is (weixin-protocol.md 7.5 to 7.7).
enum class message_kind : std::uint8_t {
  text,             ///< MsgType 1 that is nothing more than text
  image,            ///< MsgType 3
  voice,            ///< MsgType 34
  video,            ///< MsgType 43, and 62 (micro video)
  emoticon,         ///< MsgType 47
  location,         ///< MsgType 48, and 1 with SubMsgType 48; AppMsgType 17
  card,             ///< MsgType 42
  link,             ///< AppMsgType 4 and 5, and articles of official accounts
  music,            ///< AppMsgType 3
  file,             ///< AppMsgType 6
  mini_program,     ///< AppMsgType 33 and 36
  quote,            ///< AppMsgType 57: text that answers another message
  chat_record,      ///< AppMsgType 19, and 0 with a record
  transfer,         ///< AppMsgType 2000
  red_packet,       ///< AppMsgType 2001
  channels,         ///< AppMsgType 51
  group_invitation, ///< AppMsgType 5 with the title of an invitation
  app,              ///< MsgType 49 that is none of these, or that cannot be read
  friend_request,   ///< MsgType 37
  possible_friend,  ///< MsgType 40
  call,             ///< MsgType 50, 52, 53
  news,             ///< MsgType 1 from `newsapp`
  recalled,         ///< MsgType 10002, `revokemsg`
  pat,              ///< MsgType 10002, `pat`
  system,           ///< MsgType 10000 and 9999, and the rest of 10002
  status_notify,    ///< MsgType 51: read marks and conversation lists, never for people or bots
  unsupported,      ///< everything else: its raw form is kept and passed on
};
inline constexpr std::size_t message_kind_count = static_cast<std::size_t>(message_kind::unsupported) + 1;
/// The enumerator's name.
std::string_view to_string(message_kind k) noexcept;

/// What messages hold, one type a kind. All of it comes from strangers: texts are decoded and bounded (names
/// 1 KiB, addresses 4 KiB, others 16 KiB; the text of a quote 64 KiB, those of texts and notices as long as
/// the answer lets them be), numbers that are missing or absurd are 0, and nothing was checked against
/// anything. Ids beyond 2^53 are decimal text. UserNames are those of the session unless something else is
/// said.
namespace content {

struct text {
  std::string body;

  friend bool operator==(const text&, const text&) = default;
};

/// webwxgetmsgimg fetches it.
struct image {
  int width = 0; ///< pixels
  int height = 0;
  std::int64_t bytes = 0;
  std::string md5;

  friend bool operator==(const image&, const image&) = default;
};

/// webwxgetvoice fetches it, as MP3 whatever `format` says.
struct voice {
  std::chrono::milliseconds duration{0};
  std::int64_t bytes = 0;
  int format = 0; ///< Weixin's number of the phone's format

  friend bool operator==(const voice&, const voice&) = default;
};

/// webwxgetvideo fetches it.
struct video {
  std::chrono::seconds duration{0};
  std::int64_t bytes = 0;
  int width = 0; ///< of the thumbnail, pixels
  int height = 0;
  std::string md5;
  bool is_micro = false; ///< MsgType 62

  friend bool operator==(const video&, const video&) = default;
};

struct emoticon {
  enum class game : std::uint8_t { none, rock_paper_scissors, dice };

  std::string md5;
  std::string cdn_url;
  std::string encrypted_url; ///< of the same picture, encrypted with `aes_key`
  std::string aes_key;
  std::string thumb_url;
  std::int64_t bytes = 0;
  int width = 0; ///< pixels
  int height = 0;
  game played = game::none;
  /// Weixin's number: dice count from 4 on, hands are 1 scissors, 2 rock, 3 paper. That is no source's word.
  int game_result = 0;
  bool is_from_shop = false; ///< not viewable on the web

  friend bool operator==(const emoticon&, const emoticon&) = default;
};

struct location {
  std::string place; ///< as the sender's map named it
  std::string label; ///< the address below it
  std::optional<double> latitude;
  std::optional<double> longitude;
  std::string url;      ///< a map's page
  std::string map_path; ///< path and query of a picture on the entry host
  bool is_live = false; ///< a sharing of where one is began; no place is told

  friend bool operator==(const location&, const location&) = default;
};

/// Somebody a message is about (RecommendInfo).
struct person {
  std::string user_name;
  std::string nick_name;
  std::string alias;
  std::string province;
  std::string city;
  std::string signature;
  int sex = 0;           ///< 0 unknown, 1 male, 2 female
  int scene = 0;         ///< weixin-protocol.md 5.5
  int verify_flag = 0;   ///< bits, weixin-protocol.md 5.2
  std::string image_url; ///< of a large picture

  friend bool operator==(const person&, const person&) = default;
};

struct card {
  person who;

  friend bool operator==(const card&, const card&) = default;
};

struct friend_request {
  person who;
  std::string greeting;
  secret ticket; ///< accepts the request, together with `who.user_name`
  int opcode = 0;
  bool is_own = false; ///< the account asked; the official client shows nothing then

  friend bool operator==(const friend_request&, const friend_request&) = default;
};

struct possible_friend {
  person who;

  friend bool operator==(const possible_friend&, const possible_friend&) = default;
};

struct article {
  std::string title;
  std::string digest;
  std::string url;
  std::string cover_url;

  friend bool operator==(const article&, const article&) = default;
};

struct link {
  std::string title;
  std::string description;
  std::string url;
  std::string thumb_url;
  std::string source; ///< the account or app it comes from, by name
  bool is_video = false;
  std::vector<article> articles; ///< an official account's list, at most 20; the link is the first one

  friend bool operator==(const link&, const link&) = default;
};

struct music {
  std::string title;
  std::string artist;
  std::string url;      ///< a page
  std::string data_url; ///< the sound
  std::string source;

  friend bool operator==(const music&, const music&) = default;
};

/// webwxgetmedia fetches it, with `media_id`, `encrypted_name` and the message's `from`.
struct file {
  std::string name; ///< as the sender called it: never a path of ours
  std::string extension;
  std::int64_t bytes = 0;
  std::string md5;
  std::string media_id;
  std::string encrypted_name;
  std::string attach_id; ///< as it stands in the XML

  friend bool operator==(const file&, const file&) = default;
};

struct mini_program {
  std::string title;
  std::string name;      ///< what the program is called
  std::string user_name; ///< "gh_...@app", lasting
  std::string app_id;
  std::string page_path;
  std::string icon_url;
  std::string url; ///< for clients that cannot show it

  friend bool operator==(const mini_program&, const mini_program&) = default;
};

struct quote {
  std::string body; ///< what the sender wrote
  int quoted_type = 0;
  std::string quoted_msg_id;    ///< decimal, empty when it is none
  std::string quoted_user_name; ///< who is quoted, often under a lasting name
  std::string quoted_name;
  std::string quoted_text; ///< a rendering when it was no text

  friend bool operator==(const quote&, const quote&) = default;
};

struct record_item {
  int type = 0; ///< Weixin's number: 1 text, 2 picture, 3 voice, 4 video, 5 link, 6 location, 8 file
  std::string name;
  std::string time; ///< as the sender's phone wrote it
  std::string text;

  friend bool operator==(const record_item&, const record_item&) = default;
};

struct chat_record {
  std::string title;
  std::string summary;
  std::vector<record_item> items; ///< at most 100
  std::int64_t item_count = 0;    ///< as the record says; at least the number of `items`

  friend bool operator==(const chat_record&, const chat_record&) = default;
};

struct transfer {
  std::string description; ///< Weixin's sentence
  std::string amount;      ///< with its currency, as shown
  std::string memo;
  int step = 0; ///< paysubtype; 1 is sent, 3 is taken, 4 is given back, by common report
  std::string transfer_id;

  friend bool operator==(const transfer&, const transfer&) = default;
};

struct red_packet {
  std::string greeting;
  std::string url;

  friend bool operator==(const red_packet&, const red_packet&) = default;
};

struct channels {
  std::string author;
  std::string description;
  std::string feed_id; ///< decimal
  std::int64_t media_count = 0;
  std::string url; ///< of the first medium
  std::string thumb_url;

  friend bool operator==(const channels&, const channels&) = default;
};

struct group_invitation {
  std::string inviter; ///< by name; empty when the description is not of a known form
  std::string topic;
  std::string description;
  std::string url; ///< joins the group
  std::string thumb_url;

  friend bool operator==(const group_invitation&, const group_invitation&) = default;
};

/// AppMsgType that has no type of its own (weixin-protocol.md 7.6).
struct app {
  int type = 0;
  std::string title;
  std::string description;
  std::string url;
  std::string source;

  friend bool operator==(const app&, const app&) = default;
};
/// "text", "image", "open", "emoji", "voice_reminder", "scanned_goods", "goods", "sticker_pack", "coupon",
/// "group_note"; empty for a number that is not known.
std::string_view app_type_name(int app_msg_type) noexcept;

struct call {
  enum class step : std::uint8_t { message, notify, invite }; ///< MsgType 50, 52, 53

  step what = step::message;
  std::string status; ///< Weixin's words, often empty

  friend bool operator==(const call&, const call&) = default;
};

struct news {
  std::string body;

  friend bool operator==(const news&, const news&) = default;
};

struct recalled {
  /// MsgId of what was taken back, decimal; empty: the last own message.
  std::string msg_id;
  std::string new_msg_id; ///< the same message's other id
  std::string notice;     ///< Weixin's sentence

  friend bool operator==(const recalled&, const recalled&) = default;
};

struct pat {
  std::string from_user_name; ///< often a lasting name
  std::string patted_user_name;
  std::string notice; ///< the template, with its placeholders

  friend bool operator==(const pat&, const pat&) = default;
};

/// What a notice tells (weixin-protocol.md 7.7).
enum class notice_event : std::uint8_t {
  none, ///< nothing that is recognised
  friend_added,
  not_a_friend, ///< any more: sends to `who` are refused
  joined,
  removed,
  renamed,
  red_packet,
  too_frequent,
  location_ended,
  pat,
};
std::string_view to_string(notice_event e) noexcept;

/// A sentence of the system. Names are as the sentence has them: display names, which anybody can choose.
struct notice {
  std::string text;
  std::string source; ///< type of the `sysmsg` it came as; empty for MsgType 10000 and 9999
  notice_event event = notice_event::none;
  std::string actor;            ///< who invited, removed, renamed or patted; empty when nobody is named
  bool actor_is_me = false;     ///< that was the account
  std::vector<std::string> who; ///< whom it happened to; joined together at most 500 names
  bool me_among = false;        ///< the account is one of them
  std::string topic;            ///< the group's new name
  bool by_qr_code = false;      ///< joined by scanning `actor`'s code

  friend bool operator==(const notice&, const notice&) = default;
};

struct status_notify {
  /// weixin-protocol.md 4.2: 1 read, 2 entered, 3 ready, 4 conversations, 5 left.
  int code = 0;

  friend bool operator==(const status_notify&, const status_notify&) = default;
};

struct unsupported {
  friend bool operator==(const unsupported&, const unsupported&) = default;
};

} // namespace content

/// One of all that a message can be. Closed: who looks at it with `std::visit` is told by the compiler when
/// another kind is added.
using message_content =
    std::variant<content::unsupported, content::text, content::image, content::voice, content::video,
                 content::emoticon, content::location, content::card, content::link, content::music,
                 content::file, content::mini_program, content::quote, content::chat_record,
                 content::transfer, content::red_packet, content::channels, content::group_invitation,
                 content::app, content::friend_request, content::possible_friend, content::call,
                 content::news, content::recalled, content::pat, content::notice, content::status_notify>;

message_kind kind_of(const message_content& c) noexcept;

} // namespace weixin::webwx
