#include "store/spool_files.hpp"

#include "store/allowed_paths.hpp"
#include "store/directory_names.hpp"
#include "store/job_queue.hpp"
#include "store/md5.hpp"
#include "store/owned_fd.hpp"
#include "store/stored_time.hpp"
#include "store/system_failure.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <cstdio>
#include <optional>
#include <set>
#include <thread>
#include <utility>

namespace weixin::store {

namespace {

constexpr char id_prefix = 'u';
constexpr std::size_t max_waiting_jobs = 100'000;
constexpr std::size_t copy_step = std::size_t{1024} * 1024;
constexpr std::size_t first_bytes = 32;
constexpr std::string_view unfinished_suffix = ".part";

using job = std::function<void()>;

error cancelled() { return fail(errc::cancelled, "the server ends"); }
error io_failure(const std::string& file, int code) { return system_failure(errc::io_failed, file, code); }

std::int64_t modified_ms(const struct stat& status) {
  return std::int64_t{status.st_mtim.tv_sec} * 1'000 + status.st_mtim.tv_nsec / 1'000'000;
}

/// What the thread and all files share; everything but `jobs` belongs to the thread.
struct spool_core {
  explicit spool_core(spool_files_options o) : options(std::move(o)), jobs(max_waiting_jobs) {}

