#pragma once

#include "httpd/message.hpp"
#include "store/media_records.hpp"

#include <boost/json/object.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace weixin::admin {

/// A message's media as a caller sees them: the whole, and `thumbnail` below it, null when it has no record.
/// Nothing of the session, and no path, is in it.
boost::json::object media_json(const std::vector<store::media_record>& parts);

/// A name to save the medium under, on whatever system: the sender's, made harmless, or one made of its kind
/// and owner, with an extension that says what it is by its first bytes.
std::string download_name(const store::media_record& record);

/// The head of an answer with a medium's bytes: what a browser may do with it is to save it.
httpd::response media_head(const store::media_record& record);

} // namespace weixin::admin
