#include "store/ids.hpp"
#include "store/media_files.hpp"
#include "tests/store/support.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <future>
#include <vector>

namespace weixin::store {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

const std::string id = "m-01hf7yat000000000000000abc";
const std::string id_in_the_same_directory = "m-01hf7yat000000000000001abc";

struct MediaFiles : testing::Test {
  temporary_directory directory;
  media_files_options options{directory.path()};
  std::unique_ptr<media_files> files;

  void SetUp() override { open(); }

  void open() {
    files.reset();
    auto opened = media_files::open(options);
    ASSERT_TRUE(opened) << to_string(opened.error());
    files = std::move(*opened);
  }

  std::shared_ptr<media_file> create(const std::string& name, std::uint64_t limit = 1'000'000) {
    auto made = files->create(name, limit);
    EXPECT_TRUE(made);
    return made ? *made : nullptr;
  }

  static result<void> write(media_file& file, std::string piece) {
    return await<void>([&](auto done) { file.write(piece, done); });
  }
  static result<media_file_info> finish(media_file& file) {
    return await<media_file_info>([&](auto done) { file.finish(done); });
  }

  result<std::shared_ptr<media_reader>> read_back(const std::string& name) {
    return await<std::shared_ptr<media_reader>>([&](auto done) { files->open_file(name, done); });
  }

  fs::path folder() const { return directory.path() / "media" / "bc"; }

