#include "protocol/content_range.hpp"
#include "protocol/webwx/chatroom.hpp"
#include "protocol/webwx/file_name.hpp"
#include "protocol/webwx/forward.hpp"
#include "protocol/webwx/init.hpp"
#include "protocol/webwx/json_repair.hpp"
#include "protocol/webwx/logout.hpp"
#include "protocol/webwx/media.hpp"
#include "protocol/webwx/names.hpp"
#include "protocol/webwx/oplog.hpp"
#include "protocol/webwx/outgoing.hpp"
#include "protocol/webwx/recall.hpp"
#include "protocol/webwx/report.hpp"
#include "protocol/webwx/search_contact.hpp"
#include "protocol/webwx/send.hpp"
#include "protocol/webwx/upload.hpp"
#include "protocol/webwx/verify_user.hpp"
#include "tests/fuzz/targets.hpp"

#include <algorithm>
#include <string>

namespace weixin::fuzz {

namespace {

bool is_utf8(std::string_view text) { return webwx::to_valid_utf8(text) == text; }

} // namespace

/// The first line is a Location, the whole is a body.
void small_answers(std::string_view input) {
  http_response r{200, {}, std::string{input}};
  for (const auto& answer : {webwx::parse_oplog(r), webwx::parse_verify_user(r), webwx::parse_stat_report(r),
                             webwx::parse_status_notify(r), webwx::parse_recall(r)})
    require_proper(answer);
  auto sent = webwx::parse_send(r);
  require_proper(sent);
  require(!sent || !sent->empty());
  require_proper(webwx::parse_sent(r, webwx::endpoint::webwxsendappmsg));

  auto made = webwx::parse_create_chatroom(r);
  require_proper(made);
  require(!made || !made->user_name.empty());
  require_proper(webwx::parse_update_chatroom(r));
  auto found = webwx::parse_search_contact(r);
  require_proper(found);
  if (found)
    for (const auto& c : *found)
      require(!c.user_name.empty());

  auto permit = webwx::parse_check_upload(r);
  require_proper(permit);
  require(!permit || !permit->media_id.empty() || !permit->signature.empty());
  require_proper(webwx::parse_upload(r, false));
  auto uploaded = webwx::parse_upload(r, true);
  require_proper(uploaded);
  require(!uploaded || !uploaded->media_id.empty());

  r.status = 302;
  r.headers.push_back({"Location", r.body.substr(0, r.body.find('\n'))});
  require_proper(webwx::parse_logout(r));
  auto url = webwx::parse_check_url(r);
  require(!url || url->size() <= 8192);
  r.status = 200;
  require_proper(webwx::check_image_answer(r));
  require_proper(webwx::check_media_answer(r, webwx::endpoint::webwxgetmedia, "a.html"));
}

void forward(std::string_view input) {
  auto what = webwx::forward_of(input);
  if (!what) {
    require(what.error().context.starts_with("forward") && what.error().context.size() < 100);
    return;
  }
  require(what->scene == 2 && (!what->content || is_utf8(*what->content)));
  // Whatever came, what goes out is one JSON text.
  auto request = webwx::make_send({}, *what, "@a1de", "17000000000000001");
  require(webwx::parse_json(request.body, "fuzz").has_value());
  require(is_utf8(request.body));
}

/// A file name, and a list of UserNames.
void names(std::string_view input) {
  auto name = webwx::clean_file_name(input);
  require(!name.empty() && name.size() <= webwx::max_file_name_bytes && name != "." && name != "..");
  require(is_utf8(name) && name.find_first_of("/\\") == std::string::npos);
  require(std::none_of(name.begin(), name.end(), [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; }));
  auto extension = webwx::file_extension(name);
  require(extension.size() <= 16 && extension.find('.') == std::string::npos);
  constexpr std::size_t most = 20;
  auto list = webwx::split_names(input, most);
  require(list.size() <= most);
  for (const auto& one : list)
    require(!one.empty() && one.find(',') == std::string::npos);
}

void content_range(std::string_view input) {
  auto range = read_content_range(input);
  if (!range) return;
  require(range->from <= range->last && (!range->total || *range->total > range->last));
  auto again = "bytes " + std::to_string(range->from) + "-" + std::to_string(range->last) + "/" +
               (range->total ? std::to_string(*range->total) : "*");
  require(read_content_range(again) == range);
}

} // namespace weixin::fuzz
