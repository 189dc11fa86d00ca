#include "simulator/endpoints.hpp"
#include "simulator/sessions.hpp"
#include "simulator/wire_formats.hpp"

#include <boost/json/array.hpp>

#include <algorithm>

namespace weixin::simulator {
namespace {

constexpr int ret_parameter = 1;

/// The official client leaves Skey out of the BaseRequest here; others do not (weixin-protocol.md 8.1).
credentials without_skey(const call& c) {
  auto said = from_base_request(c);
  said.with_skey = !said.skey.empty();
  return said;
}

} // namespace

std::optional<answer> serve_webwxstatreport(world& w, const call& c) {
  auto [s, ret] = admit(w, c, without_skey(c));
  if (ret != 0) return ret_answer(ret);
  const auto* body = c.request.body();
  const auto* value = body == nullptr ? nullptr : body->if_contains("List");
  const auto* list = value == nullptr ? nullptr : value->if_array();
  bool right =
      list != nullptr && c.request.field("fun") == "new" &&
      integer_of(*body, "Count") == static_cast<std::int64_t>(list->size()) &&
      std::all_of(list->begin(), list->end(), [](const boost::json::value& v) {
        const auto* item = v.if_object();
        return item != nullptr && integer_of(*item, "Type").has_value() && !text_of(*item, "Text").empty();
      });
  if (!right) {
    w.violate(violation_kind::bad_body, c, "fun=new, Count and a List of that many {Type, Text} are needed");
    return ret_answer(ret_parameter);
  }
  return ret_answer(0);
}

std::optional<answer> serve_webwxsendfeedback(world& w, const call& c) {
  auto [s, ret] = admit(w, c, without_skey(c));
  return ret_answer(ret);
}

} // namespace weixin::simulator
