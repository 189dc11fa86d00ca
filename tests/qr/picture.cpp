#include "tests/qr/picture.hpp"

#include <algorithm>
#include <memory>
#include <png.h>
#include <zbar.h>

namespace weixin::qr::test {
namespace {

constexpr int dot = 6; // pixels along one side of a module

/// One module's colour; two rows of them to a line of half blocks.
struct raster {
  std::vector<std::vector<std::uint8_t>> rows;
};

bool take(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

struct colours {
  std::uint8_t ink;
  std::uint8_t paper;
};

/// Reads one line into an upper and a lower row of cells.
bool read_line(std::string_view line, colours normal, raster& into) {
  auto now = normal;
  std::vector<std::uint8_t> upper;
  std::vector<std::uint8_t> lower;
  auto cell = [&](std::uint8_t up, std::uint8_t low) {
    upper.push_back(up);
    lower.push_back(low);
  };
  while (!line.empty()) {
    if (take(line, "\x1b[38;5;16;48;5;231m"))
      now = {0, 255};
    else if (take(line, "\x1b[48;5;231m"))
      now.paper = 255;
    else if (take(line, "\x1b[48;5;16m"))
      now.paper = 0;
    else if (take(line, "\x1b[0m"))
      now = normal;
    else if (take(line, " "))
      cell(now.paper, now.paper);
    else if (take(line, "#") || take(line, "\u2588"))
      cell(now.ink, now.ink);
    else if (take(line, "\u2580"))
      cell(now.ink, now.paper);
    else if (take(line, "\u2584"))
      cell(now.paper, now.ink);
    else
      return false;
  }
  into.rows.push_back(std::move(upper));
  into.rows.push_back(std::move(lower));
  return true;
}

} // namespace

std::optional<picture> draw(std::string_view text, terminal where, int columns_per_module) {
  auto normal = where == terminal::dark ? colours{255, 0} : colours{0, 255};
  raster cells;
  while (!text.empty()) {
    auto end = text.find('\n');
    if (end == std::string_view::npos || !read_line(text.substr(0, end), normal, cells)) return std::nullopt;
    text.remove_prefix(end + 1);
  }
  if (cells.rows.empty()) return std::nullopt;
  // A cell of a terminal is twice as high as wide: half of it is one module, or two columns are.
  const int width_of_half = columns_per_module == 1 ? dot : dot / 2;
  const int height_of_half = columns_per_module == 1 ? dot : dot / 2;
  const auto columns = cells.rows.front().size();
  picture p;
  p.width = static_cast<int>(columns) * width_of_half;
  p.height = static_cast<int>(cells.rows.size()) * height_of_half;
  for (const auto& row : cells.rows) {
    if (row.size() != columns) return std::nullopt;
    for (int repeat = 0; repeat < height_of_half; ++repeat)
      for (auto cell : row)
        p.grey.insert(p.grey.end(), static_cast<std::size_t>(width_of_half), cell);
  }
  return p;
}

std::optional<picture> read_png(const std::string& file) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  if (png_image_begin_read_from_memory(&image, file.data(), file.size()) == 0) return std::nullopt;
  image.format = PNG_FORMAT_GRAY;
  picture p{static_cast<int>(image.width), static_cast<int>(image.height), {}};
  p.grey.resize(PNG_IMAGE_SIZE(image));
  if (png_image_finish_read(&image, nullptr, p.grey.data(), 0, nullptr) == 0) return std::nullopt;
  return p;
}

std::optional<std::string> scan(const picture& p) {
  std::unique_ptr<zbar::zbar_image_scanner_t, decltype(&zbar::zbar_image_scanner_destroy)> scanner{
      zbar::zbar_image_scanner_create(), &zbar::zbar_image_scanner_destroy};
  std::unique_ptr<zbar::zbar_image_t, decltype(&zbar::zbar_image_destroy)> image{zbar::zbar_image_create(),
                                                                                 &zbar::zbar_image_destroy};
  zbar::zbar_image_set_format(image.get(), zbar_fourcc('Y', '8', '0', '0'));
  zbar::zbar_image_set_size(image.get(), static_cast<unsigned>(p.width), static_cast<unsigned>(p.height));
  zbar::zbar_image_set_data(image.get(), p.grey.data(), p.grey.size(), nullptr);
  if (zbar::zbar_scan_image(scanner.get(), image.get()) != 1) return std::nullopt;
  const auto* found = zbar::zbar_image_first_symbol(image.get());
  return std::string{zbar::zbar_symbol_get_data(found), zbar::zbar_symbol_get_data_length(found)};
}

} // namespace weixin::qr::test
