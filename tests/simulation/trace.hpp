#pragma once

#include <cstdint>
#include <string_view>

namespace weixin::simulation {

/// A hash over everything that happened, in order (FNV-1a): two runs that differ anywhere differ here.
class trace {
public:
  void add(std::string_view text) {
    for (unsigned char c : text)
      mix(c);
    mix(0xFF);
  }
  void add(std::uint64_t number) {
    for (int i = 0; i < 8; ++i)
      mix(static_cast<unsigned char>(number >> (8 * i)));
  }
  template <class... Parts>
  void note(Parts... parts) {
    (add(parts), ...);
    ++events_;
  }
  std::uint64_t hash() const noexcept { return hash_; }
  std::uint64_t events() const noexcept { return events_; }

private:
  void mix(unsigned char byte) { hash_ = (hash_ ^ byte) * 0x100000001B3ULL; }

  std::uint64_t hash_ = 0xCBF29CE484222325ULL;
  std::uint64_t events_ = 0;
};

} // namespace weixin::simulation
