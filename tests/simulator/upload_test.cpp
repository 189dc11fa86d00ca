#include "simulator/media_bytes.hpp"
#include "tests/simulator/online_client.hpp"

#include <gmock/gmock.h>

namespace weixin::simulator {
namespace {

using testing::StartsWith;

constexpr std::size_t chunk_bytes = upload_desk::chunk_bytes;

struct SimulatedUploads : online_client {
  /// One chunk of a file of three.
  upload_form part(const std::string& file, std::size_t number) const {
    upload_form f;
    f.name = "big.zip";
    f.mediatype = "doc";
    f.total = file.size();
    f.chunks = "3";
    f.chunk = std::to_string(number);
    f.bytes = file.substr(number * chunk_bytes, chunk_bytes);
    return f;
  }
  std::string big = make_file(2 * chunk_bytes + 1'000, 1);
  int refused(const upload_form& f, violation_kind kind = violation_kind::bad_body) {
    auto before = service.violations(kind);
    auto a = upload(f);
    EXPECT_EQ(service.violations(kind), before + 1);
    return a.response.status == 200 ? ret_of(a) : a.response.status;
  }
};

TEST_F(SimulatedUploads, AnswerAMediaIdUnderWhichTheBytesAreKept) {
  upload_form f;
  f.bytes = make_file(30'000, 2);
  auto o = json_of(upload(f));
  EXPECT_THAT(text_of(o, "MediaId"), StartsWith("@crypt_"));
  EXPECT_EQ(integer_of(o, "StartPos"), 30'000);
  EXPECT_EQ(text_of(o, "EncryFileName"), "a%2Epng");
  const auto* item = service.core.state().media.find(text_of(o, "MediaId"));
  ASSERT_NE(item, nullptr);
  EXPECT_EQ(content_of(*item), f.bytes);
  EXPECT_EQ(service.violations(), 0U);
}

TEST_F(SimulatedUploads, TakeEveryFormOfThePassTicketThatClientsSend) {
  for (const auto& said : {client.pass_ticket, encode(client.pass_ticket), std::string{"undefined"}}) {
    upload_form f;
    f.bytes = "x";
    f.pass_ticket = said;
    EXPECT_EQ(ret_of(upload(f)), 0);
  }
  EXPECT_EQ(service.violations(), 0U);
}

TEST_F(SimulatedUploads, GiveTheMediaIdWithTheLastChunkOnly) {
  for (std::size_t i = 0; i < 3; ++i) {
    auto o = json_of(upload(part(big, i)));
    EXPECT_EQ(text_of(o, "MediaId").empty(), i < 2);
    EXPECT_EQ(integer_of(o, "StartPos"), std::min((i + 1) * chunk_bytes, big.size()));
    if (i == 2) {
      EXPECT_EQ(content_of(*service.core.state().media.find(text_of(o, "MediaId"))), big);
    }
  }
  EXPECT_EQ(service.violations(), 0U);
}

TEST_F(SimulatedUploads, TakeTheLastChunkAgainWhoseAnswerWasLost) {
  for (std::size_t i = 0; i < 3; ++i)
    EXPECT_EQ(ret_of(upload(part(big, i))), 0);
  auto id = text_of(json_of(upload(part(big, 2))), "MediaId");
  ASSERT_NE(service.core.state().media.find(id), nullptr);
  EXPECT_EQ(content_of(*service.core.state().media.find(id)), big);
  EXPECT_EQ(service.violations(), 0U);
}

TEST_F(SimulatedUploads, KeepOneFinishedFileOfASessionForThat) {
  for (auto id : {"1", "2", "3"})
    for (std::size_t i = 0; i < 3; ++i) {
      auto f = part(big, i);
      f.client_media_id = id;
      EXPECT_EQ(ret_of(upload(f)), 0);
    }
  EXPECT_EQ(service.core.state().uploads.pending_bytes(), big.size());
}

TEST_F(SimulatedUploads, TakeAChunkAgainWhoseAnswerWasLost) {
  EXPECT_EQ(ret_of(upload(part(big, 0))), 0);
  EXPECT_EQ(ret_of(upload(part(big, 1))), 0);
  EXPECT_EQ(ret_of(upload(part(big, 1))), 0);
  EXPECT_FALSE(text_of(json_of(upload(part(big, 2))), "MediaId").empty());
  EXPECT_EQ(service.violations(), 0U);
}

TEST_F(SimulatedUploads, RefuseChunksThatAreOutOfOrder) {
  EXPECT_EQ(refused(part(big, 1)), 1);
  EXPECT_EQ(ret_of(upload(part(big, 0))), 0);
  EXPECT_EQ(refused(part(big, 2)), 1);
}

TEST_F(SimulatedUploads, RefuseAChunkOfAnotherSize) {
  auto f = part(big, 0);
  f.bytes.pop_back();
  EXPECT_EQ(refused(f), 1);
}

TEST_F(SimulatedUploads, RefuseALargeFileInOnePiece) {
  upload_form f;
  f.bytes = make_file(chunk_bytes + 1, 3);
  EXPECT_EQ(refused(f), 1);
}

TEST_F(SimulatedUploads, RefuseAChunkThatChangesTheFile) {
  EXPECT_EQ(ret_of(upload(part(big, 0))), 0);
  auto f = part(big, 1);
  f.name = "other.zip";
  EXPECT_EQ(refused(f), 1);
}

TEST_F(SimulatedUploads, RefuseAnEmptyFile) {
  upload_form f;
  EXPECT_EQ(refused(f), 1);
}

TEST_F(SimulatedUploads, RefuseAnMd5ThatIsNotOfTheBytes) {
  upload_form f;
  f.bytes = "abc";
  f.md5 = "900150983cd24fb0d6963f7d28e17f72";
  EXPECT_EQ(ret_of(upload(f)), 0);
  f.bytes = "abd";
  EXPECT_EQ(refused(f), 1);
}

TEST_F(SimulatedUploads, RefuseFileNamesInTheFormOfRfc2231) {
  upload_form f;
  f.bytes = "x";
  f.file_disposition = "form-data; name=\"filename\"; filename=\"x\"; filename*=utf-8''%E5%B9%B4.pdf";
  EXPECT_EQ(refused(f), 1);
}

TEST_F(SimulatedUploads, RefuseAnUnknownMediatype) {
  upload_form f;
  f.bytes = "x";
  f.mediatype = "gif";
  EXPECT_EQ(refused(f), 1);
}

TEST_F(SimulatedUploads, SayATicketErrorWithoutTheDataTicket) {
  upload_form f;
  f.bytes = "x";
  f.data_ticket = "none";
  EXPECT_EQ(refused(f, violation_kind::wrong_cookie), -14);
}

TEST_F(SimulatedUploads, AreServedByTheFileHostAlone) {
  upload_form f;
  f.bytes = "x";
  f.host = "wx.qq.com";
  EXPECT_EQ(refused(f, violation_kind::wrong_host), 404);
  f.host = "file.wx2.qq.com";
  EXPECT_EQ(refused(f, violation_kind::wrong_host), 1100) << "another entry host's";
}

TEST_F(SimulatedUploads, RefuseABodyThatIsNoForm) {
  auto r = client.make("POST", "file.wx.qq.com", client.target("webwxuploadmedia", "f=json"), "{}");
  EXPECT_EQ(ret_of(*service.answered(service.ask(r))), 1);
  EXPECT_EQ(service.violations(violation_kind::bad_body), 1U);
}

TEST_F(SimulatedUploads, WantTheSignatureOfACheckAboveTwentyFiveMebibytes) {
  upload_form f;
  f.name = "film.mkv";
  f.mediatype = "doc";
  f.total = 26 * 1024 * 1024;
  f.chunks = "52";
  f.chunk = "0";
  f.bytes = make_file(chunk_bytes, 4);
  EXPECT_EQ(refused(f), 402);
  f.md5 = "0123456789abcdef0123456789abcdef";
  auto o = json_of(client.post("webwxcheckupload", {{"FileMd5", f.md5},
                                                    {"FileName", "film.mkv"},
                                                    {"FileSize", f.total},
                                                    {"FileType", 7},
                                                    {"FromUserName", client.self},
                                                    {"ToUserName", "filehelper"}}));
  f.signature = text_of(o, "Signature");
  EXPECT_FALSE(f.signature.empty());
  EXPECT_FALSE(text_of(o, "AESKey").empty());
  EXPECT_TRUE(text_of(o, "MediaId").empty());
  EXPECT_EQ(ret_of(upload(f)), 0);
}

TEST_F(SimulatedUploads, SaveAnUploadOfWhatTheServiceHas) {
  auto id = uploaded("a.pdf", "doc", "abc");
  boost::json::object body{{"FileMd5", "900150983cd24fb0d6963f7d28e17f72"},
                           {"FileName", "a.pdf"},
                           {"FileSize", 3},
                           {"FileType", 7},
                           {"FromUserName", client.self},
                           {"ToUserName", "filehelper"}};
  EXPECT_EQ(text_of(json_of(client.post("webwxcheckupload", body)), "MediaId"), id);
  body["FileSize"] = 4;
  EXPECT_EQ(text_of(json_of(client.post("webwxcheckupload", body)), "MediaId"), "");
  body["FileMd5"] = "none";
  EXPECT_EQ(ret_of(client.post("webwxcheckupload", body)), 1);
  EXPECT_EQ(service.violations(violation_kind::bad_body), 1U);
}

} // namespace
} // namespace weixin::simulator
