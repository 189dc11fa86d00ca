#include "actors/image_files.hpp"

#include "store/memory_store.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <iterator>
#include <unistd.h>

namespace weixin {
namespace {

using namespace std::chrono_literals;

struct ImageFiles : ::testing::Test {
  std::filesystem::path dir =
      std::filesystem::path(::testing::TempDir()) / ("image_files_" + std::to_string(::getpid()));
  std::shared_ptr<store::media_files> files;
  std::shared_ptr<store::memory_store> memory = std::make_shared<store::memory_store>();
  image_sink_factory make;
  std::promise<result<std::string>> ended;

  void SetUp() override {
    std::filesystem::create_directories(dir);
    auto opened = store::media_files::open({.data_dir = dir});
    ASSERT_TRUE(opened);
    files = std::move(*opened);
    store::account_record account;
    account.name = "shop-01";
    memory->add_account(account, [](result<void>) {});
    std::uint64_t n = 1;
    make = make_image_files(files, memory,
                            std::make_shared<store::id_source>('m', [n]() mutable { return ++n; }),
                            std::make_shared<manual_wall_clock>(wall_time{} + 1h), 1'000);
  }
  void TearDown() override {
    make = nullptr;
    files.reset();
    std::filesystem::remove_all(dir);
  }
  std::shared_ptr<image_sink> begin() {
    return make("shop-01", "1", [this](result<std::string> path) { ended.set_value(std::move(path)); });
  }
  static result<void> write(image_sink& sink, std::string piece) {
    std::promise<result<void>> done;
    sink.write(std::move(piece), [&](result<void> r) { done.set_value(r); });
    return done.get_future().get();
  }
  result<std::string> end() { return ended.get_future().get(); }
  std::size_t files_left() const {
    std::size_t count = 0;
    for (const auto& e : std::filesystem::recursive_directory_iterator(dir))
      count += e.is_regular_file() ? 1 : 0;
    return count;
  }
};

const std::string jpeg = "\xff\xd8\xff\xe0 a picture";

TEST_F(ImageFiles, KeepsACompletePictureUnderANameOfOurOwn) {
  auto sink = begin();
  ASSERT_TRUE(write(*sink, jpeg));
  sink->finish();
  auto path = end();
  ASSERT_TRUE(path);
  std::ifstream file(*path, std::ios::binary);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), jpeg);
}

TEST_F(ImageFiles, NotesWhoseAPictureIsSoThatItIsRemovedWithItsAccount) {
  auto sink = begin();
  ASSERT_TRUE(write(*sink, jpeg));
  sink->finish();
  auto path = end();
  ASSERT_TRUE(path);
  std::vector<std::string> ids;
  memory->remove_account("shop-01", [&](result<std::vector<std::string>> r) { ids = r ? *r : ids; });
  ASSERT_EQ(ids.size(), 1U);
  EXPECT_EQ(std::filesystem::path(*path).filename(), ids.front());
  files->remove(ids.front());
  sink.reset();
  make = nullptr;
  files.reset();
  EXPECT_EQ(files_left(), 0U);
}

TEST_F(ImageFiles, KeepsNoPictureThatNobodyKnowsOf) {
  auto sink = begin();
  ASSERT_TRUE(write(*sink, jpeg));
  memory->remove_account("shop-01", [](result<std::vector<std::string>>) {});
  sink->finish();
  EXPECT_EQ(end().error().code, errc::account_not_found);
  sink.reset();
  make = nullptr;
  files.reset();
  EXPECT_EQ(files_left(), 0U);
}

TEST_F(ImageFiles, RefusesAPageThatStandsInForAPicture) {
  auto sink = begin();
  EXPECT_EQ(write(*sink, "<!DOCTYPE html><html></html>").error().code, errc::malformed_answer);
  sink->abandon(fail(errc::malformed_answer));
  EXPECT_FALSE(end());
  EXPECT_EQ(files_left(), 0U);
}

TEST_F(ImageFiles, CallsAnEmptyPictureAFailure) {
  auto sink = begin();
  sink->finish();
  EXPECT_EQ(end().error().code, errc::malformed_answer);
}

TEST_F(ImageFiles, LeavesNothingOfAPictureThatWasCutOff) {
  auto sink = begin();
  ASSERT_TRUE(write(*sink, jpeg));
  sink->abandon(fail(errc::connection_lost));
  EXPECT_EQ(end().error().code, errc::connection_lost);
  sink.reset();
  files.reset(); // does what waits
  make = nullptr;
  EXPECT_EQ(files_left(), 0U);
}

TEST_F(ImageFiles, StopsAtTheSizeLimit) {
  auto sink = begin();
  ASSERT_TRUE(write(*sink, jpeg));
  EXPECT_FALSE(write(*sink, std::string(2'000, 'x')));
}

} // namespace
} // namespace weixin
