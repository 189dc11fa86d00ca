#pragma once

#include "protocol/result.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weixin::qr {

/// The light modules that ISO/IEC 18004 wants around a symbol. All pictures and texts below include them.
inline constexpr int quiet_zone = 4;

/// Longest text that is encoded, in bytes. Login links (weixin-protocol.md 3.2) have about 45.
inline constexpr std::size_t max_text_bytes = 512;

/// The modules of one QR code, without its quiet zone. A value; any thread.
class symbol {
public:
  /// `dark` holds `size` rows of `size` modules, 1 for dark.
  symbol(int size, std::vector<std::uint8_t> dark);

  /// Modules along one side, 21 to 177.
  int size() const noexcept { return size_; }
  /// False for everything outside the symbol: the quiet zone needs no special case.
  bool is_dark(int x, int y) const noexcept;

private:
  int size_;
  std::vector<std::uint8_t> dark_;
};

/// Encodes the bytes with error correction level M, in the smallest version that holds them.
/// Errors: invalid_argument (empty, or longer than `max_text_bytes`), internal (out of memory). The text is a
/// credential while a login waits and is in no error.
result<symbol> encode(std::string_view text);

enum class ink {
  /// No escape sequences. Light modules are drawn, as fits a terminal with a dark background.
  plain,
  /// No escape sequences. Dark modules are drawn, as fits paper and a terminal with a light background.
  plain_on_light,
  /// Black on white whatever the terminal's own colours are (the fixed part of the 256-colour palette).
  colour,
};

/// Two rows of modules to a line of UTF-8 half blocks; every line ends with a newline.
std::string to_half_blocks(const symbol& s, ink how = ink::plain);

/// One row to a line and two columns to a module, in ASCII: for terminals that have no half blocks.
std::string to_ascii(const symbol& s, ink how = ink::plain);

/// Columns that a line of either text takes.
int half_block_columns(const symbol& s) noexcept;
int ascii_columns(const symbol& s) noexcept;

/// A PNG file, greyscale of one bit, `module_pixels` (1 to 32) to a module. Errors: invalid_argument,
/// internal.
result<std::string> to_png(const symbol& s, int module_pixels = 8);

} // namespace weixin::qr
