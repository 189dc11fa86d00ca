#include "actors/inbound_detail.hpp"

#include <boost/json/array.hpp>

namespace weixin {

namespace {

namespace content = webwx::content;

/// Members that say something; the others are left out.
class members {
public:
  members& add(std::string_view key, std::string_view text) {
    if (!text.empty()) object_[key] = text;
    return *this;
  }
  members& add(std::string_view key, const std::string& text) { return add(key, std::string_view{text}); }
  members& add(std::string_view key, std::int64_t number) {
    if (number != 0) object_[key] = number;
    return *this;
  }
  members& flag(std::string_view key, bool is_set) {
    if (is_set) object_[key] = true;
    return *this;
  }
  members& add(std::string_view key, std::optional<double> number) {
    if (number) object_[key] = *number;
    return *this;
  }
  members& add(std::string_view key, boost::json::array list) {
    if (!list.empty()) object_[key] = std::move(list);
    return *this;
  }
  boost::json::object take() { return std::move(object_); }

private:
  boost::json::object object_;
};

std::string_view name_of(content::emoticon::game played) {
  using game = content::emoticon::game;
  if (played == game::none) return {};
  return played == game::dice ? "dice" : "rock_paper_scissors";
}

std::string_view name_of(content::call::step what) {
  using step = content::call::step;
  if (what == step::message) return "message";
  return what == step::notify ? "notify" : "invite";
}

class teller {
public:
  explicit teller(const find_reference& ref_of) : ref_of_(ref_of) {}

  boost::json::object operator()(const content::unsupported&) const { return {}; }
  boost::json::object operator()(const content::status_notify&) const { return {}; }
  boost::json::object operator()(const content::text&) const { return {}; }
  boost::json::object operator()(const content::news&) const { return {}; }

