#include "simulator/endpoints.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace weixin::simulator {
namespace {

using server = std::optional<answer> (*)(world&, const call&);

enum methods : unsigned { get = 1, post = 2 };
constexpr unsigned on(host_kind kind) { return 1U << static_cast<unsigned>(kind); }

struct endpoint_entry {
  std::string_view name;
  unsigned allowed_methods;
  unsigned allowed_hosts;
  server serve;
};

std::optional<answer> serve_root(world&, const call&) {
  return html("<!DOCTYPE html><html><head><title>网页版</title></head><body></body></html>");
}

constexpr unsigned entry = on(host_kind::entry);
constexpr unsigned login = on(host_kind::login);
constexpr unsigned file = on(host_kind::file);
// A synccheck on a wrong host is answered with 1100, so it is admitted everywhere (4.5).
constexpr unsigned any = entry | login | file | on(host_kind::push);

constexpr endpoint_entry table[] = {
    {"jslogin", get | post, login, serve_jslogin},
    {"qrcode", get, login, serve_qrcode},
    {"l", get, login, serve_qrcode},
    {"login", get, login, serve_login},
    {"webwxpushloginurl", get, entry | login, serve_webwxpushloginurl},
    {"webwxnewloginpage", get, entry, serve_webwxnewloginpage},
    {"webwxinit", post, entry, serve_webwxinit},
    {"webwxstatusnotify", post, entry, serve_webwxstatusnotify},
    {"webwxgetcontact", get | post, entry, serve_webwxgetcontact},
    {"webwxbatchgetcontact", post, entry, serve_webwxbatchgetcontact},
    {"synccheck", get, any, serve_synccheck},
    {"webwxsync", post, entry, serve_webwxsync},
    {"webwxlogout", get | post, entry, serve_webwxlogout},
    {"webwxoplog", post, entry, serve_webwxoplog},
    {"webwxsendmsg", post, entry, serve_webwxsendmsg},
    {"webwxgetmsgimg", get, entry, serve_webwxgetmsgimg},
    {"webwxgeticon", get, entry, serve_webwxgeticon},
    {"webwxgetheadimg", get, entry, serve_webwxgeticon},
    {"root", get, any, serve_root},
    {"webwxsendmsgimg", post, entry, serve_webwxsendmsgimg},
    {"webwxsendvideomsg", post, entry, serve_webwxsendvideomsg},
    {"webwxsendemoticon", post, entry, serve_webwxsendemoticon},
    {"webwxsendappmsg", post, entry, serve_webwxsendappmsg},
    {"webwxrevokemsg", post, entry, serve_webwxrevokemsg},
    {"webwxcheckupload", post, entry, serve_webwxcheckupload},
    {"webwxuploadmedia", post, file, serve_webwxuploadmedia},
    {"webwxgetmedia", get, file, serve_webwxgetmedia},
    {"webwxgetvideo", get, entry, serve_webwxgetvideo},
    {"webwxgetvoice", get, entry, serve_webwxgetvoice},
    {"webwxgetpubliclinkimg", get, entry, serve_webwxgetpubliclinkimg},
    {"webwxcheckurl", get, entry, serve_webwxcheckurl},
    {"webwxpreview", get, entry, serve_webwxpreview},
    {"webwxcreatechatroom", post, entry, serve_webwxcreatechatroom},
    {"webwxupdatechatroom", post, entry, serve_webwxupdatechatroom},
    {"webwxverifyuser", post, entry, serve_webwxverifyuser},
    {"webwxsearchcontact", post, entry, serve_webwxsearchcontact},
    {"webwxstatreport", post, entry, serve_webwxstatreport},
    {"webwxsendfeedback", post, entry, serve_webwxsendfeedback},
};

const endpoint_entry* find_entry(std::string_view name) noexcept {
  const auto* found = std::find_if(std::begin(table), std::end(table),
                                   [&](const endpoint_entry& e) { return e.name == name; });
  return found == std::end(table) ? nullptr : found;
}

} // namespace

std::string_view endpoint_label(std::string_view endpoint) noexcept {
  const auto* found = find_entry(endpoint);
  return found == nullptr ? std::string_view{"other"} : found->name;
}

std::optional<answer> serve(world& w, const call& c) {
  const auto& r = c.request;
  if (r.role().kind == host_kind::unknown) {
    w.violate(violation_kind::unknown_host, c, "no host of the service");
    return plain_status(421);
  }
  const auto* e = find_entry(r.endpoint());
  if (e == nullptr) {
    w.violate(violation_kind::unknown_endpoint, c, "no endpoint of the service");
    return plain_status(404);
  }
  if ((e->allowed_hosts & on(r.role().kind)) == 0) {
    w.violate(violation_kind::wrong_host, c, "this endpoint is not served by such a host");
    return plain_status(404);
  }
  bool is_get = r.method() == "GET";
  bool is_post = r.method() == "POST";
  if (!(is_get && (e->allowed_methods & get) != 0) && !(is_post && (e->allowed_methods & post) != 0)) {
    w.violate(violation_kind::wrong_method, c, "this endpoint takes another method");
    return plain_status(405);
  }
  // A browser names itself; without that the service suspects a machine (1.3).
  if (!r.header("User-Agent").starts_with("Mozilla/5.0"))
    w.violate(violation_kind::bad_user_agent, c, "the User-Agent must look like a browser's");
  return e->serve(w, c);
}

} // namespace weixin::simulator
