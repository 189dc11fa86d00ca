#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace weixin::simulator {

/// `app` has no content: it stands for an app message, so that its forwarding is recognised.
enum class media_kind { picture, sticker, video, voice, file, app };

/// Something that can be downloaded: uploaded by a client, or made up for a message that came in.
struct media_item {
  std::size_t user = 0;
  media_kind kind = media_kind::file;
  std::string media_id; ///< `@crypt_...`
  std::string name;     ///< the file's
  std::string
      key; ///< the aeskey of its XML, by which forwarded content is recognised (weixin-protocol.md 6.3)
  std::string md5; ///< of the content; of made-up pictures, videos and voices it is only looked at here
  std::size_t bytes = 0;
  std::uint64_t seed = 0;                     ///< of made-up content
  std::shared_ptr<const std::string> content; ///< null: made from `bytes` and `seed` when asked for
};

/// The file's name as EncryFileName: percent-encoded, with dots as `%2E` (weixin-protocol.md 6.1).
std::string encrypted_name(std::string_view name);
/// The content, the same every time.
std::string content_of(const media_item& item);
/// What webwxgetmsgimg gives for `type=slave`.
std::string thumbnail_of(const media_item& item);

/// The newest items. What is beyond the bounds is forgotten, oldest first, as the service's media expire.
class media_store {
public:
  static constexpr std::size_t max_items = 20'000;
  static constexpr std::size_t max_messages = 40'000;
  static constexpr std::size_t max_kept_bytes = std::size_t{256} * 1024 * 1024;

  /// The media id, the key and the md5 find it from now on; an item of the same id is replaced.
  void add(media_item item);
  const media_item* find(std::string_view media_id) const;
  const media_item* find_key(std::size_t user, std::string_view key) const;
  const media_item* find_md5(std::size_t user, std::string_view md5) const;
  /// That message carries this item.
  void attach(std::uint64_t msg_id, std::string media_id);
  const media_item* of_message(std::uint64_t msg_id) const;
  std::size_t kept_bytes() const noexcept { return kept_bytes_; }

private:
  using index = std::unordered_map<std::string, std::string>; // to media ids
  const media_item* look_up(const index& by, std::size_t user, std::string_view name) const;
  void forget_oldest();

  std::unordered_map<std::string, media_item> items_;
  std::deque<std::string> order_;
  index by_key_;
  index by_md5_;
  std::unordered_map<std::uint64_t, std::string> by_message_;
  std::deque<std::uint64_t> message_order_;
  std::size_t kept_bytes_ = 0;
};

} // namespace weixin::simulator
