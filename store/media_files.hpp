#pragma once

#include "protocol/result.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace weixin::store {

struct media_files_options {
  std::filesystem::path data_dir; ///< must exist; the store made it private
  /// Bytes that may wait to be written, of all files together. More are refused with queue_full.
  std::size_t max_waiting_bytes = std::size_t{64} * 1024 * 1024;
  /// Free space of the disk below which nothing more is written (disk_full): media leave off before messages
  /// have to. 0: none is kept.
  std::uint64_t reserve_bytes = 0;
  /// How much room there is; empty: the disk is asked. For tests.
  std::function<std::uint64_t()> free_bytes{};
};

/// A file that is complete.
struct media_file_info {
  std::string id;
  std::filesystem::path path;
  std::uint64_t bytes = 0;
  std::string sha256; ///< of the content, 64 hexadecimal digits
};

struct media_core;
struct media_file_state;
struct media_reader_state;

/// A file while it is written. It has its name only after `finish`; let go before that, it is removed.
///
/// Its functions may be called from any thread, one at a time; the work is done on the file thread, in order.
/// Each `done` is called exactly once: on the file thread, or at once when the piece cannot even wait
/// (queue_full, or cancelled after the end of `media_files`). A `done` must not throw.
class media_file {
public:
  media_file(std::shared_ptr<media_core> core, std::shared_ptr<media_file_state> state);
  ~media_file();
  media_file(const media_file&) = delete;
  media_file& operator=(const media_file&) = delete;

  /// Appends. The first error removes the file and is the answer to every later call.
  /// Errors: body_too_large (above the limit), disk_full, io_failed, queue_full, cancelled.
  void write(std::string piece, std::function<void(result<void>)> done);
  /// Syncs the file, gives it its name, and syncs that too. Errors: as `write`; io_failed when there is such
  /// a file already.
  void finish(std::function<void(result<media_file_info>)> done);

private:
  std::shared_ptr<media_core> core_;
  std::shared_ptr<media_file_state> state_;
};

/// A finished file while somebody reads it; it can be read to its end when it is removed meanwhile. Its
/// functions may be called from any thread, one at a time; the work is done on the file thread. A `done` must
/// not throw.
class media_reader {
public:
  media_reader(std::shared_ptr<media_core> core, std::shared_ptr<media_reader_state> state,
               std::uint64_t size);
  ~media_reader();
  media_reader(const media_reader&) = delete;
  media_reader& operator=(const media_reader&) = delete;

  /// Of the whole file, when it was opened.
  std::uint64_t size() const noexcept { return size_; }
  /// Reads on where the last call ended: at most `most` bytes (up to 1 MiB), none at the end. Errors:
  /// io_failed, cancelled.
  void read(std::size_t most, std::function<void(result<std::string>)> done);

private:
  std::shared_ptr<media_core> core_;
  std::shared_ptr<media_reader_state> state_;
  std::uint64_t size_;
};

/// The media store: `data_dir/media/<xx>/<id>`, where xx are the last two characters of the id. Directories
/// have mode 0700, files 0600. Files are named by ids of our own only, never by a name that somebody sent.
///
/// Any thread. Its destructor writes what waits; it must not run inside a `done`.
class media_files {
public:
  /// Makes the directory, and removes what an earlier process left unfinished. Errors: io_failed, disk_full.
  static result<std::unique_ptr<media_files>> open(media_files_options options);
  ~media_files();
  media_files(const media_files&) = delete;
  media_files& operator=(const media_files&) = delete;

  /// Begins a file of at most `max_bytes`. `id` comes from an `id_source` with the prefix 'm'; anything else
  /// is refused with invalid_argument. The disk is touched only with the first piece.
  result<std::shared_ptr<media_file>> create(std::string id, std::uint64_t max_bytes);
  /// Opens the finished file of that id. Errors: file_missing when there is none, also for a link that was
  /// planted there; invalid_argument for what is no id; io_failed, cancelled.
  void open_file(std::string id, std::function<void(result<std::shared_ptr<media_reader>>)> done);
  /// The ids of all finished files that are there now. Names that are not ours are left out. Error:
  /// cancelled.
  void list(std::function<void(result<std::vector<std::string>>)> done);
  /// Removes the finished file of that id, later, if there is one. What is no id is ignored.
  void remove(std::string id);
  /// Where the finished file of that id is; invalid_argument for what is no id.
  result<std::filesystem::path> path_of(std::string_view id) const;

private:
  struct thread;
  media_files(std::shared_ptr<media_core> core, std::unique_ptr<thread> worker);

  std::shared_ptr<media_core> core_;
  std::unique_ptr<thread> worker_;
};

} // namespace weixin::store
