// The files that wait to be sent: what goes in comes out, within the limits, whatever happens to the disk.

#include "store/spool_files.hpp"
#include "tests/store/support.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

namespace weixin::store {
namespace {

namespace fs = std::filesystem;

constexpr const char* md5_of_hello = "5d41402abc4b2a76b9719d911017c592";

struct SpoolFiles : testing::Test {
  temporary_directory directory;
  fs::path allowed = directory.path() / "outgoing";
  spool_files_options options;
  std::unique_ptr<spool> files;
  std::uint64_t entropy = 0;

  SpoolFiles() {
    fs::create_directory(directory.path() / "data");
    fs::create_directory(allowed);
    options.data_dir = directory.path() / "data";
    options.allowed = {allowed};
    options.reserve_bytes = 0;
    options.ids = std::make_shared<id_source>('u', [this] { return ++entropy; });
    options.now = [] { return wall_time{} + std::chrono::hours{24 * 365 * 56}; };
    open();
  }

  void open() {
    files.reset();
    auto opened = open_spool_files(options);
    ASSERT_TRUE(opened) << to_string(opened.error());
    files = std::move(*opened);
  }

  static result<void> write(spool::writer& to, std::string piece) {
    return await<void>([&](auto done) { to.write(piece, done); });
  }
  static result<spooled_file> finish(spool::writer& to) {
    return await<spooled_file>([&](auto done) { to.finish(done); });
  }
  result<spooled_file> put(const std::string& bytes, std::uint64_t limit = 1'000'000) {
    auto writer = files->create(limit);
    if (auto written = write(*writer, bytes); !written) return written.error();
    return finish(*writer);
  }
  result<spooled_file> copy(const fs::path& file, std::uint64_t limit = 10'000'000) {
    return await<spooled_file>([&](auto done) { files->copy(file, limit, done); });
  }
  result<std::string> read(const spooled_file& f, std::uint64_t offset = 0, std::size_t length = 1 << 20) {
    return await<std::string>([&](auto done) { files->read(f.id, f.bytes, offset, length, done); });
  }
  /// Whatever the spool was asked so far is done.
  void settle() {
    (void)await<std::string>([&](auto done) { files->read("u-00000000000000000000000000", 1, 0, 1, done); });
  }
  std::vector<std::string> names() {
    std::vector<std::string> found;
    for (const auto& entry : fs::directory_iterator{options.data_dir / "spool"})
      found.push_back(entry.path().filename());
    return found;
  }
};

TEST_F(SpoolFiles, KeepsWhatWasWrittenInPieces) {
  auto writer = files->create(100);
  ASSERT_TRUE(write(*writer, "hel"));
  ASSERT_TRUE(write(*writer, "lo"));
  auto file = finish(*writer);
  ASSERT_TRUE(file);
  EXPECT_EQ(file->bytes, 5U);
  EXPECT_EQ(file->md5, md5_of_hello);
  EXPECT_EQ(file->first_bytes, "hello");
  EXPECT_EQ(*read(*file), "hello");
  EXPECT_EQ(*read(*file, 1, 3), "ell");
  EXPECT_EQ(*read(*file, 5), "");
  EXPECT_EQ(mode_of(options.data_dir / "spool"), 0700U);
  EXPECT_EQ(mode_of(options.data_dir / "spool" / file->id), 0600U);
}

TEST_F(SpoolFiles, KeepsFilesOverARestart) {
  auto file = put("hello");
  ASSERT_TRUE(file);
  open();
  EXPECT_EQ(*read(*file), "hello");
}

TEST_F(SpoolFiles, RemovesWhatAnEarlierProcessLeftHalfWritten) {
  write_file(options.data_dir / "spool" / "u-00000000000000000000000000.part", "half");
  open();
  EXPECT_TRUE(names().empty());
}

TEST_F(SpoolFiles, RemovesAFileThatIsLetGoBeforeItsEnd) {
  auto writer = files->create(100);
  ASSERT_TRUE(write(*writer, "hello"));
  writer.reset();
  settle();
  EXPECT_TRUE(names().empty());
}

TEST_F(SpoolFiles, KeepsOnlyWhatSomebodyNeeds) {
  auto needed = put("needed");
  auto other = put("other");
  ASSERT_TRUE(needed && other);
  files->keep_only({needed->id});
  settle();
  EXPECT_EQ(names(), std::vector<std::string>{needed->id});
  files->remove(needed->id);
  files->remove("../../" + needed->id);
  settle();
  EXPECT_TRUE(names().empty());
}

TEST_F(SpoolFiles, RefusesAnEmptyFile) {
  auto writer = files->create(100);
  EXPECT_EQ(code_of(finish(*writer)), errc::file_empty);
  write_file(allowed / "empty", "");
  EXPECT_EQ(code_of(copy(allowed / "empty")), errc::file_empty);
  EXPECT_TRUE(names().empty());
}

TEST_F(SpoolFiles, RefusesAFileAboveItsLimit) {
  EXPECT_TRUE(put("12345", 5));
  auto writer = files->create(5);
  ASSERT_TRUE(write(*writer, "12345"));
  EXPECT_EQ(code_of(write(*writer, "6")), errc::body_too_large);
  EXPECT_EQ(code_of(finish(*writer)), errc::body_too_large);
  write_file(allowed / "six", "123456");
  EXPECT_EQ(code_of(copy(allowed / "six", 5)), errc::body_too_large);
  EXPECT_EQ(names().size(), 1U);
}

TEST_F(SpoolFiles, RefusesMoreThanAllFilesTogetherMayHold) {
  options.max_bytes = 8;
  open();
  auto first = put("12345");
  ASSERT_TRUE(first);
  EXPECT_EQ(code_of(put("1234")), errc::queue_full);
  open();
  EXPECT_EQ(code_of(put("1234")), errc::queue_full) << "also after a restart";
  files->remove(first->id);
  EXPECT_TRUE(put("12345678"));
}

TEST_F(SpoolFiles, LeavesTheReserveOfTheDiskAlone) {
  options.reserve_bytes = std::uint64_t{1} << 62;
  open();
  EXPECT_EQ(code_of(put("hello")), errc::disk_full);
  EXPECT_TRUE(names().empty());
}

TEST_F(SpoolFiles, CopiesAFileOfTheMachine) {
  std::string bytes(3'000'000, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i)
    bytes[i] = static_cast<char>(i * 7 + i / 1'000);
  write_file(allowed / "big", bytes);
  auto file = copy(allowed / "big");
  ASSERT_TRUE(file) << to_string(file.error());
  EXPECT_EQ(file->bytes, bytes.size());
  EXPECT_GT(file->modified_ms, 1'600'000'000'000);
  std::string back;
  for (std::uint64_t at = 0; at < file->bytes; at += 65'536)
    back += *read(*file, at, 65'536);
  EXPECT_TRUE(back == bytes);
}

TEST_F(SpoolFiles, CopiesNothingFromElsewhere) {
  write_file(directory.path() / "secret", "secret");
  fs::create_directory(allowed / "sub");
  write_file(allowed / "sub" / "inside", "inside");
  fs::create_symlink(directory.path() / "secret", allowed / "link");
  fs::create_directory_symlink(directory.path(), allowed / "linked");
  fs::create_symlink(allowed / "sub" / "inside", allowed / "link-inside");
  ::mkfifo((allowed / "pipe").c_str(), 0600);
  EXPECT_TRUE(copy(allowed / "sub" / "inside"));
  for (const fs::path& path :
       {directory.path() / "secret", allowed / "link", allowed / "linked" / "secret",
        allowed / ".." / "secret", allowed / "sub" / ".." / ".." / "secret", allowed / "link-inside",
        allowed / "pipe", allowed / "sub", allowed, fs::path{"outgoing/sub/inside"},
        fs::path{allowed.string() + "-other/x"}, fs::path{}})
    EXPECT_EQ(code_of(copy(path)), errc::path_not_allowed) << path;
  EXPECT_EQ(code_of(copy(allowed / "nothing")), errc::file_gone);
  EXPECT_EQ(names().size(), 1U);
}

/// The spool asks for the time when it has opened a file that it is to copy.
TEST_F(SpoolFiles, CopiesNoFileThatChangesMeanwhile) {
  auto file = allowed / "report.pdf";
  std::function<void()> change = [] {};
  options.now = [&, at = options.now] {
    change();
    return at();
  };
  open();
  auto copied_when = [&](std::function<void()> what) {
    change = [] {};
    write_file(file, std::string(3'000'000, 'x'));
    fs::last_write_time(file, fs::file_time_type::clock::now() - std::chrono::hours{1});
    change = std::move(what);
    return copy(file);
  };
  auto grown = copied_when([&] { std::ofstream{file, std::ios::app} << "more"; });
  EXPECT_EQ(code_of(grown), errc::file_changed);
  EXPECT_EQ(grown.error().context, "the file changed while it was read");
  EXPECT_EQ(code_of(copied_when([&] { fs::resize_file(file, 10); })), errc::file_changed) << "it shrinks";
  EXPECT_EQ(code_of(copied_when([&] { fs::resize_file(file, 0); })), errc::file_changed) << "it is emptied";
  EXPECT_EQ(code_of(copied_when([&] { write_file(file, std::string(3'000'000, 'y')); })), errc::file_changed)
      << "it is written anew, as long as before";
  EXPECT_EQ(code_of(copied_when([&] { fs::remove(file); })), errc::file_changed) << "it vanishes";
  EXPECT_TRUE(copied_when([] {}));
  EXPECT_EQ(names().size(), 1U) << "nothing half is kept";
}

TEST_F(SpoolFiles, CopiesNothingWhenNothingIsAllowed) {
  write_file(allowed / "file", "bytes");
  options.allowed.clear();
  open();
  auto refused = copy(allowed / "file");
  ASSERT_EQ(code_of(refused), errc::path_not_allowed);
  EXPECT_NE(refused.error().context.find("sends.allowed_paths"), std::string::npos)
      << "says which key to set";
}

TEST_F(SpoolFiles, TellsThatAFileIsGoneOrChanged) {
  auto file = put("hello");
  ASSERT_TRUE(file);
  write_file(options.data_dir / "spool" / file->id, "hello and more");
  EXPECT_EQ(code_of(read(*file)), errc::file_changed);
  fs::remove(options.data_dir / "spool" / file->id);
  EXPECT_EQ(code_of(read(*file)), errc::file_gone);
  fs::create_symlink(directory.path() / "elsewhere", options.data_dir / "spool" / file->id);
  EXPECT_NE(code_of(read(*file)), errc::internal) << "a link is never followed";
}

TEST_F(SpoolFiles, AnswersWhatWaitsWhenItEnds) {
  write_file(allowed / "big", std::string(5'000'000, 'x'));
  auto promise = std::make_shared<std::promise<result<spooled_file>>>();
  auto answer = promise->get_future();
  files->copy(allowed / "big", 10'000'000,
              [promise](result<spooled_file> r) { promise->set_value(std::move(r)); });
  files.reset();
  ASSERT_EQ(answer.wait_for(std::chrono::seconds{0}), std::future_status::ready);
  auto code = code_of(answer.get());
  EXPECT_TRUE(code == errc::cancelled || code == errc::internal) << "cancelled, or done before";
}

} // namespace
} // namespace weixin::store
