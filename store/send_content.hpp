#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace weixin::store {

/// What kind of message a send is (weixin-protocol.md 6). The numbers are stored: new kinds are added at the
/// end.
enum class send_kind : std::uint8_t {
  text,
  image,
  video,
  file,
  emoticon,
  location, ///< a received one, sent on
  forward,  ///< any other received message, sent on
};
inline constexpr int send_kind_count = static_cast<int>(send_kind::forward) + 1;
/// "text", "image" and so on: the one place where the kinds have names.
std::string_view to_string(send_kind kind) noexcept;
std::optional<send_kind> parse_send_kind(std::string_view name) noexcept;

/// A text; with mentions, one to a group that notifies these of its members.
struct text_content {
  std::string text{};
  std::vector<std::string> mentions{}; ///< durable references of members
  friend bool operator==(const text_content&, const text_content&) = default;
};

/// A file that is uploaded and then sent. Its bytes are in the spool until the send is settled.
struct upload_content {
  send_kind kind = send_kind::file; ///< image, video, file or emoticon
  std::string spool_id{};           ///< of `spool_files`, prefix 'u'
  std::string file_name{};          ///< as people see it; no path
  std::uint64_t bytes = 0;
  std::string md5{};            ///< of the bytes, 32 lower-case hexadecimal digits
  std::int64_t modified_ms = 0; ///< when the file was changed last, since the epoch
  friend bool operator==(const upload_content&, const upload_content&) = default;
};

/// A sticker that Weixin knows already.
struct sticker_content {
  std::string md5{}; ///< 32 hexadecimal digits
  friend bool operator==(const sticker_content&, const sticker_content&) = default;
};

/// A received message that is sent on (weixin-protocol.md 6.3).
struct forward_content {
  std::string msg_id{};
  std::string entry{}; ///< its entry of AddMsgList: the inbox may forget it before it is sent
  bool is_location = false;
  friend bool operator==(const forward_content&, const forward_content&) = default;
};

/// What a send carries. Closed: whoever handles it handles every one.
using send_content = std::variant<text_content, upload_content, sticker_content, forward_content>;

send_kind kind_of(const send_content& content) noexcept;
/// The id of the spool file that belongs to it; empty for none.
const std::string& spool_id_of(const send_content& content) noexcept;
/// The words of a text; empty for everything else.
const std::string& text_of(const send_content& content) noexcept;

/// What makes two requests the same: everything but where the bytes lie and when their file was changed.
std::string identity_of(const send_content& content);

/// As it is stored, before sealing. Internal to store/.
std::string pack(const send_content& content);
/// Nothing for what `pack` did not make of a content of that kind. Internal to store/.
std::optional<send_content> unpack(send_kind kind, std::string_view packed);

} // namespace weixin::store
