#include "transport/gunzip.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>

namespace weixin::transport {
namespace {

constexpr int gzip_only = 15 + 16; // the largest window, and zlib's mark for "expect a gzip header"

} // namespace

struct gunzip::stream {
  stream() { usable = inflateInit2(&z, gzip_only) == Z_OK; }
  ~stream() {
    if (usable) inflateEnd(&z);
  }
  stream(const stream&) = delete;
  stream& operator=(const stream&) = delete;

  z_stream z{};
  bool usable = false;
};

gunzip::gunzip(std::size_t max_bytes) : stream_(std::make_unique<stream>()), max_bytes_(max_bytes) {}

gunzip::~gunzip() = default;

result<void> gunzip::put(std::string_view piece, std::string& out) {
  if (piece.empty()) return {};
  started_ = true;
  if (!stream_->usable) return fail(errc::internal, "zlib: out of memory");
  if (ended_) return fail(errc::malformed_answer, "bytes behind the gzip stream");
  auto& z = stream_->z;
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(piece.data())); // zlib only reads it
  z.avail_in = static_cast<uInt>(piece.size());
  std::array<char, 16 * 1024> chunk;
  do {
    z.next_out = reinterpret_cast<Bytef*>(chunk.data());
    z.avail_out = static_cast<uInt>(chunk.size());
    // Most answers come whole: told that this may be the end, zlib keeps no window for more to come.
    auto code = inflate(&z, Z_FINISH);
    if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR)
      return fail(errc::malformed_answer, "broken gzip stream");
    auto produced = chunk.size() - z.avail_out;
    if (produced > max_bytes_ - std::min(max_bytes_, out.size()))
      return fail(errc::answer_too_large, "body after decompression");
    out.append(chunk.data(), produced);
    ended_ = code == Z_STREAM_END;
  } while (!ended_ && (z.avail_in > 0 || z.avail_out == 0));
  if (z.avail_in > 0) return fail(errc::malformed_answer, "bytes behind the gzip stream");
  return {};
}

result<void> gunzip::finish() const {
  if (started_ && !ended_) return fail(errc::malformed_answer, "gzip stream cut short");
  return {};
}

} // namespace weixin::transport
