#include "qr/qr.hpp"

#include <cerrno>
#include <memory>
#include <qrencode.h>

namespace weixin::qr {

symbol::symbol(int size, std::vector<std::uint8_t> dark) : size_(size), dark_(std::move(dark)) {}

bool symbol::is_dark(int x, int y) const noexcept {
  if (x < 0 || y < 0 || x >= size_ || y >= size_) return false;
  auto index = static_cast<std::size_t>(y) * static_cast<std::size_t>(size_) + static_cast<std::size_t>(x);
  return index < dark_.size() && dark_[index] != 0;
}

result<symbol> encode(std::string_view text) {
  if (text.empty() || text.size() > max_text_bytes)
    return fail(errc::invalid_argument, "a QR code holds 1 to 512 bytes here");
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  // Level M: terminals leave gaps between lines, and phones read over a shoulder.
  std::unique_ptr<QRcode, decltype(&QRcode_free)> code{
      QRcode_encodeData(static_cast<int>(text.size()), bytes, 0, QR_ECLEVEL_M), &QRcode_free};
  if (!code)
    return fail(errc::internal, errno == ENOMEM ? "QR code: out of memory" : "QR code: not encodable");
  auto count = static_cast<std::size_t>(code->width) * static_cast<std::size_t>(code->width);
  std::vector<std::uint8_t> dark(count);
  // The lowest bit is the colour; the others tell what the module is for.
  for (std::size_t i = 0; i < count; ++i)
    dark[i] = code->data[i] & 1U;
  return symbol{code->width, std::move(dark)};
}

} // namespace weixin::qr
