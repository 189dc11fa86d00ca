#include "ctl/contact_table.hpp"

#include "ctl/json_text.hpp"

namespace weixin::ctl {

table contact_table(const boost::json::array& contacts, bool wide) {
  const int longest = wide ? 0 : 30;
  std::vector<column> columns{{.title = "REF"},
                              {.title = "KIND"},
                              {.title = "DISPLAY", .max_columns = longest},
                              {.title = "REMARK", .max_columns = longest},
                              {.title = "NICK", .max_columns = longest},
                              {.title = "CONFIDENCE"}};
  if (wide) columns.insert(columns.end(), {{.title = "BASIS"}, {.title = "LIKELY"}});
  table t{std::move(columns)};
  for (const auto& entry : contacts) {
    const auto& c = object_of(entry);
    std::vector<cell> row{{text_of(c, "ref")},    {text_of(c, "kind")}, {text_of(c, "display")},
                          {text_of(c, "remark")}, {text_of(c, "nick")}, {text_of(c, "confidence")}};
    if (wide) {
      row.push_back({text_of(c, "basis")});
      row.emplace_back();
      if (const auto* likely = c.if_contains("likely"); likely != nullptr && likely->is_object())
        row.back().text =
            text_of(object_of(*likely), "ref") + " (" + text_of(object_of(*likely), "basis") + ")";
    }
    t.add(std::move(row));
  }
  return t;
}

} // namespace weixin::ctl
