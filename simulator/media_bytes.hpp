#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace weixin::simulator {

/// Content that looks like what it claims to be and has at least `bytes` bytes (at most 64 MiB). It follows
/// from `seed` alone, so that it need not be kept.
std::string make_gif(std::size_t bytes, std::uint64_t seed);  ///< 1 x 1, padded with comment blocks
std::string make_mp4(std::size_t bytes, std::uint64_t seed);  ///< ftyp, free and mdat boxes, no track
std::string make_mp3(std::size_t bytes, std::uint64_t seed);  ///< an ID3 tag and one frame of silence
std::string make_file(std::size_t bytes, std::uint64_t seed); ///< exactly so many bytes of no known form

/// MD5 as 32 lower-case hex digits, as the protocol wants it for files.
std::string md5_hex(std::string_view bytes);

} // namespace weixin::simulator
