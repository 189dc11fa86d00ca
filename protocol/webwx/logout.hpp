// NOTE FROM THE LEAD TO THE PROTOCOL ENGINEER (21:40): the actors were coded against this header before yours landed,
// and I overwrote yours by mistake. Please implement THIS API exactly (add functions if useful, keep these signatures);
// remove this note when the .cpp is done. parse_sync takes `self`. Sorry. Applies to all headers that carry the note.
#pragma once

#include "protocol/http_message.hpp"
#include "protocol/result.hpp"
#include "protocol/webwx/session.hpp"

namespace weixin::webwx {

/// webwxlogout (weixin-protocol.md 4.7): the form that the official client posts.
http_request make_logout(const session& s);
/// A redirect or HTML, never JSON: any status below 400 is good.
result<void> parse_logout(const http_response& r);

} // namespace weixin::webwx
