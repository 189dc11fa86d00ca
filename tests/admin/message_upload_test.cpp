#include "admin/message_upload.hpp"

#include "admin/api.hpp"

#include <gtest/gtest.h>

namespace weixin::admin {
namespace {

using store::send_kind;

/// Keeps one file in memory.
struct one_file final : store::spool {
  struct to_memory final : writer {
    explicit to_memory(one_file& o) : owner(o) {}
    void write(std::string piece, callback<void> done) override {
      if (owner.failure) return done(*owner.failure);
      owner.bytes += piece;
      done({});
    }
    void finish(callback<store::spooled_file> done) override {
      done(store::spooled_file{"u-1", owner.bytes.size(), "md5", owner.bytes.substr(0, 32), 7});
    }
    one_file& owner;
  };
  std::shared_ptr<writer> create(std::uint64_t most) override {
    limit = most;
    return std::make_shared<to_memory>(*this);
  }
  void copy(std::filesystem::path, std::uint64_t, callback<store::spooled_file>) override {}
  void read(std::string, std::uint64_t, std::uint64_t, std::size_t, callback<std::string>) override {}
  void remove(std::string) override {}
  void keep_only(std::vector<std::string>) override {}

  std::string bytes;
  std::uint64_t limit = 0;
  std::optional<error> failure;
};

struct MessageUpload : testing::Test {
  std::shared_ptr<one_file> spool = std::make_shared<one_file>();
  std::shared_ptr<message_upload> upload =
      std::make_shared<message_upload>(spool, 1'000, "multipart/form-data; boundary=XyZ");

  static std::string field(const std::string& name, const std::string& value) {
    return "--XyZ\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n";
  }
  static std::string file(const std::string& bytes) {
    return "--XyZ\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\n\r\n" + bytes +
           "\r\n";
  }
  static constexpr const char* end = "--XyZ--\r\n";

  result<void> take(const std::string& piece) {
    result<void> answer = fail(errc::internal, "no answer");
    upload->take(piece, [&](result<void> r) { answer = std::move(r); });
    return answer;
  }
  errc refused(const std::string& body) {
    upload = std::make_shared<message_upload>(spool, 1'000, "multipart/form-data; boundary=XyZ");
    (void)take(body);
    auto checked = upload->check();
    return checked ? errc::internal : checked.error().code;
  }
};

TEST_F(MessageUpload, TakesFieldsAndAFileInPieces) {
  auto body = field("to", "Lin") + field("kind", "file") + file("the bytes") + end;
  for (char c : body)
    ASSERT_TRUE(take(std::string(1, c)));
  ASSERT_TRUE(upload->check());
  EXPECT_EQ(upload->field("to"), "Lin");
  EXPECT_EQ(upload->field("kind"), "file");
  EXPECT_FALSE(upload->field("expires_in"));
  EXPECT_EQ(upload->file_name(), "a.pdf");
  EXPECT_EQ(spool->bytes, "the bytes");
  EXPECT_EQ(spool->limit, 1'000U);
}

TEST_F(MessageUpload, RefusesFormsThatAreNoMessage) {
  EXPECT_EQ(refused(field("to", "Lin") + end), errc::invalid_argument) << "no file";
  EXPECT_EQ(refused(file("x") + end), errc::invalid_argument) << "no recipient";
  EXPECT_EQ(refused(field("to", "Lin") + file("x")), errc::invalid_argument) << "no end";
  EXPECT_EQ(refused(field("to", "Lin") + field("to", "Ann") + file("x") + end), errc::invalid_argument);
  EXPECT_EQ(refused(field("to", "Lin") + file("x") + file("y") + end), errc::invalid_argument);
  EXPECT_EQ(refused(field("to", "Lin") + field("file", "x") + end), errc::invalid_argument);
  EXPECT_EQ(refused(field("text", "x")), errc::invalid_argument);
  EXPECT_EQ(refused(field("to", std::string(5'000, 'x'))), errc::invalid_argument);
}

TEST_F(MessageUpload, PassesOnWhatTheSpoolSays) {
  spool->failure = fail(errc::disk_full, "test");
  EXPECT_EQ(take(field("to", "Lin") + file("x") + end).error().code, errc::disk_full);
  EXPECT_EQ(upload->check().error().code, errc::disk_full);
  EXPECT_EQ(take("more").error().code, errc::disk_full);
}

TEST_F(MessageUpload, IsChosenForFormsOfMessagesAlone) {
  auto choose = make_upload_receiver(spool, {});
  httpd::request head;
  head.method = "POST";
  head.path = "/v1/accounts/shop-01/messages";
  head.headers = {{"Content-Type", "Multipart/Form-Data; boundary=XyZ"}};
  EXPECT_TRUE(choose(head));
  auto other = head;
  other.headers = {{"Content-Type", "application/json"}};
  EXPECT_FALSE(choose(other));
  other = head;
  other.path = "/v1/accounts";
  EXPECT_FALSE(choose(other));
  EXPECT_FALSE(make_upload_receiver(nullptr, {})(head));
}

store::spooled_file spooled(std::string first_bytes) { return {"u-1", 5, "md5", std::move(first_bytes), 7}; }

constexpr std::string_view jpeg{"\xFF\xD8\xFF\xE0 jpeg"};
constexpr std::string_view gif{"GIF89a gif bytes"};
constexpr std::string_view mp4{"\0\0\0\x18"
                               "ftypisom....",
                               16};

TEST(UploadOf, IsWhatTheBytesAreUnlessTheCallerSaysOtherwise) {
  auto kind = [](std::string_view bytes, std::optional<send_kind> asked = std::nullopt) {
    auto content = upload_of(asked, "name.bin", spooled(std::string{bytes}));
    return content ? std::string{to_string(content->kind)} : std::string{to_string(content.error().code)};
  };
  EXPECT_EQ(kind(jpeg), "image");
  EXPECT_EQ(kind(gif), "emoticon");
  EXPECT_EQ(kind(mp4), "video");
  EXPECT_EQ(kind("plain"), "file");
  EXPECT_EQ(kind(jpeg, send_kind::file), "file");
  EXPECT_EQ(kind("plain", send_kind::image), "unsupported_file");
  EXPECT_EQ(kind(gif, send_kind::image), "unsupported_file");
  EXPECT_EQ(kind(jpeg, send_kind::video), "unsupported_file");
  EXPECT_EQ(kind(jpeg, send_kind::emoticon), "unsupported_file");
}

TEST(UploadOf, GivesANameTheExtensionOfItsBytes) {
  EXPECT_EQ(upload_of({}, "../../photo", spooled(std::string{jpeg}))->file_name, "photo.jpg");
  EXPECT_EQ(upload_of({}, "photo.JPG", spooled(std::string{jpeg}))->file_name, "photo.JPG");
  EXPECT_EQ(upload_of({}, "clip.exe", spooled(std::string{mp4}))->file_name, "clip.exe.mp4");
  EXPECT_EQ(upload_of(send_kind::file, "photo", spooled(std::string{jpeg}))->file_name, "photo");
}

} // namespace
} // namespace weixin::admin
