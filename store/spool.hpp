#pragma once

#include "protocol/result.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace weixin::store {

/// A file that is complete and on the disk.
struct spooled_file {
  std::string id; ///< "u-" and 26 characters
  std::uint64_t bytes = 0;
  std::string md5;              ///< 32 lower-case hexadecimal digits
  std::string first_bytes;      ///< at most 32: what it is, whatever its name says
  std::int64_t modified_ms = 0; ///< when its original was changed last, since the epoch
};

/// Where the bytes of files wait until they are sent. Calls return at once and may come from any thread; each
/// `done` is called exactly once, on another thread or before the call returns, and must not throw.
class spool {
public:
  template <class T>
  using callback = std::function<void(result<T>)>;

  /// A file while it is written; let go before `finish`, it is removed. One call at a time.
  class writer {
  public:
    virtual ~writer() = default;
    /// Appends. The first error is the answer to every later call. Errors: body_too_large, queue_full (more
    /// bytes wait than the spool takes), disk_full, io_failed, cancelled (the server ends).
    virtual void write(std::string piece, callback<void> done) = 0;
    /// Syncs the file. Errors: as `write`, and file_empty.
    virtual void finish(callback<spooled_file> done) = 0;
  };

  virtual ~spool() = default;
  /// Begins a file of at most `max_bytes`.
  virtual std::shared_ptr<writer> create(std::uint64_t max_bytes) = 0;
  /// Copies a file of this machine, opened once, so that what was checked is what is sent. Errors:
  /// path_not_allowed, file_gone (there is none), file_empty, file_changed (it was written, replaced or
  /// removed while it was read), body_too_large, and those of `writer::write`.
  virtual void copy(std::filesystem::path file, std::uint64_t max_bytes, callback<spooled_file> done) = 0;
  /// At most `length` bytes from `offset` on of a file that has `bytes`. Errors: file_gone; file_changed (it
  /// has another size); io_failed; cancelled.
  virtual void read(std::string id, std::uint64_t bytes, std::uint64_t offset, std::size_t length,
                    callback<std::string> done) = 0;
  /// Removes the file of that id, if there is one. What is no id of a spool is ignored.
  virtual void remove(std::string id) = 0;
  /// Removes every other file: what an earlier process left.
  virtual void keep_only(std::vector<std::string> ids) = 0;
};

} // namespace weixin::store
