#include "runtime/wall_clock.hpp"

#include <algorithm>
#include <cstdio>

namespace weixin {

using namespace std::chrono;

wall_time system_wall_clock::now() const { return system_clock::now(); }

std::int64_t to_milliseconds(wall_time t) {
  return duration_cast<milliseconds>(t.time_since_epoch()).count();
}

std::string to_rfc3339(wall_time t) {
  auto ms = floor<milliseconds>(t);
  auto day = floor<days>(ms);
  year_month_day date{day};
  hh_mm_ss time{ms - day};
  char text[40];
  std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ",
                std::clamp(static_cast<int>(date.year()), 0, 9999), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()), static_cast<int>(time.hours().count()),
                static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()),
                static_cast<int>(time.subseconds().count()));
  return text;
}

} // namespace weixin
