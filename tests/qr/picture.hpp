#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weixin::qr::test {

/// A greyscale picture: what a camera would see.
struct picture {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> grey; ///< rows of bytes, 0 is black
};

/// Which colours a terminal shows text in when nothing else is said.
enum class terminal { dark, light };

/// Draws the text as a terminal would: half blocks, '#', spaces, and the escape sequences that set or reset
/// the two colours that the symbols use. nullopt for anything else, and for lines of different lengths.
/// `columns_per_module` 1 for half blocks, 2 for ASCII.
std::optional<picture> draw(std::string_view text, terminal colours, int columns_per_module);

/// nullopt unless the bytes are a PNG file.
std::optional<picture> read_png(const std::string& file);

/// The text of the one QR code in the picture, as zbar reads it; nullopt for none or several.
std::optional<std::string> scan(const picture& p);

} // namespace weixin::qr::test