  bool push(job j) { return jobs.push(j); }
  /// The bytes of a file are known, and are no more.
  void forget(const std::string& name) {
    struct stat status {};
    if (::fstatat(directory.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return;
    if (::unlinkat(directory.get(), name.c_str(), 0) != 0) return;
    auto bytes = static_cast<std::uint64_t>(std::max<off_t>(status.st_size, 0));
    used -= std::min(used, bytes);
  }
  void count_what_is_there() {
    for (const auto& name : names_in(directory.get())) {
      struct stat status {};
      if (::fstatat(directory.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) continue;
      used += static_cast<std::uint64_t>(std::max<off_t>(status.st_size, 0));
      if (name.ends_with(unfinished_suffix)) forget(name);
    }
  }
  result<void> has_room(std::size_t more) const {
    if (more > options.max_bytes - std::min(used, options.max_bytes))
      return fail(errc::queue_full, "files that wait to be sent hold the " +
                                        std::to_string(options.max_bytes) +
                                        " bytes of sends.max_spool_bytes");
    struct statvfs disk {};
    if (::fstatvfs(directory.get(), &disk) != 0) return io_failure("spool", errno);
    auto free = static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize;
    if (free < options.reserve_bytes + more)
      return fail(errc::disk_full, "less than store.reserve_bytes would be left");
    return {};
  }

  spool_files_options options;
  owned_fd directory; ///< data_dir/spool
  job_queue<job> jobs;
  std::uint64_t used = 0;
};

/// One file in the making; on the thread only.
class unfinished_file {
public:
  unfinished_file(std::shared_ptr<spool_core> core, std::uint64_t max_bytes)
      : core_(std::move(core)), id_(core_->options.ids->next(core_->options.now())), max_bytes_(max_bytes) {
    info_.modified_ms = to_stored(core_->options.now());
  }
  ~unfinished_file() { discard(); }
  unfinished_file(const unfinished_file&) = delete;
  unfinished_file& operator=(const unfinished_file&) = delete;

  void set_modified(std::int64_t ms) { info_.modified_ms = ms; }

  result<void> write(std::string_view piece) {
    if (ended_) return *ended_;
    if (piece.empty()) return {};
    if (piece.size() > max_bytes_ - info_.bytes)
      return give_up(fail(errc::body_too_large,
                          "a file of this kind has at most " + std::to_string(max_bytes_) + " bytes"));
    if (auto room = core_->has_room(piece.size()); !room) return give_up(room.error());
    if (auto opened = open(); !opened) return give_up(opened.error());
    md5_.update(piece);
    if (info_.first_bytes.size() < first_bytes)
      info_.first_bytes.append(piece.substr(0, first_bytes - info_.first_bytes.size()));
    while (!piece.empty()) {
      auto written = ::write(file_.get(), piece.data(), piece.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return give_up(io_failure(id_, errno));
      piece.remove_prefix(static_cast<std::size_t>(written));
      info_.bytes += static_cast<std::uint64_t>(written);
      core_->used += static_cast<std::uint64_t>(written);
    }
    return {};
  }

  result<spooled_file> finish() {
    if (ended_) return *ended_;
    if (info_.bytes == 0) return give_up(fail(errc::file_empty, "the file is empty"));
    if (::fdatasync(file_.get()) != 0) return give_up(io_failure(id_, errno));
    auto directory = core_->directory.get();
    if (::renameat2(directory, unfinished_name().c_str(), directory, id_.c_str(), RENAME_NOREPLACE) != 0)
      return give_up(io_failure(id_, errno));
    file_.reset();
    ended_ = fail(errc::invalid_argument, id_ + " is finished");
    // A send that is promised needs the name as well as the bytes.
    if (::fsync(directory) != 0) {
      auto e = io_failure(id_, errno);
      core_->forget(id_);
      return e;
    }
    info_.id = id_;
    info_.md5 = md5_.hex();
    return info_;
  }

  error give_up(error e) {
    discard();
    ended_ = e;
    return e;
  }

private:
  std::string unfinished_name() const { return id_ + std::string{unfinished_suffix}; }

  result<void> open() {
    if (file_) return {};
    file_ = owned_fd{::openat(core_->directory.get(), unfinished_name().c_str(),
                              O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR)};
    if (!file_) return io_failure(id_, errno);
    return {};
  }

  void discard() noexcept {
    if (!file_) return;
    file_.reset();
    core_->forget(unfinished_name());
  }

  std::shared_ptr<spool_core> core_;
  std::string id_;
  std::uint64_t max_bytes_;
  owned_fd file_;
  md5_hash md5_;
  spooled_file info_;
  std::optional<error> ended_; ///< set by the first error, and by `finish`
};

class file_writer final : public spool::writer {
public:
  file_writer(std::shared_ptr<spool_core> core, std::uint64_t max_bytes)
      : core_(core), file_(std::make_shared<unfinished_file>(std::move(core), max_bytes)) {}
  ~file_writer() override {
    // Closed and removed where blocking is allowed, after the pieces that still wait.
    core_->push([file = std::move(file_)] {});
  }
  file_writer(const file_writer&) = delete;
  file_writer& operator=(const file_writer&) = delete;

  void write(std::string piece, spool::callback<void> done) override {
    auto work = [file = file_, piece = std::move(piece), done] { done(file->write(piece)); };
    if (!core_->push(std::move(work))) done(cancelled());
  }

  void finish(spool::callback<spooled_file> done) override {
    auto work = [file = file_, done] { done(file->finish()); };
    if (!core_->push(std::move(work))) done(cancelled());
  }

private:
  std::shared_ptr<spool_core> core_;
  std::shared_ptr<unfinished_file> file_;
};

/// A copy under way: one step a job.
class copying : public std::enable_shared_from_this<copying> {
public:
  copying(std::shared_ptr<spool_core> core, std::filesystem::path from, std::uint64_t max_bytes,
          spool::callback<spooled_file> done)
      : core_(std::move(core)), from_(std::move(from)), max_bytes_(max_bytes), done_(std::move(done)) {}

  void step() {
    auto more = to_ ? copy_some() : begin();
    if (!more) return done_(more.error());
    if (!*more) return done_(end());
    if (!core_->push([self = shared_from_this()] { self->step(); })) done_(cancelled());
  }

private:
  result<bool> begin() {
    auto opened = open_allowed(core_->options.allowed, from_);
    if (!opened) return opened.error();
    source_ = std::move(*opened);
    if (::fstat(source_.get(), &before_) != 0) return io_failure("a file to send", errno);
    if (before_.st_size <= 0) return fail(errc::file_empty, "the file is empty");
    to_ = std::make_unique<unfinished_file>(core_, max_bytes_);
    to_->set_modified(modified_ms(before_));
    if (static_cast<std::uint64_t>(before_.st_size) > max_bytes_)
      return fail(errc::body_too_large,
                  "a file of this kind has at most " + std::to_string(max_bytes_) + " bytes");
    return true;
  }

  result<bool> copy_some() {
    std::string piece(copy_step, '\0');
    auto got = ::read(source_.get(), piece.data(), piece.size());
    if (got < 0 && errno == EINTR) return true;
    if (got < 0) return io_failure("a file to send", errno);
    if (got == 0) return false;
    copied_ += got;
    if (copied_ > before_.st_size) return changed();
    piece.resize(static_cast<std::size_t>(got));
    if (auto written = to_->write(piece); !written) return written.error();
    return true;
  }

  result<spooled_file> end() {
    struct stat after {};
    if (::fstat(source_.get(), &after) != 0) return io_failure("a file to send", errno);
    bool is_written = copied_ != before_.st_size || after.st_size != before_.st_size ||
                      after.st_mtim.tv_sec != before_.st_mtim.tv_sec ||
                      after.st_mtim.tv_nsec != before_.st_mtim.tv_nsec;
    bool is_removed = after.st_nlink == 0; // or another one has its name
    if (is_written || is_removed) return changed();
    return to_->finish();
  }

  static error changed() { return fail(errc::file_changed, "the file changed while it was read"); }

  std::shared_ptr<spool_core> core_;
  std::filesystem::path from_;
  std::uint64_t max_bytes_;
  spool::callback<spooled_file> done_;
  owned_fd source_;
  struct stat before_ {};
  off_t copied_ = 0;
  std::unique_ptr<unfinished_file> to_;
};

result<std::string> read_part(const spool_core& core, const std::string& id, std::uint64_t bytes,
                              std::uint64_t offset, std::size_t length) {
  owned_fd file{::openat(core.directory.get(), id.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC)};
  if (!file) return errno == ENOENT ? fail(errc::file_gone, id) : io_failure(id, errno);
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return io_failure(id, errno);
  if (status.st_size < 0 || static_cast<std::uint64_t>(status.st_size) != bytes)
    return fail(errc::file_changed, id);
  std::string part(static_cast<std::size_t>(std::min<std::uint64_t>(length, bytes - std::min(offset, bytes))),
                   '\0');
  std::size_t got = 0;
  while (got < part.size()) {
    auto n = ::pread(file.get(), part.data() + got, part.size() - got, static_cast<off_t>(offset + got));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return io_failure(id, errno);
    if (n == 0) return fail(errc::file_changed, id);
    got += static_cast<std::size_t>(n);
  }
  return part;
}

class spool_files final : public spool {
public:
  explicit spool_files(std::shared_ptr<spool_core> core)
      : core_(std::move(core)), running_([c = core_]() noexcept { run(*c); }) {}
  ~spool_files() override {
    core_->jobs.close();
    running_.join();
  }
  spool_files(const spool_files&) = delete;
  spool_files& operator=(const spool_files&) = delete;

  std::shared_ptr<writer> create(std::uint64_t max_bytes) override {
    return std::make_shared<file_writer>(core_, max_bytes);
  }

  void copy(std::filesystem::path file, std::uint64_t max_bytes, callback<spooled_file> done) override {
    auto work = std::make_shared<copying>(core_, std::move(file), max_bytes, done);
    if (!core_->push([work] { work->step(); })) done(cancelled());
  }

  void read(std::string id, std::uint64_t bytes, std::uint64_t offset, std::size_t length,
            callback<std::string> done) override {
    if (!is_id(id_prefix, id)) return done(fail(errc::file_gone, "not an id of the spool"));
    auto work = [core = core_, id = std::move(id), bytes, offset, length, done] {
      done(read_part(*core, id, bytes, offset, length));
    };
    if (!core_->push(std::move(work))) done(cancelled());
  }

  void remove(std::string id) override {
    if (!is_id(id_prefix, id)) return;
    core_->push([core = core_, id = std::move(id)] { core->forget(id); });
  }

  void keep_only(std::vector<std::string> ids) override {
    core_->push([core = core_, kept = std::set<std::string>{ids.begin(), ids.end()}] {
      for (const auto& name : names_in(core->directory.get()))
        if (is_id(id_prefix, name) && !kept.contains(name)) core->forget(name);
    });
  }

private:
  static void run(spool_core& core) {
    ::pthread_setname_np(::pthread_self(), "spool");
    // One at a time: a job, and the file that it may hold, is gone before the next one is waited for.
    for (auto jobs = core.jobs.take(1); !jobs.empty(); jobs = core.jobs.take(1)) {
      jobs.front()();
      jobs.clear();
    }
  }

  std::shared_ptr<spool_core> core_;
  std::thread running_;
};

} // namespace

result<std::unique_ptr<spool>> open_spool_files(spool_files_options options) {
  auto name = options.data_dir.string();
  owned_fd parent{::open(name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!parent) return io_failure(name, errno);
  if (::mkdirat(parent.get(), "spool", S_IRWXU) != 0 && errno != EEXIST) return io_failure("spool", errno);
  auto core = std::make_shared<spool_core>(std::move(options));
  core->directory =
      owned_fd{::openat(parent.get(), "spool", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
  if (!core->directory) return io_failure("spool", errno);
  core->count_what_is_there();
  try {
    return std::unique_ptr<spool>{std::make_unique<spool_files>(std::move(core))};
  } catch (const std::exception&) {
    return fail(errc::io_failed, "no thread for the spool");
  }
}

} // namespace weixin::store
