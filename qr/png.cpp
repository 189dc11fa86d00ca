#include "qr/qr.hpp"

#include <csetjmp>
#include <png.h>

namespace weixin::qr {
namespace {

void append(png_structp png, png_bytep bytes, png_size_t count) {
  bool appended = true;
  try {
    static_cast<std::string*>(png_get_io_ptr(png))->append(reinterpret_cast<const char*>(bytes), count);
  } catch (const std::exception&) {
    appended = false;
  }
  if (!appended) png_error(png, "out of memory"); // outside the handler, which a jump must not leave
}

// libpng reports by longjmp, and one over a frame with destructors is undefined: the frames between the
// setjmp and libpng hold plain values only. Its own functions would also write to stderr.
[[noreturn]] void jump_back(png_structp png, png_const_charp) { png_longjmp(png, 1); }
void ignore(png_structp, png_const_charp) {}

struct picture {
  png_bytep pixels; ///< one bit each, rows padded to bytes
  png_uint_32 side;
  std::size_t row_bytes;
};

bool write(png_structp png, png_infop info, const picture& p) {
  if (setjmp(png_jmpbuf(png)) != 0) return false;
  png_set_IHDR(png, info, p.side, p.side, 1, PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info(png, info);
  for (png_uint_32 y = 0; y < p.side; ++y)
    png_write_row(png, p.pixels + y * p.row_bytes);
  png_write_end(png, info);
  return true;
}

} // namespace

result<std::string> to_png(const symbol& s, int module_pixels) {
  if (module_pixels < 1 || module_pixels > 32)
    return fail(errc::invalid_argument, "a module has 1 to 32 pixels");
  const int side = (s.size() + 2 * quiet_zone) * module_pixels;
  const auto row_bytes = (static_cast<std::size_t>(side) + 7) / 8;
  std::vector<png_byte> pixels(row_bytes * static_cast<std::size_t>(side), 0);
  for (int y = 0; y < side; ++y)
    for (int x = 0; x < side; ++x) {
      if (s.is_dark(x / module_pixels - quiet_zone, y / module_pixels - quiet_zone)) continue;
      auto& byte = pixels[static_cast<std::size_t>(y) * row_bytes + static_cast<std::size_t>(x) / 8];
      byte = static_cast<png_byte>(byte | (0x80 >> (x % 8)));
    }

  std::string file;
  auto* png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, jump_back, ignore);
  auto* info = png != nullptr ? png_create_info_struct(png) : nullptr;
  bool written = false;
  if (info != nullptr) {
    png_set_write_fn(png, &file, append, nullptr);
    written = write(png, info, {pixels.data(), static_cast<png_uint_32>(side), row_bytes});
  }
  png_destroy_write_struct(&png, &info);
  if (!written) return fail(errc::internal, "PNG: out of memory");
  return file;
}

} // namespace weixin::qr
