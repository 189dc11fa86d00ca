#pragma once

#include "actors/account_status.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace weixin::supervisor {

/// Every account by name, for readers on other threads. Written by the fleet supervisor only.
class fleet_directory {
public:
  std::shared_ptr<account_status> find(std::string_view name) const {
    std::lock_guard lock(mutex_);
    auto found = accounts_.find(name);
    return found == accounts_.end() ? nullptr : found->second;
  }
  std::vector<account_view> views() const {
    std::vector<std::shared_ptr<account_status>> all;
    {
      std::lock_guard lock(mutex_);
      for (const auto& [name, status] : accounts_)
        all.push_back(status);
    }
    std::vector<account_view> views;
    for (const auto& status : all)
      views.push_back(status->view());
    return views;
  }
  void put(const std::string& name, std::shared_ptr<account_status> status) {
    std::lock_guard lock(mutex_);
    accounts_[name] = std::move(status);
  }
  void erase(const std::string& name) {
    std::lock_guard lock(mutex_);
    accounts_.erase(name);
  }

private:
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<account_status>, std::less<>> accounts_;
};

} // namespace weixin::supervisor
