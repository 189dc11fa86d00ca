#pragma once

#include <zlib.h>

#include <string>

namespace weixin::transport::test {

inline std::string gzip(const std::string& text) {
  z_stream z{};
  deflateInit2(&z, Z_BEST_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string zipped(deflateBound(&z, text.size()), '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  z.avail_in = static_cast<uInt>(text.size());
  z.next_out = reinterpret_cast<Bytef*>(zipped.data());
  z.avail_out = static_cast<uInt>(zipped.size());
  deflate(&z, Z_FINISH);
  zipped.resize(z.total_out);
  deflateEnd(&z);
  return zipped;
}

} // namespace weixin::transport::test
