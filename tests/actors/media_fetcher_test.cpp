#include "actors/group_view.hpp"
#include "actors/media_fetcher.hpp"
#include "tests/actors/actors_fixture.hpp"
#include "tests/actors/media_box.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>

namespace weixin::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

using store::media_kind;
using store::media_part;
using store::media_record;
using store::media_state;
using store::store_call;

struct MediaFetcher : actors_fixture {
  media_box box;
  std::vector<std::string> removed;

  MediaFetcher() { prepare(); }

  void prepare() {
    service->make_media_writer = box.factory();
    media_settings few;
    few.max_file_bytes = 100'000;
    few.quota = {1'000'000, 1'000'000};
    service->media->set(few);
    service->remove_media = [this](const std::vector<std::string>& ids) {
      for (const auto& id : ids) {
        removed.push_back(id);
        box.files.erase(id);
      }
    };
    begin_session();
    context->session->cookies.store("wx.qq.com",
                                    {{"Set-Cookie", "webwx_data_ticket=data; Domain=.qq.com; Path=/"}});
  }
  ~MediaFetcher() override { context->media = nullptr; }

  void start() { context->media = start_child<media_fetcher>(); }
  void want(const std::string& id, media_kind kind = media_kind::image, media_part part = media_part::whole) {
    media_record record;
    record.owner = id;
    record.kind = kind;
    record.part = part;
    record.changed_at = wall->now();
    if (kind == media_kind::file) {
      record.name = "a report.pdf";
      record.sender = scripted_weixin::friend_;
      record.media_id = "@media-id";
      record.encrypted_name = "enc";
    }
    want(record);
  }
  void want(const media_record& record) {
    memory->want_media("shop-01", record, [](result<media_record>) {});
    if (context->media) caf::anon_send(context->media, media_wanted{});
    time.settle();
  }
  media_record found(const std::string& owner, media_part part = media_part::whole) {
    media_record found;
    memory->find_media("shop-01", owner, [&](result<std::vector<media_record>> all) {
      if (!all) return;
      for (const auto& record : *all)
        if (record.part == part) found = record;
    });
    return found;
  }
  std::string content_of(const std::string& owner, media_part part = media_part::whole) {
    auto record = found(owner, part);
    if (!record.content || !box.files.contains(record.content->file)) return {};
    return box.files.at(record.content->file);
  }
  result<media_record> avatar(const std::string& ref, const std::string& member = "") {
    auto answer = std::make_shared<result<media_record>>(fail(errc::internal, "no answer"));
    caf::anon_send(context->media, fetch_avatar{ref, [answer](auto r) { *answer = std::move(r); }, member});
    time.settle();
    return *answer;
  }
  std::vector<std::string> media_events() const {
    std::vector<std::string> told;
    for (const auto& [type, data] : events)
      if (type == "media")
        told.push_back(member(data, "id") + " " + member(data, "state") + " " + member(data, "error"));
    return told;
  }
  std::string metric(const std::string& series) const {
    auto text = service->metrics->render();
    auto at = text.find("\n" + series + " ");
    if (at == std::string::npos) return "none";
    at += series.size() + 2;
    return text.substr(at, text.find('\n', at) - at);
  }
  static http_response ranged(const std::string& body, const std::string& range) {
    return {206, {{"Content-Range", range}}, body};
  }
  static error lost() { return fail(errc::connection_lost, "cut"); }
};

