// A file's way to Weixin: what fails before the message leaves leaves nothing unknown.
#include "tests/actors/actors_fixture.hpp"
#include "tests/support/memory_spool.hpp"

namespace weixin {
namespace {

using namespace std::chrono_literals;
using store::send_kind;
using store::send_state;
using store::upload_content;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::scripted_weixin;

constexpr std::size_t chunk = webwx::upload_plan::chunk_bytes;

struct Upload : testing::actors_fixture {
  std::shared_ptr<testing::memory_spool> spool = std::make_shared<testing::memory_spool>();

  void start() {
    service->spool = spool;
    service->upload_limits.document = std::uint64_t{100} << 20;
    begin_session();
    give_ticket();
    start_sender();
  }
  void give_ticket() {
    context->session->cookies.store("wx.qq.com",
                                    {{"Set-Cookie", "webwx_data_ticket=ticket; Domain=.qq.com; Path=/"}});
  }
  upload_content file_of(std::string bytes, send_kind kind = send_kind::file) {
    upload_content c;
    c.kind = kind;
    c.bytes = bytes.size();
    c.file_name = kind == send_kind::image   ? "photo.jpg"
                  : kind == send_kind::video ? "clip.mp4"
                                             : "report.pdf";
    c.md5 = std::string(32, 'a');
    c.spool_id = spool->put(std::move(bytes));
    return c;
  }
  send_request to_friend(store::send_content content) {
    send_request what;
    what.to = "Friend One";
    what.content = std::move(content);
    return what;
  }
  std::string send_file(std::string bytes, send_kind kind = send_kind::file) {
    auto r = submit(to_friend(file_of(std::move(bytes), kind)));
    EXPECT_TRUE(r) << (r ? "" : to_string(r.error()));
    return r ? r->record.id : "";
  }
  static std::string bytes_of(std::size_t size) {
    std::string bytes(size, '\0');
    for (std::size_t i = 0; i < size; ++i)
      bytes[i] = static_cast<char>(i * 31 + i / 997);
    return bytes;
  }
  /// The file as the chunks that Weixin was given make it, whichever came again counted once.
  std::string uploaded() const {
    std::map<std::string, std::string> chunks;
    for (const auto& r : weixin.requests) {
      if (r.target.find("webwxuploadmedia") == std::string::npos) continue;
      auto field = [&](const std::string& name) {
        auto at = r.body.find("name=\"" + name + "\"\r\n\r\n");
        if (at == std::string::npos) return std::string{"0"};
        at += name.size() + 11;
        return r.body.substr(at, r.body.find("\r\n", at) - at);
      };
      auto from = r.body.find("octet-stream\r\n\r\n") + 16;
      auto to = r.body.rfind("\r\n--", r.body.size() - 5);
      auto index = field("chunk");
      chunks[std::string(6 - index.size(), '0') + index] = r.body.substr(from, to - from);
    }
    std::string whole;
    for (const auto& [index, bytes] : chunks)
      whole += bytes;
    return whole;
  }
  static error lost() {
    auto e = fail(errc::connection_lost, "webwxuploadmedia");
    e.request_left = true;
    return e;
  }
};

TEST_F(Upload, BringsAFileInChunksAndSendsIt) {
  start();
  auto bytes = bytes_of(2 * chunk + 1'000);
  auto id = send_file(bytes);
  pass(1s);
  EXPECT_EQ(weixin.count("webwxuploadmedia"), 3U);
  EXPECT_EQ(weixin.count("webwxcheckupload"), 0U);
  EXPECT_TRUE(uploaded() == bytes);
  EXPECT_LE(spool->largest_read, 64U * 1024);
  ASSERT_EQ(weixin.count("webwxsendappmsg"), 1U);
  auto body = weixin.last("webwxsendappmsg")->body;
  EXPECT_THAT(body, HasSubstr("@crypt_media_"));
  EXPECT_THAT(body, HasSubstr("report.pdf"));
  EXPECT_EQ(stored(id).state, send_state::sent);
  EXPECT_TRUE(spool->files.empty()) << "what is settled needs no file";
  EXPECT_FALSE(context->status->view().upload);
}

TEST_F(Upload, SendsEachKindByItsOwnCall) {
  start();
  send_file("jpeg", send_kind::image);
  send_file("mp4", send_kind::video);
  send_file("gif", send_kind::emoticon);
  ASSERT_TRUE(submit(to_friend(store::sticker_content{std::string(32, 'b')})));
  pass(5s);
  EXPECT_EQ(weixin.count("webwxsendmsgimg"), 1U);
  EXPECT_EQ(weixin.count("webwxsendvideomsg"), 1U);
  EXPECT_EQ(weixin.count("webwxsendemoticon"), 2U);
  EXPECT_THAT(weixin.last("webwxsendemoticon")->body, HasSubstr(std::string(32, 'b')));
}

TEST_F(Upload, KeepsTheOrderOfAnAccount) {
  start();
  weixin.hold("webwxuploadmedia");
  auto file = send_file("bytes");
  auto text = submit("Friend One", "after it");
  ASSERT_TRUE(text);
  pass(10s);
  EXPECT_THAT(sent_texts(), IsEmpty());
  EXPECT_EQ(stored(file).state, send_state::queued);
  weixin.release("webwxuploadmedia");
  pass(5s);
  EXPECT_EQ(stored(file).state, send_state::sent);
  EXPECT_THAT(sent_texts(), ElementsAre("after it"));
}

TEST_F(Upload, AsksForAPermitAboveItsSize) {
  start();
  auto id = send_file(bytes_of(webwx::upload_plan::check_above_bytes + 1));
  pass(1s);
  EXPECT_EQ(weixin.count("webwxcheckupload"), 1U);
  EXPECT_EQ(weixin.count("webwxuploadmedia"), 51U);
  EXPECT_THAT(weixin.last("webwxsendappmsg")->body, HasSubstr("signature"));
  EXPECT_EQ(stored(id).state, send_state::sent);
}

TEST_F(Upload, UploadsNothingThatWeixinHasAlready) {
  start();
  weixin.next("webwxcheckupload", scripted_weixin::ok("{" + scripted_weixin::base_response(0) +
                                                      R"(,"MediaId":"@known","AESKey":"","Signature":"s"})"));
  auto id = send_file(bytes_of(webwx::upload_plan::check_above_bytes + 1));
  pass(1s);
  EXPECT_EQ(weixin.count("webwxuploadmedia"), 0U);
  EXPECT_THAT(weixin.last("webwxsendappmsg")->body, HasSubstr("@known"));
  EXPECT_EQ(stored(id).state, send_state::sent);
}

TEST_F(Upload, IsKnownByItsMediaIdInItsSessionOnly) {
  start();
  weixin.next("webwxuploadmedia",
              scripted_weixin::ok("{" + scripted_weixin::base_response(0) + R"(,"MediaId":"@crypt_1"})"));
  auto id = send_file(bytes_of(10));
  pass(1s);
  EXPECT_EQ(context->upload_of(id), "@crypt_1");
  EXPECT_EQ(context->upload_of("s-other"), "");
  ++context->session_number;
  EXPECT_EQ(context->upload_of(id), "");
}

TEST_F(Upload, ShowsHowFarItIs) {
  start();
  weixin.hold("webwxuploadmedia");
  auto id = send_file(bytes_of(3 * chunk));
  auto shown = context->status->view().upload;
  ASSERT_TRUE(shown);
  EXPECT_EQ(shown->send_id, id);
  EXPECT_EQ(shown->bytes, 0U);
  EXPECT_EQ(shown->total, 3 * chunk);
  pass(2s);
  weixin.next("webwxuploadmedia", scripted_weixin::ok("{" + scripted_weixin::base_response(0) + "}"));
  time.settle();
  EXPECT_EQ(context->status->view().upload->bytes, chunk);
  EXPECT_THAT(events.back().second, HasSubstr(R"("progress":{"bytes":524288,"total":1572864})"));
}

TEST_F(Upload, SendsAChunkAgainThatWasLost) {
  start();
  weixin.next("webwxuploadmedia", scripted_weixin::ok("{" + scripted_weixin::base_response(0) + "}"));
  weixin.next("webwxuploadmedia", lost());
  auto bytes = bytes_of(3 * chunk);
  auto id = send_file(bytes);
  pass(60s);
  EXPECT_EQ(weixin.count("webwxuploadmedia"), 4U) << "one of three came twice";
  EXPECT_TRUE(uploaded() == bytes);
  EXPECT_EQ(stored(id).state, send_state::sent);
  EXPECT_EQ(stored(id).attempts, 1U) << "the message itself left once";
}

TEST_F(Upload, BeginsAnewWhenAChunkThatCameTwiceIsRefused) {
  start();
  weixin.next("webwxuploadmedia", scripted_weixin::ok("{" + scripted_weixin::base_response(0) + "}"));
  weixin.next("webwxuploadmedia", lost());
  weixin.next("webwxuploadmedia", ret(1));
  auto id = send_file(bytes_of(2 * chunk));
  pass(60s);
  EXPECT_EQ(weixin.count("webwxuploadmedia"), 5U) << "two, one of them again, and two anew";
  EXPECT_EQ(stored(id).state, send_state::sent);
}

TEST_F(Upload, IsRefusedWhenWeixinRefusesTheFile) {
  start();
  weixin.next("webwxuploadmedia", ret(1));
  auto id = send_file("bytes");
  EXPECT_EQ(stored(id).state, send_state::refused);
  EXPECT_EQ(stored(id).error, "upload_failed");
  EXPECT_TRUE(spool->files.empty());
}

TEST_F(Upload, IsRefusedWhenWeixinWantsToBeAskedOrPaid) {
  start();
  weixin.next("webwxuploadmedia", http_response{402, {}, ""});
  auto id = send_file("bytes");
  EXPECT_EQ(stored(id).state, send_state::refused);
  EXPECT_EQ(stored(id).error, "upload_failed");
}

TEST_F(Upload, IsGivenUpAfterTooManyFailuresAndNeverUnknown) {
  start();
  for (unsigned i = 0; i < upload_job::max_failures; ++i)
    weixin.next("webwxuploadmedia", lost());
  auto id = send_file("bytes");
  ASSERT_TRUE(submit("Friend One", "after it"));
  pass(10min);
  EXPECT_EQ(weixin.count("webwxuploadmedia"), upload_job::max_failures);
  EXPECT_EQ(stored(id).state, send_state::refused);
  EXPECT_EQ(stored(id).error, "upload_failed");
  EXPECT_THAT(states[id], ::testing::Each(::testing::AnyOf("queued", "refused")));
  EXPECT_THAT(sent_texts(), ElementsAre("after it")) << "what follows is not held up";
}

TEST_F(Upload, WaitsForANetworkThatTakesNoByte) {
  start();
  for (int i = 0; i < 20; ++i)
    weixin.next("webwxuploadmedia", fail(errc::connect_failed, "webwxuploadmedia"));
  auto id = send_file("bytes");
  pass(5min);
  EXPECT_EQ(stored(id).state, send_state::queued);
  pass(1h);
  EXPECT_EQ(stored(id).state, send_state::sent);
}

TEST_F(Upload, IsUnknownWhenTheMessageItselfWasLost) {
  start();
  weixin.next("webwxsendmsgimg", lost());
  auto id = send_file("bytes", send_kind::image);
  pass(1s);
  EXPECT_EQ(stored(id).state, send_state::unknown);
  EXPECT_EQ(weixin.count("webwxsendmsgimg"), 1U);
  EXPECT_TRUE(spool->files.empty());
  EXPECT_EQ(command(id, outbox_command::retry).error().code, errc::file_gone);
}

TEST_F(Upload, UploadsOnceForAllAttemptsOfASession) {
  start();
  weixin.next("webwxsendmsgimg", ret(1205));
  auto id = send_file("bytes", send_kind::image);
  pass(5s);
  EXPECT_EQ(stored(id).state, send_state::sent);
  EXPECT_EQ(weixin.count("webwxsendmsgimg"), 2U);
  EXPECT_EQ(weixin.count("webwxuploadmedia"), 1U);
}

TEST_F(Upload, WaitsForAnotherSessionWhenItsOwnEnds) {
  start();
  weixin.next("webwxuploadmedia", ret(1101));
  auto id = send_file(bytes_of(2 * chunk));
  EXPECT_EQ(stored(id).state, send_state::queued);
  ASSERT_EQ(said->hits.size(), 1U);
  EXPECT_EQ(said->hits[0].what.ret, 1101);
  open_gate(false);
  pass(1min);
  EXPECT_EQ(weixin.count("webwxuploadmedia"), 1U);
  begin_session("@self000000000000000000000000000000ff");
  give_ticket();
  open_gate();
  pass(10s);
  EXPECT_EQ(stored(id).state, send_state::sent);
  EXPECT_EQ(weixin.count("webwxuploadmedia"), 3U) << "all of it again";
}

TEST_F(Upload, StopsBetweenTwoChunksWhenTheGateCloses) {
  start();
  weixin.hold("webwxuploadmedia");
  auto id = send_file(bytes_of(2 * chunk));
  open_gate(false);
  weixin.release("webwxuploadmedia");
  pass(1min);
  EXPECT_EQ(weixin.count("webwxuploadmedia"), 1U);
  EXPECT_EQ(stored(id).state, send_state::queued);
  open_gate();
  pass(5s);
  EXPECT_EQ(weixin.count("webwxuploadmedia"), 2U) << "it goes on where it was";
  EXPECT_EQ(stored(id).state, send_state::sent);
}

TEST_F(Upload, BeginsAgainAfterACrashInTheMiddle) {
  start();
  weixin.hold("webwxuploadmedia");
  auto bytes = bytes_of(2 * chunk);
  auto id = send_file(bytes);
  EXPECT_EQ(stored(id).state, send_state::queued) << "nothing of the message has left";
  crash_and_boot();
  weixin.release("webwxuploadmedia");
  start();
  pass(5s);
  EXPECT_EQ(stored(id).state, send_state::sent);
  EXPECT_TRUE(uploaded() == bytes);
}

TEST_F(Upload, IsRefusedWhenItsFileIsGoneOrChanged) {
  start();
  open_gate(false);
  auto gone = send_file("bytes");
  auto changed = send_file("bytes");
  auto ids = spool->files;
  spool->files.erase(ids.begin()->first);
  spool->files.rbegin()->second += " and more";
  open_gate();
  pass(5s);
  EXPECT_EQ(stored(gone).error, "file_gone");
  EXPECT_EQ(stored(changed).error, "file_changed");
  EXPECT_EQ(stored(changed).state, send_state::refused);
}

TEST_F(Upload, IsCancelledInTheMiddle) {
  start();
  weixin.hold("webwxuploadmedia");
  auto id = send_file(bytes_of(2 * chunk));
  auto done = command(id, outbox_command::cancel);
  ASSERT_TRUE(done) << to_string(done.error());
  EXPECT_EQ(done->state, send_state::refused);
  EXPECT_EQ(done->error, "cancelled");
  weixin.release("webwxuploadmedia");
  pass(5s);
  EXPECT_EQ(weixin.count("webwxuploadmedia"), 1U);
  EXPECT_EQ(weixin.count("webwxsendappmsg"), 0U);
  EXPECT_TRUE(spool->files.empty());
  EXPECT_FALSE(context->status->view().upload);
}

TEST_F(Upload, ExpiresBeforeItsMessageLeaves) {
  start();
  weixin.hold("webwxuploadmedia");
  auto what = to_friend(file_of(bytes_of(2 * chunk)));
  what.expires_at = wall->now() + 10s;
  auto id = submit(std::move(what))->record.id;
  pass(11s);
  weixin.release("webwxuploadmedia");
  pass(5s);
  EXPECT_EQ(stored(id).state, send_state::expired);
  EXPECT_EQ(weixin.count("webwxsendappmsg"), 0U);
}

TEST_F(Upload, IsRefusedAtOnceWhenItCannotBeSent) {
  start();
  EXPECT_EQ(submit(to_friend(file_of(std::string(21 << 20, 'x'), send_kind::image))).error().code,
            errc::body_too_large);
  EXPECT_EQ(submit(to_friend(store::sticker_content{"no md5"})).error().code, errc::invalid_argument);
  service->spool = nullptr;
  EXPECT_EQ(submit(to_friend(file_of("bytes"))).error().code, errc::io_failed);
  EXPECT_THAT(outbox(), IsEmpty());
}

} // namespace
} // namespace weixin
