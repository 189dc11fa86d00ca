#pragma once

#include "protocol/http_message.hpp"
#include "protocol/webwx/session.hpp"

#include <string>
#include <string_view>

namespace weixin::webwx {

/// The people and keys of tests/data/webwx.
inline const std::string self_name = "@5e1f5e1f5e1f5e1f5e1f5e1f5e1f5e1f5e1f5e1f5e1f5e1f5e1f5e1f5e1f5e1f";
inline const std::string alder = "@a1dea1dea1dea1dea1dea1dea1dea1de";
inline const std::string birch = "@b12cb12cb12cb12cb12cb12cb12cb12cb12cb12cb12cb12cb12cb12cb12cb12c";
inline const std::string cedar = "@cedacedacedacedacedacedacedaceda";
inline const std::string brand = "@b4a0b4a0b4a0b4a0b4a0b4a0b4a0b4a0";
inline const std::string elms = "@@e135e135e135e135e135e135e135e135e135e135e135e135e135e135e135e135";
inline const std::string firs = "@@f125f125f125f125f125f125f125f125f125f125f125f125f125f125f125f125";

/// A file of tests/data/webwx.
std::string fixture(std::string_view name);
http_response answer(std::string body, int status = 200);
http_response answer_of(std::string_view fixture_name, int status = 200);

/// {"BaseResponse": {"Ret": ret, ...} rest }
std::string with_ret(int ret, std::string_view rest = "");

/// A complete session of the account itself.
session sample_session();

/// The value of a query's parameter, still percent-encoded; "(none)" when it is missing.
std::string query_value(const http_request& r, std::string_view name);

} // namespace weixin::webwx
