#include "ctl/terminal_text.hpp"

#include <algorithm>
#include <array>
#include <clocale>
#include <cstdint>
#include <cstdio>
#include <cwchar>
#include <locale.h>
#include <optional>

namespace weixin::ctl {
namespace {

/// The C library knows UTF-8 and the widths of characters, but only in a UTF-8 locale, which the user's need
/// not be.
class utf8_locale {
public:
  utf8_locale() : before_(shared() != locale_t{} ? ::uselocale(shared()) : locale_t{}) {}
  ~utf8_locale() {
    if (before_ != locale_t{}) ::uselocale(before_);
  }
  utf8_locale(const utf8_locale&) = delete;
  utf8_locale& operator=(const utf8_locale&) = delete;

private:
  static locale_t shared() {
    static const auto made = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", locale_t{});
    return made;
  }
  locale_t before_;
};

struct character {
  std::string_view bytes;
  std::optional<wchar_t> code; ///< none: the byte is not UTF-8
};

template <class F>
void for_each_character(std::string_view text, F f) {
  while (!text.empty()) {
    std::mbstate_t state{};
    wchar_t code = 0;
    auto n = std::mbrtowc(&code, text.data(), text.size(), &state);
    if (n == 0) n = 1; // NUL
    bool valid = n <= text.size();
    if (!valid) n = 1;
    if (!f(character{text.substr(0, n), valid ? std::optional{code} : std::nullopt})) return;
    text.remove_prefix(n);
  }
}

std::string escape(const character& c) {
  if (c.code == L'\n') return "\\n";
  if (c.code == L'\r') return "\\r";
  if (c.code == L'\t') return "\\t";
  std::array<char, 16> text{};
  if (!c.code || static_cast<std::uint32_t>(*c.code) < 0x80)
    std::snprintf(text.data(), text.size(), "\\x%02x",
                  static_cast<unsigned>(static_cast<unsigned char>(c.bytes[0])));
  else
    std::snprintf(text.data(), text.size(), "\\u{%x}", static_cast<unsigned>(*c.code));
  return text.data();
}

int width(const character& c) { return c.code ? std::max(0, ::wcwidth(*c.code)) : 1; }

} // namespace

bool acts_on_a_terminal(std::uint32_t c) noexcept {
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x061c || c == 0x200e || c == 0x200f ||
         (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

std::string printable(std::string_view text) {
  utf8_locale in_utf8;
  std::string safe;
  safe.reserve(text.size());
  for_each_character(text, [&](const character& c) {
    if (!c.code || acts_on_a_terminal(static_cast<std::uint32_t>(*c.code)))
      safe += escape(c);
    else
      safe += c.bytes;
    return true;
  });
  return safe;
}

int columns_of(std::string_view text) {
  utf8_locale in_utf8;
  int columns = 0;
  for_each_character(text, [&](const character& c) {
    columns += width(c);
    return true;
  });
  return columns;
}

std::string bytes_text(std::uint64_t bytes) {
  if (bytes < 1024) return std::to_string(bytes) + " B";
  auto size = static_cast<double>(bytes);
  const char* unit = "KiB";
  size /= 1024;
  for (const char* larger : {"MiB", "GiB", "TiB"}) {
    if (size < 1024) break;
    size /= 1024;
    unit = larger;
  }
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f %s", size, unit);
  return text.data();
}

std::string cut(std::string_view text, int columns) {
  if (columns_of(text) <= columns) return std::string{text};
  utf8_locale in_utf8;
  std::string kept;
  int used = 1; // the ellipsis
  for_each_character(text, [&](const character& c) {
    used += width(c);
    if (used > columns) return false;
    kept += c.bytes;
    return true;
  });
  return kept + "\u2026";
}

} // namespace weixin::ctl
