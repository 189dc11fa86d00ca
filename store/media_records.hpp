#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weixin::store {

/// What a medium is.
enum class media_kind : std::uint8_t { image, emoticon, voice, video, file, map, avatar };
inline constexpr std::size_t media_kind_count = static_cast<std::size_t>(media_kind::avatar) + 1;
std::string_view to_string(media_kind kind) noexcept;

/// Which of the things that belong to one message or contact.
enum class media_part : std::uint8_t {
  whole,     ///< the picture, the sound, the file; a contact's picture
  thumbnail, ///< the small picture of a picture or a video
};
inline constexpr std::size_t media_part_count = 2;

enum class media_state : std::uint8_t {
  waiting,   ///< it is to be fetched
  available, ///< its content is there
  failed,    ///< it could not be fetched; `error` says why
  dropped,   ///< it was there, and made room (`error` says why)
};
inline constexpr std::size_t media_state_count = 4;
std::string_view to_string(media_state state) noexcept;

/// What is fetched for an account (none: not even when somebody asks).
enum class media_policy : std::uint8_t { none, on_demand, images_and_voices, all };
inline constexpr std::size_t media_policy_count = 4;
std::string_view to_string(media_policy policy) noexcept;
std::optional<media_policy> parse_media_policy(std::string_view name) noexcept;

/// The bytes of a medium, as the store knows them. Two media with equal bytes share one content.
struct media_content {
  std::string file;        ///< the id of the file that holds them, see media_files.hpp
  std::string sha256;      ///< 64 hexadecimal digits
  std::uint64_t bytes = 0; ///< their number
  std::string mime;        ///< by their first bytes

  friend bool operator==(const media_content&, const media_content&) = default;
};

/// One medium of an account. `name` and what follows it come from a stranger or from Weixin, and are sealed
/// at rest.
struct media_record {
  std::string owner; ///< a message's msg_id (decimal), a contact's reference ("c-..."), a send's id ("s-...")
  media_part part = media_part::whole;
  media_kind kind = media_kind::image;
  media_state state = media_state::waiting;
  std::string error;     ///< stable code, when failed or dropped
  unsigned attempts = 0; ///< how often it was tried since it was wanted
  std::chrono::system_clock::time_point changed_at{};
  std::optional<media_content> content; ///< when available

  std::string name;                  ///< as the sender called it, for people to read; never a path
  std::uint64_t announced_bytes = 0; ///< what the message says of its size; 0: nothing
  std::string sender;                ///< FromUserName of the message, for webwxgetmedia
  std::string media_id;              ///< MediaId
  std::string encrypted_name;        ///< EncryFileName

  friend bool operator==(const media_record&, const media_record&) = default;
};

/// How much media may be kept. What is linked twice counts once in the sum of all.
struct media_quota {
  std::uint64_t bytes = std::uint64_t{10} << 30;            ///< of all accounts together
  std::uint64_t bytes_per_account = std::uint64_t{2} << 30; ///< of one account
};

/// The answer to `keep_media`.
struct kept_media {
  media_record record;       ///< its content may be in another file than the one that was offered
  std::uint64_t dropped = 0; ///< older media that made room
  /// Files that nobody needs any more: the offered one when its content was there already, and what made
  /// room.
  std::vector<std::string> unneeded_files;
};

} // namespace weixin::store
