#include "ctl/source_file.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace weixin::ctl {
namespace {

namespace fs = std::filesystem;

class SourceFile : public ::testing::Test {
protected:
  SourceFile() {
    std::string made = (fs::temp_directory_path() / "source-file-XXXXXX").string();
    directory_ = ::mkdtemp(made.data());
    path = directory_ / "report.pdf";
    write(bytes);
    // Long ago: whatever is written from now on has another time.
    fs::last_write_time(path, fs::file_time_type::clock::now() - std::chrono::hours{1});
  }
  ~SourceFile() override { fs::remove_all(directory_); }

  void write(const std::string& what, std::ios::openmode how = std::ios::trunc) {
    std::ofstream{path, std::ios::binary | how} << what;
  }
  /// Opens the file, reads the first piece, lets `change` happen, and reads on to the end.
  template <class Change>
  result<std::string> read(Change change) {
    auto file = source_file::open(path);
    if (!file) return file.error();
    std::string all;
    while (file->left() > 0) {
      auto piece = file->next();
      if (!piece) return piece.error();
      if (all.empty()) change();
      all += *piece;
    }
    return all;
  }
  errc refusal(const fs::path& of) {
    auto file = source_file::open(of);
    return file ? errc::internal : file.error().code;
  }

  const std::string bytes = std::string(2 * source_file::max_piece, 'x') + "end";
  fs::path path;

private:
  fs::path directory_;
};

TEST_F(SourceFile, IsReadInPiecesToItsEnd) {
  EXPECT_EQ(source_file::open(path)->bytes(), bytes.size());
  auto all = read([] {});
  ASSERT_TRUE(all) << to_string(all.error());
  EXPECT_TRUE(*all == bytes);
}

TEST_F(SourceFile, IsRefusedWhenThereIsNothingToSend) {
  EXPECT_EQ(refusal(path.parent_path() / "nothing"), errc::file_gone);
  EXPECT_EQ(refusal(path.parent_path()), errc::invalid_argument) << "a directory";
  write("");
  EXPECT_EQ(refusal(path), errc::file_empty);
}

TEST_F(SourceFile, MustNotChangeWhileItIsRead) {
  auto code_when = [&](auto change) {
    write(bytes);
    fs::last_write_time(path, fs::file_time_type::clock::now() - std::chrono::hours{1});
    auto all = read(change);
    return all ? errc::internal : all.error().code;
  };
  EXPECT_EQ(code_when([&] { write("more", std::ios::app); }), errc::file_changed) << "it grows";
  EXPECT_EQ(code_when([&] { fs::resize_file(path, 10); }), errc::file_changed) << "it shrinks";
  EXPECT_EQ(code_when([&] { write(""); }), errc::file_changed) << "it becomes empty";
  EXPECT_EQ(code_when([&] { fs::remove(path); }), errc::file_changed) << "it vanishes";
  EXPECT_EQ(code_when([&] { write(std::string(bytes.size(), 'y')); }), errc::file_changed)
      << "it is written anew, as long as before";
}

} // namespace
} // namespace weixin::ctl
