#pragma once

#include "protocol/webwx/message.hpp"
#include "tests/protocol/fixtures.hpp"

#include <boost/json/object.hpp>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <variant>

namespace weixin::webwx {

/// XML as Weixin puts it into Content: entities, and its line breaks as `<br/>`.
std::string on_the_wire(std::string_view xml);

/// An entry of AddMsgList from a friend, with these fields over the usual ones.
boost::json::object entry(int msg_type, std::string content, const boost::json::object& fields = {});
/// The same from the group `elms`; `content` has the member's prefix or none.
boost::json::object group_entry(int msg_type, std::string content, const boost::json::object& fields = {});

/// That entry read for `self_name`; a failure of the test when it cannot be.
message received(const boost::json::object& o);
message received(int msg_type, std::string content, const boost::json::object& fields = {});

/// The content, which has to be of that type and whole.
template <class Content>
Content whole(const message& m) {
  EXPECT_FALSE(m.is_broken);
  const auto* found = std::get_if<Content>(&m.content);
  if (found != nullptr) return *found;
  ADD_FAILURE() << "it is a " << to_string(m.kind);
  return {};
}

/// `<msg><appmsg>` with the type and these elements, and what stands around it.
std::string app_xml(int type, std::string_view elements);
/// That message as MsgType 49 with AppMsgType `type`.
message app_message(int type, std::string_view elements, const boost::json::object& fields = {});

} // namespace weixin::webwx