TEST_F(MediaFetcher, FetchesEveryKindInItsWay) {
  start();
  const struct {
    media_kind kind;
    media_part part;
    const char* endpoint;
  } kinds[] = {{media_kind::image, media_part::whole, "webwxgetmsgimg"},
               {media_kind::image, media_part::thumbnail, "webwxgetmsgimg"},
               {media_kind::emoticon, media_part::whole, "webwxgetmsgimg"},
               {media_kind::voice, media_part::whole, "webwxgetvoice"},
               {media_kind::video, media_part::whole, "webwxgetvideo"},
               {media_kind::video, media_part::thumbnail, "webwxgetmsgimg"},
               {media_kind::file, media_part::whole, "webwxgetmedia"},
               {media_kind::map, media_part::whole, "webwxgetpubliclinkimg"}};
  int n = 0;
  for (const auto& [kind, part, endpoint] : kinds) {
    auto id = std::to_string(1'000 + n);
    auto body = jpeg_of(2'500 + static_cast<std::size_t>(n++));
    weixin.next(endpoint, scripted_weixin::ok(body));
    want(id, kind, part);
    EXPECT_EQ(content_of(id, part), body) << endpoint;
    EXPECT_EQ(found(id, part).content->mime, "image/jpeg");
    EXPECT_EQ(found(id, part).content->bytes, body.size());
  }
  EXPECT_EQ(find_header(weixin.last("webwxgetvideo")->headers, "Range"), "bytes=0-");
  EXPECT_EQ(weixin.last("webwxgetmedia")->host, context->session->host.file);
  EXPECT_EQ(metric(R"(weixin_media_files_total{kind="voice",result="ok"})"), "1");
  EXPECT_EQ(metric(R"(weixin_media_files_total{kind="thumbnail",result="ok"})"), "2");
}

TEST_F(MediaFetcher, TellsWhenAMediumIsThereAndWhenItFailed) {
  start();
  weixin.next("webwxgetmsgimg", scripted_weixin::ok(jpeg_of(200)));
  want("1");
  for (int i = 0; i < 3; ++i)
    weixin.next("webwxgetmsgimg", http_response{404, {}, ""});
  want("2");
  pass(10min);
  EXPECT_EQ(media_events(), (std::vector<std::string>{"1 available ", "2 failed http_status"}));
  for (const auto& [type, data] : events)
    if (type == "media") {
      EXPECT_TRUE(boost::json::parse(data).is_object());
    }
}

TEST_F(MediaFetcher, FetchesOnStartWhatAnEarlierProcessLeftWaiting) {
  want("1");
  want("2");
  weixin.next("webwxgetmsgimg", scripted_weixin::ok(jpeg_of(200, 'a')));
  weixin.next("webwxgetmsgimg", scripted_weixin::ok(jpeg_of(300, 'b')));
  start();
  EXPECT_EQ(content_of("1").size() + content_of("2").size(), 500U);
}

TEST_F(MediaFetcher, FetchesManyThatWaitAllOfThemAndOneAtATime) {
  for (int i = 0; i < 70; ++i) {
    weixin.next("webwxgetmsgimg", scripted_weixin::ok(jpeg_of(100 + static_cast<std::size_t>(i))));
    want(std::to_string(i));
  }
  weixin.hold("webwxgetmsgimg");
  start();
  EXPECT_EQ(weixin.count("webwxgetmsgimg"), 70U);
  EXPECT_EQ(box.files.size(), 70U);
  want("a");
  want("b");
  EXPECT_EQ(weixin.waiting("webwxgetmsgimg"), 1U);
}

TEST_F(MediaFetcher, TriesThreeTimesWithGrowingDistanceAndThenNoMore) {
  start();
  for (const char* nothing : {"", "<html><body>sorry</body></html>", R"({"BaseResponse":{"Ret":1101}})"})
    weixin.next("webwxgetmsgimg", scripted_weixin::ok(nothing));
  want("1");
  EXPECT_EQ(weixin.count("webwxgetmsgimg"), 1U);
  EXPECT_EQ(found("1").attempts, 1U) << "so that a restart does not begin to count anew";
  pass(1min);
  EXPECT_EQ(weixin.count("webwxgetmsgimg"), 3U);
  auto record = found("1");
  EXPECT_EQ(record.state, media_state::failed);
  EXPECT_EQ(record.error, "malformed_answer");
  EXPECT_TRUE(box.files.empty());
  pass(1h);
  EXPECT_EQ(weixin.count("webwxgetmsgimg"), 3U);
}

TEST_F(MediaFetcher, DoesNotLetOneThatFailsKeepOthersWaiting) {
  start();
  weixin.next("webwxgetmsgimg", http_response{500, {}, ""});
  want("1");
  weixin.next("webwxgetmsgimg", scripted_weixin::ok(jpeg_of(200)));
  want("2");
  EXPECT_EQ(content_of("2"), jpeg_of(200));
  weixin.next("webwxgetmsgimg", scripted_weixin::ok(jpeg_of(300)));
  pass(1min);
  EXPECT_EQ(content_of("1"), jpeg_of(300));
}

TEST_F(MediaFetcher, GoesOnWithAVideoWhereTheLineBroke) {
  start();
  auto whole = jpeg_of(3'000);
  weixin.next_cut("webwxgetvideo", ranged(whole.substr(0, 2'000), "bytes 0-2999/3000"), lost());
  weixin.next("webwxgetvideo", ranged(whole.substr(2'000), "bytes 2000-2999/3000"));
  want("1", media_kind::video);
  pass(1min);
  EXPECT_EQ(find_header(weixin.last("webwxgetvideo")->headers, "Range"), "bytes=2000-");
  EXPECT_EQ(content_of("1"), whole);
  EXPECT_EQ(box.begun, 1U);
}

TEST_F(MediaFetcher, BeginsAFileAnewWhenItWasCutOff) {
  start();
  weixin.next_cut("webwxgetmedia", scripted_weixin::ok(jpeg_of(2'000)), lost());
  weixin.next("webwxgetmedia", scripted_weixin::ok(jpeg_of(3'000)));
  want("1", media_kind::file);
  pass(1min);
  EXPECT_EQ(content_of("1"), jpeg_of(3'000));
}

TEST_F(MediaFetcher, CallsAFileOfAnotherLengthThanAnnouncedAFailure) {
  start();
  for (int i = 0; i < 3; ++i)
    weixin.next("webwxgetmedia", scripted_weixin::ok(jpeg_of(90)));
  media_record record;
  record.owner = "1";
  record.kind = media_kind::file;
  record.media_id = "@m";
  record.announced_bytes = 100;
  want(record);
  pass(1min);
  EXPECT_EQ(found("1").error, "malformed_answer");
  EXPECT_TRUE(box.files.empty());
}

TEST_F(MediaFetcher, RefusesWhatIsTooLargeWithoutASecondTry) {
  start();
  weixin.next("webwxgetvideo", ranged(jpeg_of(10), "bytes 0-199999/200000"));
  want("1", media_kind::video);
  EXPECT_EQ(found("1").error, "answer_too_large");
  weixin.next("webwxgetmedia", scripted_weixin::ok(jpeg_of(150'000)));
  want("2", media_kind::file);
  EXPECT_EQ(found("2").error, "body_too_large");
  media_record record;
  record.owner = "3";
  record.kind = media_kind::file;
  record.media_id = "@m";
  record.announced_bytes = 200'000;
  want(record);
  EXPECT_EQ(found("3").error, "answer_too_large");
  EXPECT_EQ(weixin.count("webwxgetmedia"), 1U) << "what says that it is too large is not asked for";
  EXPECT_EQ(metric(R"(weixin_media_files_total{kind="file",result="too_large"})"), "2");
}

TEST_F(MediaFetcher, CountsNoTryThatDidNotReachWeixinButDoesNotTryForEver) {
  start();
  for (int i = 0; i < 100; ++i)
    weixin.next("webwxgetmsgimg", fail(errc::connect_failed, "no network"));
  want("1");
  pass(2min);
  EXPECT_EQ(found("1").state, media_state::waiting);
  EXPECT_EQ(found("1").attempts, 0U);
  EXPECT_GT(weixin.count("webwxgetmsgimg"), 3U);
  pass(3h);
  EXPECT_EQ(found("1").error, "connect_failed");
  EXPECT_EQ(weixin.count("webwxgetmsgimg"), 60U);
}

TEST_F(MediaFetcher, PausesWhileTheDiskIsFullAndFetchesEverythingAfterwards) {
  start();
  box.write_failure = fail(errc::disk_full, "test");
  for (int i = 0; i < 100; ++i)
    weixin.next("webwxgetmsgimg", scripted_weixin::ok(jpeg_of(200)));
  want("1");
  want("2");
  pass(5min);
  EXPECT_EQ(found("1").state, media_state::waiting);
  EXPECT_EQ(found("1").attempts, 0U);
  EXPECT_LE(weixin.count("webwxgetmsgimg"), 8U) << "not again and again";
  box.write_failure.reset();
  pass(2min);
  EXPECT_EQ(content_of("1"), jpeg_of(200));
  EXPECT_EQ(content_of("2"), jpeg_of(200));
}

TEST_F(MediaFetcher, AsksForNothingWhileTheStoreTakesNothing) {
  memory->fail_next(store_call::probe, fail(errc::disk_full, "test"));
  memory->probe([](result<void>) {});
  want("1");
  ASSERT_FALSE(memory->health().accepting);
  start();
  pass(5min);
  EXPECT_EQ(weixin.count("webwxgetmsgimg"), 0U);
  memory->probe([](result<void>) {});
  weixin.next("webwxgetmsgimg", scripted_weixin::ok(jpeg_of(200)));
  want("1");
  pass(2min);
  EXPECT_EQ(content_of("1"), jpeg_of(200));
}

TEST_F(MediaFetcher, RemovesTheFileThatTheStoreDidNotNoteAndFetchesItAgain) {
  start();
  memory->fail_next(store_call::keep_media, fail(errc::store_failed, "test"));
  for (int i = 0; i < 2; ++i)
    weixin.next("webwxgetmsgimg", scripted_weixin::ok(jpeg_of(200)));
  want("1");
  EXPECT_TRUE(box.files.empty());
  EXPECT_EQ(removed, std::vector<std::string>{"m-1"});
  pass(1min);
  EXPECT_EQ(content_of("1"), jpeg_of(200));
}

TEST_F(MediaFetcher, KeepsOneFileOfWhatCameTwice) {
  start();
  for (int i = 0; i < 2; ++i)
    weixin.next("webwxgetmsgimg", scripted_weixin::ok(jpeg_of(200)));
  want("1");
  want("2");
  EXPECT_EQ(box.files.size(), 1U);
  EXPECT_EQ(content_of("2"), jpeg_of(200));
}

TEST_F(MediaFetcher, MakesRoomWithinTheQuota) {
  auto settings = service->media->get();
  settings.quota.bytes_per_account = 500;
  service->media->set(settings);
  start();
  for (int i = 0; i < 3; ++i) {
    weixin.next("webwxgetmsgimg", scripted_weixin::ok(jpeg_of(200 + static_cast<std::size_t>(i))));
    want(std::to_string(i));
    pass(1s);
  }
  EXPECT_EQ(found("0").state, media_state::dropped);
  EXPECT_EQ(box.files.size(), 2U);
  EXPECT_EQ(metric("weixin_media_dropped_total"), "1");
}

TEST_F(MediaFetcher, LeavesNothingOfAnAccountThatIsErasedMeanwhile) {
  weixin.hold("webwxgetmsgimg");
  start();
  want("1");
  memory->remove_account("shop-01", [](result<std::vector<std::string>>) {});
  weixin.answer_waiting("webwxgetmsgimg", scripted_weixin::ok(jpeg_of(200)));
  time.settle();
  EXPECT_TRUE(box.files.empty());
}

TEST_F(MediaFetcher, LosesNothingWhenTheSessionEndsInTheMiddle) {
  weixin.hold("webwxgetmsgimg");
  start();
  want("1");
  ASSERT_EQ(weixin.waiting("webwxgetmsgimg"), 1U);
  context->media = nullptr;
  stop();
  EXPECT_TRUE(box.files.empty());
  EXPECT_EQ(found("1").state, media_state::waiting);
  EXPECT_EQ(found("1").attempts, 0U);
  weixin.release("webwxgetmsgimg");
  begin_session("@another_self");
  weixin.next("webwxgetmsgimg", scripted_weixin::ok(jpeg_of(200)));
  start();
  EXPECT_EQ(content_of("1"), jpeg_of(200));
}

TEST_F(MediaFetcher, AsksForNoFileOfASenderThatThisSessionDoesNotKnow) {
  start();
  media_record record;
  record.owner = "1";
  record.kind = media_kind::file;
  record.media_id = "@m";
  record.sender = "@of-an-earlier-session";
  want(record);
  EXPECT_EQ(found("1").error, "target_lost");
  EXPECT_EQ(weixin.count("webwxgetmedia"), 0U);
}

TEST_F(MediaFetcher, SparesWeixinRepeatsBeyondATenth) {
  start();
  for (int i = 0; i < 200; ++i)
    weixin.next("webwxgetmsgimg", http_response{500, {}, ""});
  for (int i = 0; i < 40; ++i)
    want(std::to_string(i));
  pass(50s);
  EXPECT_LE(weixin.count("webwxgetmsgimg"), 40U + 4U);
  pass(1h);
  EXPECT_EQ(found("0").state, media_state::failed);
  EXPECT_EQ(weixin.count("webwxgetmsgimg"), 120U) << "each had its three tries in the end";
}

TEST_F(MediaFetcher, FetchesTheContactsPictureOnceADay) {
  start();
  weixin.next("webwxgeticon", scripted_weixin::ok(jpeg_of(200)));
  auto first = avatar(friend_ref());
  ASSERT_TRUE(first) << to_string(first.error());
  EXPECT_EQ(box.files.at(first->content->file), jpeg_of(200));
  EXPECT_NE(weixin.last("webwxgeticon")->target.find("username=%40friend"), std::string::npos);
  pass(23h);
  ASSERT_TRUE(avatar(friend_ref()));
  EXPECT_EQ(weixin.count("webwxgeticon"), 1U);
  pass(2h);
  weixin.next("webwxgeticon", scripted_weixin::ok(jpeg_of(300)));
  EXPECT_EQ(avatar(friend_ref())->content->bytes, 300U);
  EXPECT_EQ(box.files.size(), 1U) << "the old one is gone";
  EXPECT_TRUE(media_events().empty()) << "nothing came";
}

TEST_F(MediaFetcher, FetchesThePictureOfAGroupsMemberWhoIsNoContact) {
  start();
  webwx::contact g;
  g.user_name = "@@group";
  g.nick_name = "Team";
  g.kind = webwx::contact_kind::group;
  g.encry_chat_room_id = "@encry";
  g.members = {{"@ann", "Ann", ""}, {scripted_weixin::friend_, "Friend One", ""}};
  context->contacts.put_all({g});
  weixin.next("webwxgeticon", scripted_weixin::ok(jpeg_of(200)));
  auto ann = avatar("Team", "Ann");
  ASSERT_TRUE(ann) << to_string(ann.error());
  EXPECT_THAT(weixin.last("webwxgeticon")->target, HasSubstr("username=%40ann&chatroomid=%40encry"));
  ASSERT_TRUE(avatar("Team", member_id("@ann")));
  EXPECT_EQ(weixin.count("webwxgeticon"), 1U) << "kept for a day";
  weixin.next("webwxgeticon", scripted_weixin::ok(jpeg_of(300)));
  ASSERT_TRUE(avatar("Team", "Friend One"));
  EXPECT_THAT(weixin.last("webwxgeticon")->target, Not(HasSubstr("chatroomid")));
  EXPECT_EQ(avatar(friend_ref())->content->bytes, 300U) << "a member who is a contact has one picture";
  EXPECT_EQ(avatar("Team", "Nobody").error().code, errc::member_not_found);
  EXPECT_EQ(avatar("Friend One", "Ann").error().code, errc::wrong_kind);
}

TEST_F(MediaFetcher, TriesAPictureThatComesEmptyThreeTimes) {
  start();
  weixin.next("webwxgeticon", scripted_weixin::ok(""));
  weixin.next("webwxgeticon", scripted_weixin::ok(""));
  weixin.next("webwxgeticon", scripted_weixin::ok(jpeg_of(200)));
  auto answer = std::make_shared<result<media_record>>(fail(errc::internal, "no answer"));
  caf::anon_send(context->media, fetch_avatar{friend_ref(), [answer](auto r) { *answer = std::move(r); }});
  time.settle();
  pass(1min);
  ASSERT_TRUE(*answer);
  EXPECT_EQ((*answer)->content->bytes, 200U);
}

TEST_F(MediaFetcher, AnswersTheOlderPictureWhenThereIsNoNewerToBeHad) {
  start();
  weixin.next("webwxgeticon", scripted_weixin::ok(jpeg_of(200)));
  ASSERT_TRUE(avatar(friend_ref()));
  pass(25h);
  weixin.next("webwxgeticon", fail(errc::connect_failed, "no network"));
  auto again = avatar(friend_ref());
  ASSERT_TRUE(again);
  EXPECT_EQ(again->content->bytes, 200U);
}

TEST_F(MediaFetcher, SaysWhenAPictureCannotBeHad) {
  start();
  EXPECT_EQ(avatar("c-00000000000000000000000000").error().code, errc::contact_not_found);
  weixin.next("webwxgeticon", fail(errc::connect_failed, "no network"));
  auto none = avatar(friend_ref());
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, errc::media_failed);
  EXPECT_EQ(none.error().context, "connect_failed");
}

TEST_F(MediaFetcher, AsksOnceForThoseWhoWantTheSamePicture) {
  weixin.hold("webwxgeticon");
  start();
  auto answers = std::make_shared<int>(0);
  for (int i = 0; i < 3; ++i) {
    caf::anon_send(context->media, fetch_avatar{friend_ref(), [answers](auto r) { *answers += r ? 1 : 0; }});
    time.settle();
  }
  EXPECT_EQ(weixin.waiting("webwxgeticon"), 1U);
  weixin.answer_waiting("webwxgeticon", scripted_weixin::ok(jpeg_of(200)));
  time.settle();
  EXPECT_EQ(*answers, 3);
}

TEST_F(MediaFetcher, AnswersWhoWaitsForAPictureWhenTheSessionEnds) {
  weixin.hold("webwxgeticon");
  start();
  auto answer = std::make_shared<std::optional<errc>>();
  caf::anon_send(context->media, fetch_avatar{friend_ref(), [answer](auto r) {
                                                *answer = r ? errc::internal : r.error().code;
                                              }});
  time.settle();
  context->media = nullptr;
  stop();
  EXPECT_EQ(*answer, errc::cancelled);
}

TEST_F(MediaFetcher, IsToldByTheSyncPollerOfWhatThePolicyWants) {
  context->media_policy = store::media_policy::images_and_voices;
  start();
  weixin.bring({R"({"MsgId":"71","FromUserName":"@friend00000000000000000000000000b2","ToUserName":")" +
                    std::string{scripted_weixin::self} + R"(","MsgType":3,"Content":"@x","CreateTime":1})",
                R"({"MsgId":"72","FromUserName":"@friend00000000000000000000000000b2","ToUserName":")" +
                    std::string{scripted_weixin::self} + R"(","MsgType":43,"Content":"@x","CreateTime":1})"});
  weixin.next("webwxgetmsgimg", scripted_weixin::ok(jpeg_of(200)));
  weixin.next("webwxgetmsgimg", scripted_weixin::ok(jpeg_of(300)));
  start_child<sync_poller>();
  pass(1s);
  EXPECT_EQ(content_of("71").size() + content_of("72", media_part::thumbnail).size(), 500U);
  EXPECT_EQ(weixin.count("webwxgetvideo"), 0U);
}

} // namespace
} // namespace weixin::testing
