#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace weixin::simulator {

/// One post of an upload, its numbers already read (weixin-protocol.md 6.1).
struct upload_chunk {
  std::uint64_t session = 0;
  std::string client_media_id; ///< with the session it names the upload
  std::string name;
  std::uint64_t total = 0; ///< bytes of the whole file
  std::uint64_t chunk = 0; ///< from 0
  std::uint64_t chunks = 1;
  std::string_view bytes;
};

/// Puts the chunks of uploads together. They must come one after the other; the last one may come again,
/// since its answer may have been lost.
class upload_desk {
public:
  static constexpr std::size_t chunk_bytes = 524'288;
  static constexpr std::uint64_t max_upload_bytes = std::uint64_t{256} * 1024 * 1024;
  /// Of uploads that are under way; beyond it the oldest are forgotten.
  static constexpr std::size_t max_pending_bytes = std::size_t{512} * 1024 * 1024;
  static constexpr std::size_t max_pending = 256;

  struct outcome {
    enum class kind {
      more,        ///< taken, others are missing
      complete,    ///< `file` is the whole
      wrong_size,  ///< the chunk or the number of chunks does not fit the file's size
      wrong_order, ///< not the next one
      changed,     ///< name, size or number of chunks differ from the first chunk's
    };
    kind what = kind::more;
    std::uint64_t received = 0;
    std::string file;
  };
  outcome take(const upload_chunk& c);
  std::size_t pending_bytes() const noexcept { return pending_bytes_; }

private:
  struct pending {
    std::uint64_t session;
    std::string client_media_id;
    std::string name;
    std::uint64_t total;
    std::uint64_t chunks;
    std::uint64_t next;
    std::string file;
  };
  std::deque<pending>::iterator find(const upload_chunk& c);
  void forget(std::deque<pending>::iterator entry);

  std::deque<pending> pending_;
  std::size_t pending_bytes_ = 0;
};

} // namespace weixin::simulator
