#include "store/media_files.hpp"

#include "store/directory_names.hpp"
#include "store/ids.hpp"
#include "store/job_queue.hpp"
#include "store/owned_fd.hpp"
#include "store/system_failure.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <sodium.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <optional>
#include <thread>
#include <utility>

namespace weixin::store {

namespace {

constexpr char id_prefix = 'm';
constexpr std::size_t max_waiting_jobs = 100'000;
constexpr std::string_view unfinished_suffix = ".part";
/// How much is written between two looks at the room that is left.
constexpr std::uint64_t look_every = std::uint64_t{4} << 20;
constexpr std::size_t largest_read = std::size_t{1} << 20;

error io_failure(std::string file, int code) {
  return system_failure(errc::io_failed, std::move(file), code);
}

class sha256 {
public:
  sha256() { ::crypto_hash_sha256_init(&state_); }
  void add(std::string_view bytes) {
    ::crypto_hash_sha256_update(&state_, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  }
  std::string finish() {
    std::array<unsigned char, crypto_hash_sha256_BYTES> digest{};
    ::crypto_hash_sha256_final(&state_, digest.data());
    std::array<char, crypto_hash_sha256_BYTES * 2 + 1> hex{};
    ::sodium_bin2hex(hex.data(), hex.size(), digest.data(), digest.size());
    return hex.data();
  }

private:
  crypto_hash_sha256_state state_{};
};

std::string directory_of(std::string_view id) { return std::string{id.substr(id.size() - 2)}; }

/// Opens a directory below `at` without following a link, and makes it first if need be.
result<owned_fd> open_directory(int at, const std::string& name) {
  if (::mkdirat(at, name.c_str(), S_IRWXU) != 0 && errno != EEXIST) return io_failure(name, errno);
  owned_fd fd{::openat(at, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
  if (!fd) return io_failure(name, errno);
  return fd;
}

void remove_unfinished(int media) {
  for (const auto& name : names_in(media)) {
    owned_fd directory{::openat(media, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
    if (!directory) continue;
    for (const auto& file : names_in(directory.get()))
      if (file.ends_with(unfinished_suffix)) ::unlinkat(directory.get(), file.c_str(), 0);
  }
}

} // namespace

/// What the thread and all files share. It outlives `media_files` as long as a file is held, but not its
/// thread.
struct media_core {
  explicit media_core(media_files_options o) : options(std::move(o)), jobs(max_waiting_jobs) {}

  media_files_options options;
  owned_fd directory; ///< data_dir/media
  job_queue<std::function<void()>> jobs;
  std::atomic<std::size_t> waiting_bytes{0};

  result<void> look_at_room() const {
    if (options.reserve_bytes == 0) return {};
    std::uint64_t room = 0;
    if (options.free_bytes) {
      room = options.free_bytes();
    } else {
      struct statvfs status {};
      if (::fstatvfs(directory.get(), &status) != 0) return {};
      room = std::uint64_t{status.f_bavail} * status.f_frsize;
    }
    if (room >= options.reserve_bytes) return {};
    return fail(errc::disk_full, (options.data_dir / "media").string() + ": less room than the reserve");
  }

  std::filesystem::path path_of(std::string_view id) const {
    return options.data_dir / "media" / directory_of(id) / std::string{id};
  }
};

/// One file; its functions run on the file thread only.
struct media_file_state {
  media_file_state(std::shared_ptr<media_core> c, std::string i, std::uint64_t limit)
      : core(std::move(c)), id(std::move(i)), max_bytes(limit) {}
  ~media_file_state() { discard(); }

  result<void> write(std::string_view piece);
  result<media_file_info> finish();

private:
  std::string unfinished_name() const { return id + std::string{unfinished_suffix}; }
  result<void> open();
  result<void> append(std::string_view piece);
  error give_up(error e);
  void discard() noexcept;

  std::shared_ptr<media_core> core;
  std::string id;
  std::uint64_t max_bytes;
  std::uint64_t bytes = 0;
  std::uint64_t looked_at = 0; ///< `bytes` at the last look at the room
  sha256 hash;
  owned_fd directory;
  owned_fd file;
  std::optional<error> ended; ///< set by the first error, and by `finish`
};

error media_file_state::give_up(error e) {
  discard();
  ended = e;
  return e;
}

void media_file_state::discard() noexcept {
  if (!file) return;
  file.reset();
  ::unlinkat(directory.get(), unfinished_name().c_str(), 0);
}

result<void> media_file_state::open() {
  if (file) return {};
  if (auto room = core->look_at_room(); !room) return room;
  auto opened = open_directory(core->directory.get(), directory_of(id));
  if (!opened) return opened.error();
  directory = std::move(*opened);
  file = owned_fd{::openat(directory.get(), unfinished_name().c_str(),
                           O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR)};
  if (!file) return io_failure(id, errno);
  return {};
}

result<void> media_file_state::append(std::string_view piece) {
  while (!piece.empty()) {
    auto written = ::write(file.get(), piece.data(), piece.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return io_failure(id, errno);
    hash.add(piece.substr(0, static_cast<std::size_t>(written)));
    piece.remove_prefix(static_cast<std::size_t>(written));
    bytes += static_cast<std::uint64_t>(written);
  }
  return {};
}

result<void> media_file_state::write(std::string_view piece) {
  if (ended) return *ended;
  if (piece.size() > max_bytes - bytes)
    return give_up(fail(errc::body_too_large, id + ": above " + std::to_string(max_bytes) + " bytes"));
  if (auto opened = open(); !opened) return give_up(opened.error());
  if (bytes + piece.size() - looked_at > look_every) {
    looked_at = bytes + piece.size();
    if (auto room = core->look_at_room(); !room) return give_up(room.error());
  }
  if (auto appended = append(piece); !appended) return give_up(appended.error());
  return {};
}

result<media_file_info> media_file_state::finish() {
  if (ended) return *ended;
  if (auto opened = open(); !opened) return give_up(opened.error());
  if (::fdatasync(file.get()) != 0) return give_up(io_failure(id, errno));
  if (::renameat2(directory.get(), unfinished_name().c_str(), directory.get(), id.c_str(),
                  RENAME_NOREPLACE) != 0)
    return give_up(io_failure(id, errno));
  file.reset();
  ended = fail(errc::invalid_argument, id + " is finished");
  // Who notes the file relies on finding it after a power cut.
  if (::fsync(directory.get()) != 0) return io_failure(id, errno);
  return media_file_info{id, core->path_of(id), bytes, hash.finish()};
}

/// An open file; its functions run on the file thread only.
struct media_reader_state {
  explicit media_reader_state(owned_fd f) : file(std::move(f)) {}

  result<std::string> read(std::size_t most) {
    std::string piece(std::min(most, largest_read), '\0');
    for (;;) {
      auto got = ::read(file.get(), piece.data(), piece.size());
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return io_failure("a media file", errno);
      piece.resize(static_cast<std::size_t>(got));
      return piece;
    }
  }

  owned_fd file;
};

media_file::media_file(std::shared_ptr<media_core> core, std::shared_ptr<media_file_state> state)
    : core_(std::move(core)), state_(std::move(state)) {}

media_file::~media_file() {
  // The file is closed and removed where blocking is allowed, after the pieces that still wait.
  std::function<void()> release = [state = std::move(state_)] {};
  core_->jobs.push(release);
}

namespace {

error refused(bool full) {
  return full ? fail(errc::queue_full, "too much media waits to be written")
              : fail(errc::cancelled, "the media store has ended or is overloaded");
}

} // namespace

void media_file::write(std::string piece, std::function<void(result<void>)> done) {
  auto size = piece.size();
  if (core_->waiting_bytes.fetch_add(size) + size > core_->options.max_waiting_bytes) {
    core_->waiting_bytes.fetch_sub(size);
    return done(refused(true));
  }
  std::function<void()> job = [core = core_, state = state_, piece = std::move(piece), done] {
    auto outcome = state->write(piece);
    core->waiting_bytes.fetch_sub(piece.size());
    done(std::move(outcome));
  };
  if (core_->jobs.push(job)) return;
  core_->waiting_bytes.fetch_sub(size);
  done(refused(false));
}

void media_file::finish(std::function<void(result<media_file_info>)> done) {
  std::function<void()> job = [state = state_, done] { done(state->finish()); };
  if (!core_->jobs.push(job)) done(refused(false));
}

media_reader::media_reader(std::shared_ptr<media_core> core, std::shared_ptr<media_reader_state> state,
                           std::uint64_t size)
    : core_(std::move(core)), state_(std::move(state)), size_(size) {}

media_reader::~media_reader() {
  // Closing a file that was removed may take long: not on a shard.
  std::function<void()> release = [state = std::move(state_)] {};
  core_->jobs.push(release);
}

void media_reader::read(std::size_t most, std::function<void(result<std::string>)> done) {
  std::function<void()> job = [state = state_, most, done] { done(state->read(most)); };
  if (!core_->jobs.push(job)) done(refused(false));
}

struct media_files::thread {
  explicit thread(std::shared_ptr<media_core> core)
      : running([core = std::move(core)]() noexcept {
          ::pthread_setname_np(::pthread_self(), "media");
          remove_unfinished(core->directory.get());
          // One at a time: a job, and what it holds, is gone before the next one starts.
          for (auto jobs = core->jobs.take(1); !jobs.empty(); jobs = core->jobs.take(1))
            jobs.front()();
        }) {}

  std::thread running;
};

media_files::media_files(std::shared_ptr<media_core> core, std::unique_ptr<thread> worker)
    : core_(std::move(core)), worker_(std::move(worker)) {}

media_files::~media_files() {
  core_->jobs.close();
  worker_->running.join();
}

result<std::unique_ptr<media_files>> media_files::open(media_files_options options) {
  auto name = options.data_dir.string();
  owned_fd parent{::open(name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!parent) return io_failure(name, errno);
  auto core = std::make_shared<media_core>(std::move(options));
  auto directory = open_directory(parent.get(), "media");
  if (!directory) return directory.error();
  core->directory = std::move(*directory);
  try {
    auto worker = std::make_unique<thread>(core);
    return std::unique_ptr<media_files>{new media_files{std::move(core), std::move(worker)}};
  } catch (const std::exception&) {
    return fail(errc::io_failed, "no thread for media files");
  }
}

result<std::shared_ptr<media_file>> media_files::create(std::string id, std::uint64_t max_bytes) {
  if (!is_id(id_prefix, id)) return fail(errc::invalid_argument, "not a media id");
  return std::make_shared<media_file>(core_,
                                      std::make_shared<media_file_state>(core_, std::move(id), max_bytes));
}

void media_files::open_file(std::string id, std::function<void(result<std::shared_ptr<media_reader>>)> done) {
  if (!is_id(id_prefix, id)) return done(fail(errc::invalid_argument, "not a media id"));
  std::function<void()> job = [core = core_, id = std::move(id), done] {
    owned_fd directory{::openat(core->directory.get(), directory_of(id).c_str(),
                                O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
    // Not blocking: what was planted may be a pipe.
    owned_fd file{directory
                      ? ::openat(directory.get(), id.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
                      : -1};
    struct stat status {};
    if (!file || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode))
      return done(fail(errc::file_missing, id));
    done(std::make_shared<media_reader>(core, std::make_shared<media_reader_state>(std::move(file)),
                                        static_cast<std::uint64_t>(status.st_size)));
  };
  if (!core_->jobs.push(job)) done(refused(false));
}

void media_files::list(std::function<void(result<std::vector<std::string>>)> done) {
  std::function<void()> job = [core = core_, done] {
    std::vector<std::string> ids;
    for (const auto& folder : names_in(core->directory.get())) {
      owned_fd directory{
          ::openat(core->directory.get(), folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
      if (!directory) continue;
      for (auto& name : names_in(directory.get()))
        if (is_id(id_prefix, name) && directory_of(name) == folder) ids.push_back(std::move(name));
    }
    done(std::move(ids));
  };
  if (!core_->jobs.push(job)) done(refused(false));
}

void media_files::remove(std::string id) {
  if (!is_id(id_prefix, id)) return;
  std::function<void()> job = [core = core_, id = std::move(id)] {
    auto folder = directory_of(id);
    owned_fd directory{
        ::openat(core->directory.get(), folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
    if (directory) ::unlinkat(directory.get(), id.c_str(), 0);
  };
  core_->jobs.push(job);
}

result<std::filesystem::path> media_files::path_of(std::string_view id) const {
  if (!is_id(id_prefix, id)) return fail(errc::invalid_argument, "not a media id");
  return core_->path_of(id);
}

} // namespace weixin::store
