#include "store/data_directory.hpp"
#include "store/system_failure.hpp"
#include "tests/store/support.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace weixin::store {
namespace {

namespace fs = std::filesystem;

struct DataDirectory : testing::Test {
  temporary_directory directory;
  fs::path path = directory.path() / "data";

  /// The error of an attempt that must fail.
  error refused() {
    auto opened = data_directory::open(path);
    EXPECT_FALSE(opened);
    return opened ? error{} : opened.error();
  }
};

TEST_F(DataDirectory, IsCreatedForItsOwnerOnly) {
  auto opened = data_directory::open(path);
  ASSERT_TRUE(opened) << to_string(opened.error());
  EXPECT_EQ(mode_of(path), 0700u);
  EXPECT_EQ(mode_of(path / "lock"), 0600u);
  EXPECT_EQ(opened->path(), path);
}

TEST_F(DataDirectory, IsTightenedWhenItIsEmpty) {
  fs::create_directory(path);
  ASSERT_EQ(::chmod(path.c_str(), 0755), 0);
  ASSERT_TRUE(data_directory::open(path));
  EXPECT_EQ(mode_of(path), 0700u);
}

TEST_F(DataDirectory, IsRefusedWhenItIsUsedAndOpenToOthers) {
  fs::create_directory(path);
  write_file(path / "something", "of somebody");
  ASSERT_EQ(::chmod(path.c_str(), 0750), 0);
  auto e = refused();
  EXPECT_EQ(e.code, errc::store_failed);
  EXPECT_NE(e.context.find("0750"), std::string::npos) << e.context;
  EXPECT_NE(e.context.find("chmod 700"), std::string::npos) << e.context;
  EXPECT_EQ(mode_of(path), 0750u);
  EXPECT_FALSE(fs::exists(path / "lock"));
}

TEST_F(DataDirectory, IsTakenAgainAfterItWasLetGo) {
  ASSERT_TRUE(data_directory::open(path));
  EXPECT_TRUE(data_directory::open(path));
}

TEST_F(DataDirectory, RefusesASecondOwnerAndNamesTheFirst) {
  auto first = data_directory::open(path);
  ASSERT_TRUE(first);
  auto e = refused();
  EXPECT_EQ(e.code, errc::data_dir_in_use);
  EXPECT_NE(e.context.find("process " + std::to_string(::getpid())), std::string::npos) << e.context;
}

TEST_F(DataDirectory, RefusesAnotherProcessAndIsFreeOnceThatHasDied) {
  int ready[2], finish[2];
  ASSERT_EQ(::pipe(ready), 0);
  ASSERT_EQ(::pipe(finish), 0);
  auto child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    auto held = data_directory::open(path);
    char byte = held ? '1' : '0';
    if (::write(ready[1], &byte, 1) == 1 && ::read(finish[0], &byte, 1) != 1) ::_exit(1);
    ::_exit(0); // without a destructor, as a crash would
  }
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  EXPECT_EQ(byte, '1');
  auto e = refused();
  EXPECT_EQ(e.code, errc::data_dir_in_use);
  EXPECT_NE(e.context.find("process " + std::to_string(child)), std::string::npos) << e.context;
  ASSERT_EQ(::write(finish[1], &byte, 1), 1);
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(data_directory::open(path));
  for (int fd : {ready[0], ready[1], finish[0], finish[1]})
    ::close(fd);
}

TEST_F(DataDirectory, IsStillRefusedWhenTheLockNamesNobody) {
  auto first = data_directory::open(path);
  ASSERT_TRUE(first);
  write_file(path / "lock", "not a number");
  auto e = refused();
  EXPECT_EQ(e.code, errc::data_dir_in_use);
  EXPECT_NE(e.context.find("another process"), std::string::npos) << e.context;
}

TEST_F(DataDirectory, DoesNotFollowALinkInPlaceOfTheLock) {
  fs::create_directory(path);
  ASSERT_EQ(::chmod(path.c_str(), 0700), 0);
  auto victim = directory.path() / "victim";
  write_file(victim, "untouched");
  fs::create_symlink(victim, path / "lock");
  EXPECT_EQ(refused().code, errc::store_failed);
  EXPECT_EQ(read_file(victim), "untouched");
}

TEST_F(DataDirectory, SaysWhatTheSystemSaidAndWhatToDo) {
  write_file(directory.path() / "file", "");
  path = directory.path() / "file" / "data";
  auto below_a_file = refused();
  EXPECT_EQ(below_a_file.code, errc::store_failed);
  EXPECT_NE(below_a_file.context.find("Not a directory"), std::string::npos) << below_a_file.context;

  path = directory.path() / "missing" / "data";
  auto no_parent = refused();
  EXPECT_NE(no_parent.context.find("No such file"), std::string::npos) << no_parent.context;
  EXPECT_NE(no_parent.context.find("parent"), std::string::npos) << no_parent.context;

  path = directory.path() / "file";
  EXPECT_EQ(refused().code, errc::store_failed);
  path.clear();
  EXPECT_EQ(refused().code, errc::store_failed);
}

TEST(SystemFailure, IsDiskFullWhenThereIsNoRoomOrQuotaLeft) {
  EXPECT_EQ(system_failure(errc::io_failed, "f", ENOSPC).code, errc::disk_full);
  EXPECT_EQ(system_failure(errc::io_failed, "f", EDQUOT).code, errc::disk_full);
  auto other = system_failure(errc::io_failed, "f", EIO, "look at the disk");
  EXPECT_EQ(other.code, errc::io_failed);
  EXPECT_EQ(other.context, "f: Input/output error; look at the disk");
}

} // namespace
} // namespace weixin::store
