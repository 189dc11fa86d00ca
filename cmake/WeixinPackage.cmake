# The Debian package: what it holds, where, and who looks after it once installed. scripts/package builds it, with
# the preset "package"; nothing else needs this file.
include(GNUInstallDirs)
find_package(Python3 REQUIRED COMPONENTS Interpreter)

set(WEIXIN_PACKAGE_REVISION 1 CACHE STRING "The package's revision of this version")
set(WEIXIN_PACKAGE_MAINTAINER "weixind developers <weixind@example.org>" CACHE STRING "Who answers for the package")
set(WEIXIN_PACKAGE_DATE "" CACHE STRING "When the package was made, as in the header of a mail")

# Written when a program was built anew: from its --help, so that they know every verb.
foreach(program IN ITEMS weixind weixinctl weixinsim)
  set(made ${CMAKE_BINARY_DIR}/completions/${program}.bash ${CMAKE_BINARY_DIR}/completions/_${program}
    ${CMAKE_BINARY_DIR}/completions/${program}.fish)
  add_custom_command(OUTPUT ${made}
    COMMAND Python3::Interpreter -B ${CMAKE_SOURCE_DIR}/scripts/make-completions $<TARGET_FILE:${program}>
            ${CMAKE_BINARY_DIR}/completions
    DEPENDS ${program} ${CMAKE_SOURCE_DIR}/scripts/make-completions ${CMAKE_SOURCE_DIR}/scripts/program_help.py
    COMMENT "Writing the completions of ${program}" VERBATIM)
  add_custom_target(${program}_completions ALL DEPENDS ${made})
  install(FILES ${CMAKE_BINARY_DIR}/completions/${program}.bash
    DESTINATION share/bash-completion/completions RENAME ${program})
  install(FILES ${CMAKE_BINARY_DIR}/completions/_${program} DESTINATION share/zsh/vendor-completions)
  install(FILES ${CMAKE_BINARY_DIR}/completions/${program}.fish DESTINATION share/fish/vendor_completions.d)
endforeach()

install(TARGETS weixind weixinctl weixinsim RUNTIME DESTINATION bin)
install(FILES deploy/weixind.toml DESTINATION /etc/weixind)
install(FILES deploy/weixind.service deploy/weixind.socket DESTINATION lib/systemd/system)
install(FILES deploy/weixind.sysusers DESTINATION lib/sysusers.d RENAME weixind.conf)
install(FILES deploy/weixind.tmpfiles DESTINATION lib/tmpfiles.d RENAME weixind.conf)
install(FILES docs/man/weixinctl.1 docs/man/weixinsim.1 DESTINATION share/man/man1)
install(FILES docs/man/weixind.toml.5 DESTINATION share/man/man5)
install(FILES docs/man/weixind.8 DESTINATION share/man/man8)
install(FILES README.md README.zh-CN.md ARCHITECTURE.md DESTINATION share/doc/weixind)
file(GLOB documents CONFIGURE_DEPENDS docs/*.md)
install(FILES ${documents} DESTINATION share/doc/weixind)
install(FILES CHANGELOG.md DESTINATION share/doc/weixind RENAME changelog)
install(FILES deploy/debian/copyright DESTINATION share/doc/weixind)
install(FILES deploy/debian/lintian-overrides DESTINATION share/lintian/overrides RENAME weixind)
# What other programs read: dashboards, and rules for alerts.
foreach(folder IN ITEMS grafana prometheus)
  if(EXISTS ${CMAKE_SOURCE_DIR}/deploy/${folder})
    install(DIRECTORY deploy/${folder} DESTINATION share/weixind PATTERN "*.py" EXCLUDE PATTERN tests EXCLUDE)
  endif()
endforeach()

configure_file(deploy/debian/changelog.in ${CMAKE_BINARY_DIR}/debian/changelog.Debian @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/debian/changelog.Debian DESTINATION share/doc/weixind)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME weixind)
set(CPACK_PACKAGE_VENDOR weixind)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "server of many Weixin bot accounts")
set(CPACK_PACKAGE_DESCRIPTION "Runs many Weixin (WeChat) accounts in one process, over the protocol
of Weixin's web page: accounts log in by QR code, bots that all of
them share answer texts, and what was received and sent is kept. An
admin socket with a command line, notifications and Prometheus metrics
are for the operator.
.
The protocol is unofficial, accounts can be limited or banned, and the
program is not affiliated with Tencent.
.
The package also has weixinsim, which simulates the service for tests.")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_MAINTAINER ${WEIXIN_PACKAGE_MAINTAINER})
set(CPACK_DEBIAN_PACKAGE_RELEASE ${WEIXIN_PACKAGE_REVISION})
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# The roots that certificates are checked with, and who makes the user and the directories.
set(CPACK_DEBIAN_PACKAGE_DEPENDS "ca-certificates, \
systemd | systemd-standalone-sysusers | systemd-sysusers, systemd | systemd-standalone-tmpfiles | systemd-tmpfiles")
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
  ${CMAKE_SOURCE_DIR}/deploy/debian/conffiles
  ${CMAKE_SOURCE_DIR}/deploy/debian/postinst
  ${CMAKE_SOURCE_DIR}/deploy/debian/prerm
  ${CMAKE_SOURCE_DIR}/deploy/debian/postrm)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_STRIP_FILES ON)
# One file is outside of /usr.
set(CPACK_SET_DESTDIR ON)
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_SOURCE_DIR}/cmake/compress_package.cmake)
include(CPack)
