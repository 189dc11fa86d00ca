#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace weixin::store {

/// The MD5 of bytes that come in pieces: what Weixin names files by (weixin-protocol.md 6.1). It proves
/// nothing. Internal to store/.
class md5_hash {
public:
  md5_hash();
  ~md5_hash();
  md5_hash(const md5_hash&) = delete;
  md5_hash& operator=(const md5_hash&) = delete;

  void update(std::string_view bytes);
  /// 32 lower-case hexadecimal digits; once, at the end.
  std::string hex();

private:
  struct context;
  std::unique_ptr<context> context_;
};

} // namespace weixin::store