  boost::json::object operator()(const content::image& c) const {
    return members{}
        .add("width", c.width)
        .add("height", c.height)
        .add("bytes", c.bytes)
        .add("md5", c.md5)
        .take();
  }
  boost::json::object operator()(const content::voice& c) const {
    return members{}.add("duration_ms", c.duration.count()).add("bytes", c.bytes).take();
  }
  boost::json::object operator()(const content::video& c) const {
    return members{}
        .add("duration_ms", std::chrono::milliseconds{c.duration}.count())
        .add("bytes", c.bytes)
        .add("width", c.width)
        .add("height", c.height)
        .add("md5", c.md5)
        .flag("micro", c.is_micro)
        .take();
  }
  boost::json::object operator()(const content::emoticon& c) const {
    return members{}
        .add("md5", c.md5)
        .add("url", c.cdn_url)
        .add("thumb_url", c.thumb_url)
        .add("bytes", c.bytes)
        .add("width", c.width)
        .add("height", c.height)
        .add("game", name_of(c.played))
        .add("game_result", c.game_result)
        .flag("from_shop", c.is_from_shop)
        .take();
  }
  boost::json::object operator()(const content::location& c) const {
    return members{}
        .add("place", c.place)
        .add("label", c.label)
        .add("latitude", c.latitude)
        .add("longitude", c.longitude)
        .add("url", c.url)
        .flag("live", c.is_live)
        .take();
  }
  boost::json::object operator()(const content::card& c) const { return of(c.who).take(); }
  boost::json::object operator()(const content::possible_friend& c) const { return of(c.who).take(); }
  boost::json::object operator()(const content::friend_request& c) const {
    return of(c.who).add("greeting", c.greeting).flag("own", c.is_own).take();
  }
  boost::json::object operator()(const content::link& c) const {
    boost::json::array articles;
    for (const auto& a : c.articles)
      articles.push_back(members{}
                             .add("title", a.title)
                             .add("digest", a.digest)
                             .add("url", a.url)
                             .add("cover_url", a.cover_url)
                             .take());
    return members{}
        .add("title", c.title)
        .add("description", c.description)
        .add("url", c.url)
        .add("thumb_url", c.thumb_url)
        .add("source", c.source)
        .flag("video", c.is_video)
        .add("articles", std::move(articles))
        .take();
  }
  boost::json::object operator()(const content::music& c) const {
    return members{}
        .add("title", c.title)
        .add("artist", c.artist)
        .add("url", c.url)
        .add("data_url", c.data_url)
        .add("source", c.source)
        .take();
  }
  boost::json::object operator()(const content::file& c) const {
    return members{}
        .add("name", c.name)
        .add("extension", c.extension)
        .add("bytes", c.bytes)
        .add("md5", c.md5)
        .take();
  }
  boost::json::object operator()(const content::mini_program& c) const {
    return members{}
        .add("title", c.title)
        .add("name", c.name)
        .add("user_name", c.user_name)
        .add("app_id", c.app_id)
        .add("page_path", c.page_path)
        .add("icon_url", c.icon_url)
        .add("url", c.url)
        .take();
  }
  boost::json::object operator()(const content::quote& c) const {
    return members{}
        .add("quoted_id", c.quoted_msg_id)
        .add("quoted_msg_type", c.quoted_type)
        .add("quoted_sender", c.quoted_name)
        .add("quoted_text", c.quoted_text)
        .take();
  }
  boost::json::object operator()(const content::chat_record& c) const {
    boost::json::array items;
    for (const auto& i : c.items)
      items.push_back(members{}
                          .add("data_type", i.type)
                          .add("sender", i.name)
                          .add("time", i.time)
                          .add("text", i.text)
                          .take());
    return members{}
        .add("title", c.title)
        .add("summary", c.summary)
        .add("count", c.item_count)
        .add("items", std::move(items))
        .take();
  }
  boost::json::object operator()(const content::transfer& c) const {
    return members{}
        .add("description", c.description)
        .add("amount", c.amount)
        .add("memo", c.memo)
        .add("step", c.step)
        .add("transfer_id", c.transfer_id)
        .take();
  }
  boost::json::object operator()(const content::red_packet& c) const {
    return members{}.add("greeting", c.greeting).add("url", c.url).take();
  }
  boost::json::object operator()(const content::channels& c) const {
    return members{}
        .add("author", c.author)
        .add("description", c.description)
        .add("feed_id", c.feed_id)
        .add("media_count", c.media_count)
        .add("url", c.url)
        .add("thumb_url", c.thumb_url)
        .take();
  }
  boost::json::object operator()(const content::group_invitation& c) const {
    return members{}
        .add("inviter", c.inviter)
        .add("topic", c.topic)
        .add("description", c.description)
        .add("url", c.url)
        .add("thumb_url", c.thumb_url)
        .take();
  }
  boost::json::object operator()(const content::app& c) const {
    return members{}
        .add("app_msg_type", c.type)
        .add("app", content::app_type_name(c.type))
        .add("title", c.title)
        .add("description", c.description)
        .add("url", c.url)
        .add("source", c.source)
        .take();
  }
  boost::json::object operator()(const content::call& c) const {
    return members{}.add("step", name_of(c.what)).add("status", c.status).take();
  }
  boost::json::object operator()(const content::recalled& c) const {
    return members{}
        .add("recalled_id", c.msg_id)
        .add("recalled_new_id", c.new_msg_id)
        .add("notice", c.notice)
        .take();
  }
  boost::json::object operator()(const content::pat&) const { return {}; }
  boost::json::object operator()(const content::notice& c) const {
    boost::json::array who;
    for (const auto& name : c.who)
      who.emplace_back(name);
    return members{}
        .add("event", c.event == content::notice_event::none ? std::string_view{} : to_string(c.event))
        .add("source", c.source)
        .add("actor", c.actor)
        .flag("actor_is_me", c.actor_is_me)
        .add("who", std::move(who))
        .flag("me_among", c.me_among)
        .add("topic", c.topic)
        .flag("by_qr_code", c.by_qr_code)
        .take();
  }

private:
  members of(const content::person& p) const {
    constexpr int brand = 8; // a bit of VerifyFlag (weixin-protocol.md 5.2)
    members m;
    m.add("name", p.nick_name).add("alias", p.alias).add("province", p.province).add("city", p.city);
    m.add("signature", p.signature).add("sex", p.sex).add("scene", p.scene);
    m.flag("official", (p.verify_flag & brand) != 0);
    if (auto ref = ref_of_(p.user_name)) m.add("ref", *ref);
    return m;
  }

  const find_reference& ref_of_;
};

} // namespace

boost::json::object detail_of(const webwx::message_content& content, const find_reference& ref_of) {
  return std::visit(teller{ref_of}, content);
}

} // namespace weixin
