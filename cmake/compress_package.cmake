# CPack runs this on the tree that becomes the package: Debian wants manuals and changelogs compressed, without the time.
file(GLOB_RECURSE documents
  "${CPACK_TEMPORARY_DIRECTORY}/usr/share/man/*" "${CPACK_TEMPORARY_DIRECTORY}/usr/share/doc/weixind/changelog*")
if(NOT documents)
  message(FATAL_ERROR "There is nothing to compress in ${CPACK_TEMPORARY_DIRECTORY}")
endif()
execute_process(COMMAND gzip -9 --no-name --force ${documents} COMMAND_ERROR_IS_FATAL ANY)
