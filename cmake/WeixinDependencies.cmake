# Every library the project stands on, found once. CAF 0.17.6 and SQLiteCpp ship no usable CMake configuration, so
# those are found by hand.
find_package(Threads REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(ZLIB REQUIRED)
find_package(CURL 7.81 REQUIRED)
find_package(PNG REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json url)
find_package(prometheus-cpp REQUIRED)
find_package(spdlog REQUIRED)
find_package(fmt REQUIRED)
find_package(CLI11 REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(PUGIXML REQUIRED IMPORTED_TARGET pugixml)
pkg_check_modules(QRENCODE REQUIRED IMPORTED_TARGET libqrencode)
pkg_check_modules(SQLITE3 REQUIRED IMPORTED_TARGET sqlite3)
pkg_check_modules(SODIUM REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(LIBEDIT REQUIRED IMPORTED_TARGET libedit)
pkg_check_modules(RE2 REQUIRED IMPORTED_TARGET re2)
pkg_check_modules(SYSTEMD REQUIRED IMPORTED_TARGET libsystemd)
pkg_check_modules(TOMLPLUSPLUS REQUIRED IMPORTED_TARGET tomlplusplus)

find_path(CAF_INCLUDE_DIR caf/all.hpp REQUIRED)
find_library(CAF_CORE_LIBRARY caf_core REQUIRED)
add_library(caf_core SHARED IMPORTED)
set_target_properties(caf_core PROPERTIES
  IMPORTED_LOCATION ${CAF_CORE_LIBRARY}
  INTERFACE_INCLUDE_DIRECTORIES ${CAF_INCLUDE_DIR}
  INTERFACE_LINK_LIBRARIES Threads::Threads)

find_path(SQLITECPP_INCLUDE_DIR SQLiteCpp/SQLiteCpp.h REQUIRED)
find_library(SQLITECPP_LIBRARY SQLiteCpp REQUIRED)
add_library(sqlitecpp UNKNOWN IMPORTED)
set_target_properties(sqlitecpp PROPERTIES
  IMPORTED_LOCATION ${SQLITECPP_LIBRARY}
  INTERFACE_INCLUDE_DIRECTORIES ${SQLITECPP_INCLUDE_DIR}
  INTERFACE_LINK_LIBRARIES PkgConfig::SQLITE3)

# Beast and Asio are compiled once, in runtime/boost_impl.cpp, instead of in every file.
add_library(boost_net INTERFACE)
target_compile_definitions(boost_net INTERFACE
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION
  BOOST_ASIO_NO_DEPRECATED)
target_link_libraries(boost_net INTERFACE Boost::headers OpenSSL::SSL OpenSSL::Crypto Threads::Threads)

# Messages are made on one thread and freed on another, for which jemalloc takes half the time of the C library's
# allocator. Nothing names it, so the linker must be told to keep it. Sanitizers bring allocators of their own.
add_library(weixin_allocator INTERFACE)
if(NOT WEIXIN_SANITIZE)
  pkg_check_modules(JEMALLOC REQUIRED jemalloc)
  target_link_options(weixin_allocator INTERFACE
    "LINKER:--push-state,--no-as-needed" ${JEMALLOC_LDFLAGS} "LINKER:--pop-state")
endif()
