#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace weixin::store {

/// Puts texts and numbers one after the other into one string, which is then sealed. Internal to store/.
class packer {
public:
  packer& text(std::string_view value) {
    number(static_cast<std::int64_t>(value.size()));
    bytes_.append(value);
    return *this;
  }

  packer& number(std::int64_t value) {
    auto bits = static_cast<std::uint64_t>(value);
    for (int shift = 0; shift < 64; shift += 8)
      bytes_ += static_cast<char>(bits >> shift & 0xff);
    return *this;
  }

  void reserve(std::size_t size) { bytes_.reserve(size); }
  const std::string& bytes() const noexcept { return bytes_; }

private:
  std::string bytes_;
};

/// Takes apart what a packer made. After the first thing that does not fit every answer is empty and `whole`
/// is false. Internal to store/.
class unpacker {
public:
  explicit unpacker(std::string_view bytes) : rest_(bytes) {}

  std::int64_t number() {
    if (rest_.size() < 8) return give_up();
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < 8; ++i)
      bits |= std::uint64_t{static_cast<unsigned char>(rest_[i])} << 8 * i;
    rest_.remove_prefix(8);
    return static_cast<std::int64_t>(bits);
  }

  std::string text() {
    auto size = number();
    if (size < 0 || static_cast<std::uint64_t>(size) > rest_.size()) {
      give_up();
      return {};
    }
    std::string value{rest_.substr(0, static_cast<std::size_t>(size))};
    rest_.remove_prefix(static_cast<std::size_t>(size));
    return value;
  }

  /// A number from 0 to `most`.
  std::int64_t number_to(std::int64_t most) {
    auto value = number();
    return value < 0 || value > most ? give_up() : value;
  }

  /// True when everything fitted and nothing is left.
  bool whole() const noexcept { return !failed_ && rest_.empty(); }

private:
  std::int64_t give_up() {
    failed_ = true;
    rest_ = {};
    return 0;
  }

  std::string_view rest_;
  bool failed_ = false;
};

} // namespace weixin::store
