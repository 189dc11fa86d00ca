#pragma once

#include "protocol/result.hpp"
#include "protocol/secret.hpp"
#include "store/data_directory.hpp"

#include <array>
#include <cstddef>
#include <filesystem>
#include <initializer_list>
#include <string>
#include <string_view>

namespace weixin::store {

/// The key that everything sealed in a data directory hangs on. Wiped from memory at the end. Internal to
/// store/.
class seal_key {
public:
  static constexpr std::size_t size = 32;

  seal_key() = default;
  seal_key(const seal_key&) = default;
  seal_key& operator=(const seal_key&) = default;
  ~seal_key();

  static seal_key random();

  std::array<unsigned char, size> bytes{};
};

/// What to do when no key is found.
enum class missing_key { make, refuse };

/// The key of a data directory: the file `weixind-key` in $CREDENTIALS_DIRECTORY when systemd gave one, else
/// `<data_dir>/key`, which `missing_key::make` creates with mode 0600, synced before the call returns.
/// Neither follows a link.
///
/// Errors: store_corrupt (there is none, or it has the wrong size), store_failed (others can read it, or the
/// system says no), disk_full. Each context says what to do.
result<seal_key> load_key(const data_directory& directory, missing_key what);

/// Where a sealed value stands. What was sealed for one place does not open at another.
struct sealed_place {
  std::string_view table;
  std::string_view account;
  std::string_view row;
};

/// Seals what must not be readable in the database file: XChaCha20-Poly1305 with a fresh random nonce each
/// time and its place as associated data. One thread at a time. Internal to store/.
class sealer {
public:
  /// Bytes that sealing adds.
  static constexpr std::size_t overhead = 1 + 24 + 16;

  explicit sealer(const seal_key& key);
  /// A copy draws nonces of its own.
  sealer(const sealer& from) : sealing_(from.sealing_), hashing_(from.hashing_) {}
  sealer& operator=(const sealer&) = delete;

  std::string seal(const sealed_place& place, std::string_view plain);
  /// Error: store_corrupt; its context names the table and says nothing of the content.
  result<std::string> open(const sealed_place& place, std::string_view sealed) const;
  /// A keyed hash of 32 bytes over the parts, for comparing what is not to be stored.
  std::string hash(std::initializer_list<std::string_view> parts) const;
  /// 32 bytes that hang on the key and on `purpose`, and tell nothing of the key. Any thread.
  secret derived_key(std::string_view purpose) const;

private:
  void fill_nonce(unsigned char* nonce);

  seal_key sealing_;
  seal_key hashing_;
  /// Random bytes taken from the system ahead: asking it once for many nonces costs less.
  std::array<unsigned char, std::size_t{24} * 64> nonces_{};
  std::size_t used_ = nonces_.size();
};

} // namespace weixin::store
