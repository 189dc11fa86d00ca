#include "protocol/webwx/endpoint.hpp"

#include <array>

namespace weixin::webwx {

namespace {

using namespace std::chrono_literals;

struct row {
  endpoint call;
  std::string_view name;
  endpoint_limits limits;
  endpoint_facts facts;
};

constexpr std::size_t kib = 1024;
constexpr std::size_t mib = 1024 * kib;

constexpr auto get = http_method::get;
constexpr auto post = http_method::post;
constexpr auto entry = host_role::entry;
constexpr auto login_host = host_role::login;
constexpr auto file = host_role::file;
constexpr auto push = host_role::push;
constexpr auto poll = retry_class::poll;
constexpr auto read = retry_class::read;
constexpr auto settle = retry_class::settle;
constexpr auto effect = retry_class::effect;
constexpr auto report = retry_class::report;

using enum endpoint;

constexpr auto rows = std::to_array<row>({
    {jslogin, "jslogin", {10s, mib}, {login_host, get, read}},
    // Holds the avatar of whoever scanned.
    {login, "login", {35s, 256 * kib}, {login_host, get, poll}},
    // Each call lets the phone ask its person.
    {webwxpushloginurl, "webwxpushloginurl", {10s, mib}, {entry, get, effect}},
    // The ticket can be exchanged again (weixin-protocol.md 3.5).
    {webwxnewloginpage, "webwxnewloginpage", {10s, mib}, {entry, get, settle}},
    {webwxinit, "webwxinit", {15s, mib}, {entry, post, read}},
    {webwxstatusnotify, "webwxstatusnotify", {15s, mib}, {entry, post, settle}},
    {webwxgetcontact, "webwxgetcontact", {30s, 16 * mib}, {entry, get, read}},
    {webwxbatchgetcontact, "webwxbatchgetcontact", {15s, mib}, {entry, post, read}},
    // Held by the server for some 25 s.
    {synccheck, "synccheck", {35s, 4 * kib}, {push, get, poll}},
    // With the old key it answers the same again.
    {webwxsync, "webwxsync", {15s, 8 * mib}, {entry, post, poll}},
    {webwxsendmsg, "webwxsendmsg", {15s, mib}, {entry, post, effect}},
    {webwxgetmsgimg, "webwxgetmsgimg", {120s, 25 * mib}, {entry, get, read}},
    {webwxlogout, "webwxlogout", {10s, mib}, {entry, post, settle}},
    {qrcode, "qrcode", {10s, mib}, {login_host, get, read}},
    {webwxsendmsgimg, "webwxsendmsgimg", {15s, mib}, {entry, post, effect}},
    {webwxsendvideomsg, "webwxsendvideomsg", {15s, mib}, {entry, post, effect}},
    {webwxsendemoticon, "webwxsendemoticon", {15s, mib}, {entry, post, effect}},
    {webwxsendappmsg, "webwxsendappmsg", {15s, mib}, {entry, post, effect}},
    {webwxrevokemsg, "webwxrevokemsg", {15s, mib}, {entry, post, settle}},
    {webwxcheckupload, "webwxcheckupload", {15s, mib}, {entry, post, read}},
    // One chunk, which says its number: nobody sees an upload before it is sent, and what was put together
    // wrongly does not have the MD5 that every chunk names.
    {webwxuploadmedia, "webwxuploadmedia", {120s, mib}, {file, post, settle}},
    {webwxgetvideo, "webwxgetvideo", {300s, 100 * mib}, {entry, get, read}},
    {webwxgetvoice, "webwxgetvoice", {60s, 5 * mib}, {entry, get, read}},
    {webwxgetmedia, "webwxgetmedia", {300s, 200 * mib}, {file, get, read}},
    {webwxgeticon, "webwxgeticon", {30s, 2 * mib}, {entry, get, read}},
    {webwxgetheadimg, "webwxgetheadimg", {30s, 2 * mib}, {entry, get, read}},
    {webwxgetpubliclinkimg, "webwxgetpubliclinkimg", {30s, 5 * mib}, {entry, get, read}},
    {webwxpreview, "webwxpreview", {120s, 25 * mib}, {entry, get, read}},
    {webwxoplog, "webwxoplog", {10s, mib}, {entry, post, settle}},
    {webwxverifyuser, "webwxverifyuser", {15s, mib}, {entry, post, effect}},
    {webwxsearchcontact, "webwxsearchcontact", {15s, mib}, {entry, post, read}},
    {webwxcreatechatroom, "webwxcreatechatroom", {15s, mib}, {entry, post, effect}},
    {webwxupdatechatroom, "webwxupdatechatroom", {15s, mib}, {entry, post, effect}},
    // A redirect, never followed.
    {webwxcheckurl, "webwxcheckurl", {15s, mib}, {entry, get, read}},
    {webwxstatreport, "webwxstatreport", {10s, mib}, {entry, post, report}},
});
static_assert(rows.size() == endpoint_count);
static_assert(
    [] {
      for (std::size_t i = 0; i < rows.size(); ++i)
        if (static_cast<std::size_t>(rows[i].call) != i) return false;
      return true;
    }(),
    "the rows are in the order of the enumeration");

constexpr const row& row_of(endpoint e) noexcept { return rows[static_cast<std::size_t>(e)]; }

} // namespace

std::string_view to_string(endpoint e) noexcept { return row_of(e).name; }

endpoint_limits limits_of(endpoint e) noexcept { return row_of(e).limits; }

std::string_view to_string(http_method m) noexcept { return m == http_method::get ? "GET" : "POST"; }

endpoint_facts facts_of(endpoint e) noexcept { return row_of(e).facts; }

bool may_repeat(endpoint e, bool request_left) noexcept {
  switch (facts_of(e).retry) {
  case retry_class::poll:
  case retry_class::read:
  case retry_class::settle:
    return true;
  case retry_class::effect:
    return !request_left;
  case retry_class::report:
    return false;
  }
  return false;
}

} // namespace weixin::webwx