  /// Every file and link below the directory.
  std::vector<std::string> everything() const {
    std::vector<std::string> found;
    for (const auto& entry : fs::recursive_directory_iterator{directory.path()})
      if (!entry.is_directory()) found.push_back(fs::relative(entry.path(), directory.path()).string());
    return found;
  }
};

TEST_F(MediaFiles, WriteAFileInPiecesAndThenGiveItItsName) {
  auto file = create(id);
  ASSERT_TRUE(write(*file, "first "));
  EXPECT_FALSE(fs::exists(folder() / id));
  ASSERT_TRUE(write(*file, "second"));
  auto info = finish(*file);
  ASSERT_TRUE(info) << to_string(info.error());
  EXPECT_EQ(info->id, id);
  EXPECT_EQ(info->bytes, 12u);
  EXPECT_EQ(info->path, folder() / id);
  EXPECT_EQ(info->path, *files->path_of(id));
  EXPECT_EQ(read_file(info->path), "first second");
  EXPECT_EQ(everything(), std::vector<std::string>{"media/bc/" + id});
}

TEST_F(MediaFiles, AreForTheirOwnerOnlyWhateverTheUmask) {
  auto before = ::umask(0);
  auto file = create(id);
  ASSERT_TRUE(write(*file, "x"));
  EXPECT_EQ(mode_of(folder() / (id + ".part")), 0600u);
  ASSERT_TRUE(finish(*file));
  ::umask(before);
  EXPECT_EQ(mode_of(folder() / id), 0600u);
  EXPECT_EQ(mode_of(folder()), 0700u);
  EXPECT_EQ(mode_of(directory.path() / "media"), 0700u);
}

TEST_F(MediaFiles, HoldAnEmptyFile) {
  auto file = create(id);
  auto info = finish(*file);
  ASSERT_TRUE(info);
  EXPECT_EQ(info->bytes, 0u);
  EXPECT_TRUE(fs::exists(info->path));
}

TEST_F(MediaFiles, RefuseMoreThanTheLimitAndKeepNothing) {
  auto file = create(id, 10);
  ASSERT_TRUE(write(*file, "0123456789"));
  EXPECT_EQ(code_of(write(*file, "x")), errc::body_too_large);
  EXPECT_EQ(code_of(write(*file, "")), errc::body_too_large) << "the first error stays";
  EXPECT_EQ(code_of(finish(*file)), errc::body_too_large);
  EXPECT_TRUE(everything().empty());
}

TEST_F(MediaFiles, RemoveWhatIsLetGoUnfinished) {
  auto file = create(id);
  ASSERT_TRUE(write(*file, "half"));
  file.reset();
  files.reset();
  EXPECT_TRUE(everything().empty());
}

TEST_F(MediaFiles, RemoveWhatAnEarlierProcessLeftUnfinished) {
  auto file = create(id);
  ASSERT_TRUE(finish(*file));
  files.reset();
  write_file(folder() / (id_in_the_same_directory + ".part"), "half");
  open();
  ASSERT_TRUE(finish(*create(id_in_the_same_directory)));
  EXPECT_EQ(read_file(folder() / id_in_the_same_directory), "");
  EXPECT_TRUE(fs::exists(folder() / id));
}

TEST_F(MediaFiles, AreNeverOverwritten) {
  auto first = create(id);
  ASSERT_TRUE(write(*first, "first"));
  ASSERT_TRUE(finish(*first));
  auto second = create(id);
  ASSERT_TRUE(write(*second, "second"));
  EXPECT_EQ(code_of(finish(*second)), errc::io_failed);
  EXPECT_EQ(read_file(folder() / id), "first");
  EXPECT_EQ(everything().size(), 1u);
}

TEST_F(MediaFiles, AreFinishedOnce) {
  auto file = create(id);
  ASSERT_TRUE(finish(*file));
  EXPECT_EQ(code_of(finish(*file)), errc::invalid_argument);
  EXPECT_EQ(code_of(write(*file, "more")), errc::invalid_argument);
  EXPECT_EQ(read_file(folder() / id), "");
}

TEST_F(MediaFiles, TakeNoNameFromOutside) {
  for (const std::string& name :
       {std::string{"../../x"}, std::string{"..\\x"}, std::string{"/etc/passwd"}, std::string{"a\0b", 3},
        std::string(300, 'a'), std::string{}, std::string{"."}, std::string{".."},
        std::string{"\u202egpj.exe"}, std::string{"a\nb"}, std::string{"CON"},
        "m-../../../../../../../x0000" + std::string{}, "s" + id.substr(1), id + "/", id + "\n"}) {
    EXPECT_EQ(code_of(files->create(name, 10)), errc::invalid_argument) << name;
    EXPECT_EQ(code_of(files->path_of(name)), errc::invalid_argument) << name;
  }
  files.reset();
  EXPECT_TRUE(everything().empty());
}

TEST_F(MediaFiles, DoNotFollowALinkThatWasPlanted) {
  auto outside = directory.path() / "outside";
  fs::create_directory(outside);
  fs::create_directory_symlink(outside, folder());
  EXPECT_EQ(code_of(write(*create(id), "x")), errc::io_failed);

  fs::remove(folder());
  fs::create_directory(folder());
  fs::create_symlink(outside / "victim", folder() / (id + ".part"));
  EXPECT_EQ(code_of(write(*create(id), "x")), errc::io_failed);
  EXPECT_TRUE(fs::is_empty(outside));
}

TEST_F(MediaFiles, RefuseWhatCannotWait) {
  options.max_waiting_bytes = 10;
  open();
  auto file = create(id);
  std::promise<void> held, release;
  auto released = release.get_future();
  file->write("12345", [&](auto) {
    held.set_value();
    released.wait();
  });
  ASSERT_EQ(held.get_future().wait_for(20s), std::future_status::ready);
  std::promise<result<void>> waits;
  file->write("6789", [&](auto r) { waits.set_value(std::move(r)); });
  std::optional<errc> refusal;
  file->write("1234567", [&](auto r) { refusal = code_of(r); });
  EXPECT_EQ(refusal, errc::queue_full) << "answered at once";
  release.set_value();
  auto answer = waits.get_future();
  ASSERT_EQ(answer.wait_for(20s), std::future_status::ready);
  EXPECT_TRUE(answer.get());
  EXPECT_TRUE(write(*file, "0123456789")) << "there is room again";
  auto info = finish(*file);
  ASSERT_TRUE(info);
  EXPECT_EQ(info->bytes, 19u);
}

TEST_F(MediaFiles, AnswerEveryCallWhenTheyEnd) {
  auto file = create(id);
  std::atomic<int> answers{0};
  for (int i = 0; i < 50; ++i)
    file->write("x", [&](auto) { ++answers; });
  files.reset();
  EXPECT_EQ(answers, 50);
  EXPECT_EQ(code_of(write(*file, "late")), errc::cancelled);
  EXPECT_EQ(code_of(finish(*file)), errc::cancelled);
  file.reset();
  EXPECT_TRUE(everything().empty());
}

TEST_F(MediaFiles, KeepManyFilesApart) {
  id_source ids{'m', [n = std::uint64_t{0}]() mutable { return ++n * 0x9e3779b97f4a7c15; }};
  std::vector<std::shared_ptr<media_file>> open_files;
  std::vector<std::string> made;
  for (int i = 0; i < 40; ++i) {
    made.push_back(ids.next(wall_time{std::chrono::seconds{1'700'000'000 + i}}));
    open_files.push_back(create(made.back()));
  }
  for (int piece = 0; piece < 5; ++piece)
    for (std::size_t i = 0; i < made.size(); ++i)
      ASSERT_TRUE(write(*open_files[i], made[i]));
  for (std::size_t i = 0; i < made.size(); ++i) {
    auto info = finish(*open_files[i]);
    ASSERT_TRUE(info);
    std::string wanted;
    for (int piece = 0; piece < 5; ++piece)
      wanted += made[i];
    EXPECT_EQ(read_file(info->path), wanted);
  }
}

TEST_F(MediaFiles, AreToldWithTheHashOfTheirContent) {
  auto file = create(id);
  ASSERT_TRUE(write(*file, "a"));
  ASSERT_TRUE(write(*file, "bc"));
  EXPECT_EQ(finish(*file)->sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_F(MediaFiles, AreReadInPiecesToTheEndEvenWhenTheyAreRemovedMeanwhile) {
  auto file = create(id);
  ASSERT_TRUE(write(*file, "0123456789"));
  ASSERT_TRUE(finish(*file));
  auto reader = read_back(id);
  ASSERT_TRUE(reader) << to_string(reader.error());
  EXPECT_EQ((*reader)->size(), 10u);
  EXPECT_EQ(*await<std::string>([&](auto done) { (*reader)->read(4, done); }), "0123");
  files->remove(id);
  EXPECT_EQ(*await<std::string>([&](auto done) { (*reader)->read(100, done); }), "456789");
  EXPECT_EQ(*await<std::string>([&](auto done) { (*reader)->read(100, done); }), "");
  EXPECT_EQ(code_of(read_back(id)), errc::file_missing);
}

TEST_F(MediaFiles, AreNotReadThroughALinkThatWasPlanted) {
  write_file(directory.path() / "secret", "not for you");
  fs::create_directory(folder());
  fs::create_symlink(directory.path() / "secret", folder() / id);
  EXPECT_EQ(code_of(read_back(id)), errc::file_missing);
  fs::remove_all(folder());
  fs::create_directory(directory.path() / "outside");
  write_file(directory.path() / "outside" / id, "not for you");
  fs::create_directory_symlink(directory.path() / "outside", folder());
  EXPECT_EQ(code_of(read_back(id)), errc::file_missing);
  files->remove(id);
  open();
  EXPECT_TRUE(fs::exists(directory.path() / "outside" / id)) << "nothing is removed through it either";
}

TEST_F(MediaFiles, AreNotReadWhereSomethingElseThanAFileWasPlanted) {
  fs::create_directory(folder());
  ASSERT_EQ(::mkfifo((folder() / id).c_str(), 0600), 0);
  EXPECT_EQ(code_of(read_back(id)), errc::file_missing);
  EXPECT_EQ(code_of(read_back("../secret")), errc::invalid_argument);
}

TEST_F(MediaFiles, AreListedWhenTheyAreFinishedAndOurs) {
  ASSERT_TRUE(finish(*create(id)));
  auto unfinished = create(id_in_the_same_directory);
  ASSERT_TRUE(write(*unfinished, "half"));
  write_file(folder() / "notes.txt", "an operator's");
  write_file(directory.path() / "media" / id, "in the wrong place");
  auto listed = await<std::vector<std::string>>([&](auto done) { files->list(done); });
  ASSERT_TRUE(listed);
  EXPECT_EQ(*listed, std::vector<std::string>{id});
}

TEST_F(MediaFiles, LeaveOffBeforeTheDiskIsFull) {
  std::atomic<std::uint64_t> room{100};
  options.reserve_bytes = 1'000;
  options.free_bytes = [&] { return room.load(); };
  open();
  EXPECT_EQ(code_of(write(*create(id), "x")), errc::disk_full);
  room = 10'000'000;
  auto file = create(id, 100'000'000);
  ASSERT_TRUE(write(*file, std::string(1'000'000, 'x')));
  room = 100;
  std::optional<errc> refusal;
  for (int i = 0; i < 10 && !refusal; ++i)
    if (auto written = write(*file, std::string(1'000'000, 'x')); !written) refusal = written.error().code;
  EXPECT_EQ(refusal, errc::disk_full) << "looked at again while a large file grows";
  files.reset();
  EXPECT_TRUE(everything().empty());
}

TEST(MediaFilesOpening, FailsWhereThereIsNoDirectory) {
  temporary_directory directory;
  auto missing = media_files::open({directory.path() / "missing"});
  EXPECT_EQ(code_of(missing), errc::io_failed);
  write_file(directory.path() / "media", "a file");
  EXPECT_EQ(code_of(media_files::open({directory.path()})), errc::io_failed);
}

TEST_F(MediaFiles, RemoveOneFileAndNoOther) {
  for (const auto& name : {id, id_in_the_same_directory}) {
    auto file = create(name);
    ASSERT_TRUE(write(*file, "picture"));
    ASSERT_TRUE(finish(*file));
  }
  files->remove(id);
  files->remove("../" + id);
  files->remove("m-01hf7yat000000000000000abd"); // there is none
  open();                                        // once the thread has ended, all is done
  EXPECT_EQ(everything(), std::vector<std::string>{"media/bc/" + id_in_the_same_directory});
}

} // namespace
} // namespace weixin::store
