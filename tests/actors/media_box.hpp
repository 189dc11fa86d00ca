#pragma once

#include "actors/media_writer.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace weixin::testing {

/// A media store in memory, without a thread: every call is answered before it returns.
struct media_box {
  std::map<std::string, std::string> files; ///< finished ones, by id
  std::size_t begun = 0;
  std::optional<error> write_failure; ///< of every write from now on
  /// The hash of a content: equal for equal bytes, which is all that counts here.
  static std::string hash_of(const std::string& bytes) {
    return "sha of " + std::to_string(std::hash<std::string>{}(bytes));
  }

  media_writer_factory factory() {
    return [this](std::uint64_t max_bytes) -> result<std::shared_ptr<media_writer>> {
      return std::static_pointer_cast<media_writer>(
          std::make_shared<writer>(*this, "m-" + std::to_string(++begun), max_bytes));
    };
  }

private:
  struct writer final : media_writer {
    writer(media_box& b, std::string name, std::uint64_t limit)
        : box(b), id(std::move(name)), max_bytes(limit) {}
    void write(std::string piece, std::function<void(result<void>)> done) override {
      if (box.write_failure) return done(*box.write_failure);
      if (bytes.size() + piece.size() > max_bytes) return done(fail(errc::body_too_large, "test"));
      bytes += piece;
      done({});
    }
    void finish(std::function<void(result<store::media_file_info>)> done) override {
      box.files[id] = bytes;
      done(store::media_file_info{id, "/nowhere/" + id, bytes.size(), hash_of(bytes)});
    }

    media_box& box;
    std::string id;
    std::uint64_t max_bytes;
    std::string bytes;
  };
};

/// Bytes that begin like a JPEG.
inline std::string jpeg_of(std::size_t size, char filling = 'x') {
  std::string bytes = "\xff\xd8\xff\xe0";
  bytes.resize(size, filling);
  return bytes;
}

} // namespace weixin::testing
