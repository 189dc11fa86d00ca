#include "runtime/wall_clock.hpp"

#include <algorithm>
#include <cstddef>

namespace weixin {

using namespace std::chrono;

wall_time system_wall_clock::now() const { return system_clock::now(); }

std::int64_t to_milliseconds(wall_time t) {
  return duration_cast<milliseconds>(t.time_since_epoch()).count();
}

// By hand: every event carries times, and a formatter costs ten times as much.
std::string to_rfc3339(wall_time t) {
  auto ms = floor<milliseconds>(t);
  auto day = floor<days>(ms);
  year_month_day date{day};
  hh_mm_ss time{ms - day};
  std::string text = "0000-00-00T00:00:00.000Z";
  auto put = [&text](std::size_t last, std::size_t digits, auto value) {
    for (auto left = static_cast<unsigned>(value); digits > 0; --digits, left /= 10)
      text[last--] = static_cast<char>('0' + left % 10);
  };
  put(3, 4, std::clamp(static_cast<int>(date.year()), 0, 9999));
  put(6, 2, static_cast<unsigned>(date.month()));
  put(9, 2, static_cast<unsigned>(date.day()));
  put(12, 2, time.hours().count());
  put(15, 2, time.minutes().count());
  put(18, 2, time.seconds().count());
  put(22, 3, time.subseconds().count());
  return text;
}

} // namespace weixin
