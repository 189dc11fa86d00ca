#include "protocol/webwx/contact_paging.hpp"

#include <algorithm>

namespace weixin::webwx {

void contact_paging::add(contact_page page) {
  if (!next_) return;
  asked_.push_back(*next_);
  set_aside_ += page.set_aside;
  bool is_full = false;
  for (auto& c : page.contacts) {
    auto place = places_.find(c.user_name);
    if (place != places_.end()) {
      contacts_[place->second] = std::move(c);
    } else if (contacts_.size() == max_contacts) {
      is_full = true;
    } else {
      places_.emplace(c.user_name, contacts_.size());
      contacts_.push_back(std::move(c));
    }
  }
  complete_ = page.seq == 0 && !is_full;
  bool is_last = page.seq == 0 || is_full || asked_.size() == max_pages ||
                 std::find(asked_.begin(), asked_.end(), page.seq) != asked_.end();
  next_ = is_last ? std::nullopt : std::optional{page.seq};
}

} // namespace weixin::webwx
