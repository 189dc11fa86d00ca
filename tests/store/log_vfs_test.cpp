// What SQLite appends to its write-ahead log reaches the disk in one piece, before anybody relies on it.

#include "store/log_vfs.hpp"

#include "tests/store/power_loss_vfs.hpp"
#include "tests/store/support.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <cstddef>
#include <string>
#include <vector>

namespace weixin::store {
namespace {

/// A log as SQLite opens it, through a log_vfs on a disk that tells what reached it.
struct LogVfs : testing::Test {
  temporary_directory directory;
  power_loss_vfs disk{1};
  log_vfs files{disk.name()};
  sqlite3_vfs* vfs = ::sqlite3_vfs_find(files.name().c_str());
  std::string path; // SQLite keeps no copy
  std::vector<std::max_align_t> memory;
  sqlite3_file* log = nullptr;

  void SetUp() override {
    ASSERT_NE(vfs, nullptr);
    memory.resize(static_cast<std::size_t>(vfs->szOsFile) / sizeof(std::max_align_t) + 1);
    log = reinterpret_cast<sqlite3_file*>(memory.data());
    write_file(directory.path() / "some.db", ""); // whose owner and mode the log takes over
    ASSERT_EQ(open("some.db-wal"), SQLITE_OK);
  }
  void TearDown() override {
    if (log->pMethods) close();
  }

  int open(const std::string& name) {
    path = (directory.path() / name).string() + std::string(2, '\0'); // SQLite's names end so
    return vfs->xOpen(vfs, path.c_str(), log, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_WAL,
                      nullptr);
  }
  int close() {
    int code = log->pMethods->xClose(log);
    log->pMethods = nullptr;
    return code;
  }
  int write(sqlite3_int64 offset, const std::string& bytes) {
    return log->pMethods->xWrite(log, bytes.data(), static_cast<int>(bytes.size()), offset);
  }
  int sync() { return log->pMethods->xSync(log, SQLITE_SYNC_NORMAL); }
  std::string read(sqlite3_int64 offset, std::size_t size) {
    std::string bytes(size, '?');
    EXPECT_EQ(log->pMethods->xRead(log, bytes.data(), static_cast<int>(size), offset), SQLITE_OK);
    return bytes;
  }
  std::size_t pieces_below() const { return disk.unsynced_writes("-wal"); }
};

TEST_F(LogVfs, GathersWhatFollowsUntilItIsSynced) {
  for (int i = 0; i < 10; ++i)
    ASSERT_EQ(write(i * 4, "abcd"), SQLITE_OK);
  EXPECT_EQ(pieces_below(), 0u);
  ASSERT_EQ(sync(), SQLITE_OK);
  EXPECT_EQ(disk.syncs("-wal"), 1u);
  EXPECT_EQ(read(36, 4), "abcd");
}

TEST_F(LogVfs, WritesWhatIsReadInOnePiece) {
  ASSERT_EQ(write(0, "abcd"), SQLITE_OK);
  ASSERT_EQ(write(4, "efgh"), SQLITE_OK);
  EXPECT_EQ(read(0, 8), "abcdefgh");
  EXPECT_EQ(pieces_below(), 1u) << "written to be read";
}

TEST_F(LogVfs, LeavesWhatIsGatheredWhereElsewhereIsRead) {
  ASSERT_EQ(write(0, "abcd"), SQLITE_OK);
  ASSERT_EQ(sync(), SQLITE_OK);
  ASSERT_EQ(write(4, "efgh"), SQLITE_OK);
  EXPECT_EQ(read(0, 4), "abcd");
  EXPECT_EQ(pieces_below(), 0u);
}

TEST_F(LogVfs, WritesOutWhatDoesNotFollow) {
  ASSERT_EQ(write(0, "abcd"), SQLITE_OK);
  ASSERT_EQ(write(4, "efgh"), SQLITE_OK);
  ASSERT_EQ(write(2, "XY"), SQLITE_OK);
  ASSERT_EQ(write(8, "ij"), SQLITE_OK);
  EXPECT_EQ(read(0, 10), "abXYefghij");
  EXPECT_EQ(pieces_below(), 3u);
}

TEST_F(LogVfs, GathersSoMuchAndNoMore) {
  const std::string page(4'096, 'p');
  for (int i = 0; i < 40; ++i)
    ASSERT_EQ(write(i * 4'096, page), SQLITE_OK);
  EXPECT_EQ(pieces_below(), 1u);
  ASSERT_EQ(sync(), SQLITE_OK);
  EXPECT_EQ(read(0, 40 * 4'096), std::string(40 * 4'096, 'p'));
}

TEST_F(LogVfs, TellsTheSizeWithWhatIsGathered) {
  ASSERT_EQ(write(0, "abcd"), SQLITE_OK);
  sqlite3_int64 size = 0;
  ASSERT_EQ(log->pMethods->xFileSize(log, &size), SQLITE_OK);
  EXPECT_EQ(size, 4);
  ASSERT_EQ(write(4, "efgh"), SQLITE_OK);
  ASSERT_EQ(log->pMethods->xTruncate(log, 6), SQLITE_OK);
  EXPECT_EQ(read(0, 6), "abcdef");
}

TEST_F(LogVfs, FailsTheSyncOfWhatCannotBeWrittenAndForgetsIt) {
  ASSERT_EQ(write(0, "abcd"), SQLITE_OK);
  ASSERT_EQ(sync(), SQLITE_OK);
  ASSERT_EQ(write(4, "lost"), SQLITE_OK);
  disk.fail_writes(SQLITE_FULL);
  EXPECT_EQ(sync(), SQLITE_FULL);
  disk.fail_writes(0);
  ASSERT_EQ(write(4, "good"), SQLITE_OK);
  ASSERT_EQ(sync(), SQLITE_OK);
  EXPECT_EQ(read(0, 8), "abcdgood");
}

TEST_F(LogVfs, WritesOutWhenItIsClosed) {
  ASSERT_EQ(write(0, "abcd"), SQLITE_OK);
  ASSERT_EQ(close(), SQLITE_OK);
  ASSERT_EQ(open("some.db-wal"), SQLITE_OK);
  EXPECT_EQ(read(0, 4), "abcd");
}

TEST_F(LogVfs, SaysWhatTheFileSystemBelowSays) {
  ASSERT_EQ(close(), SQLITE_OK);
  EXPECT_EQ(open("other.db-wal"), SQLITE_IOERR_FSTAT);
  EXPECT_EQ(log->pMethods, nullptr);
}

TEST(LogVfsWithoutOneBelow, HasNoName) { EXPECT_EQ(log_vfs{"no such file system"}.name(), ""); }

} // namespace
} // namespace weixin::store
