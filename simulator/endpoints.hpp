#pragma once

#include "simulator/world.hpp"

#include <optional>

namespace weixin::simulator {

/// Answers a request, or nothing when it is held: then `world::hold` was called for it.
std::optional<answer> serve(world& w, const call& c);

/// The endpoint's name when the service has it, else "other": a key from a closed set.
std::string_view endpoint_label(std::string_view endpoint) noexcept;

// One function per endpoint; the number is the section of weixin-protocol.md.
std::optional<answer> serve_jslogin(world& w, const call& c);               // 3.1
std::optional<answer> serve_qrcode(world& w, const call& c);                // 3.2
std::optional<answer> serve_login(world& w, const call& c);                 // 3.3
std::optional<answer> serve_webwxpushloginurl(world& w, const call& c);     // 3.4
std::optional<answer> serve_webwxnewloginpage(world& w, const call& c);     // 3.5, 3.6
std::optional<answer> serve_webwxinit(world& w, const call& c);             // 4.1
std::optional<answer> serve_webwxstatusnotify(world& w, const call& c);     // 4.2
std::optional<answer> serve_webwxgetcontact(world& w, const call& c);       // 4.3
std::optional<answer> serve_webwxbatchgetcontact(world& w, const call& c);  // 4.4
std::optional<answer> serve_synccheck(world& w, const call& c);             // 4.5
std::optional<answer> serve_webwxsync(world& w, const call& c);             // 4.6
std::optional<answer> serve_webwxlogout(world& w, const call& c);           // 4.7
std::optional<answer> serve_webwxoplog(world& w, const call& c);            // 5.4
std::optional<answer> serve_webwxverifyuser(world& w, const call& c);       // 5.5
std::optional<answer> serve_webwxsearchcontact(world& w, const call& c);    // 5.6
std::optional<answer> serve_webwxcreatechatroom(world& w, const call& c);   // 5.7
std::optional<answer> serve_webwxupdatechatroom(world& w, const call& c);   // 5.7
std::optional<answer> serve_webwxsendmsg(world& w, const call& c);          // 6
std::optional<answer> serve_webwxsendmsgimg(world& w, const call& c);       // 6
std::optional<answer> serve_webwxsendvideomsg(world& w, const call& c);     // 6
std::optional<answer> serve_webwxsendemoticon(world& w, const call& c);     // 6
std::optional<answer> serve_webwxsendappmsg(world& w, const call& c);       // 6
std::optional<answer> serve_webwxcheckupload(world& w, const call& c);      // 6.1
std::optional<answer> serve_webwxuploadmedia(world& w, const call& c);      // 6.1
std::optional<answer> serve_webwxrevokemsg(world& w, const call& c);        // 6.2
std::optional<answer> serve_webwxgetmsgimg(world& w, const call& c);        // 8
std::optional<answer> serve_webwxgetvideo(world& w, const call& c);         // 8
std::optional<answer> serve_webwxgetvoice(world& w, const call& c);         // 8
std::optional<answer> serve_webwxgetmedia(world& w, const call& c);         // 8
std::optional<answer> serve_webwxgeticon(world& w, const call& c);          // 8, also webwxgetheadimg
std::optional<answer> serve_webwxgetpubliclinkimg(world& w, const call& c); // 8
std::optional<answer> serve_webwxcheckurl(world& w, const call& c);         // 8
std::optional<answer> serve_webwxpreview(world& w, const call& c);          // 8
std::optional<answer> serve_webwxstatreport(world& w, const call& c);       // 8.1
std::optional<answer> serve_webwxsendfeedback(world& w, const call& c);     // 8.1

} // namespace weixin::simulator
