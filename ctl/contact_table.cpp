#include "ctl/contact_table.hpp"

#include "ctl/json_text.hpp"

namespace weixin::ctl {

table contact_table(const boost::json::array& contacts, bool wide) {
  const int longest = wide ? 0 : 30;
  table t{{{.title = "REF"},
           {.title = "KIND"},
           {.title = "DISPLAY", .max_columns = longest},
           {.title = "REMARK", .max_columns = longest},
           {.title = "NICK", .max_columns = longest}}};
  for (const auto& entry : contacts) {
    const auto& c = object_of(entry);
    t.add({{text_of(c, "ref")},
           {text_of(c, "kind")},
           {text_of(c, "display")},
           {text_of(c, "remark")},
           {text_of(c, "nick")}});
  }
  return t;
}

} // namespace weixin::ctl
