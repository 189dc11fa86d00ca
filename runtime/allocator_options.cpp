namespace weixin {

// What jemalloc reads when the program starts. Freed memory goes back to the system also when the thread that
// freed it has nothing more to do: otherwise a shard that logged hundreds of accounts in would keep what only
// the logins needed.
extern "C" {
const char* malloc_conf = "background_thread:true";
}

} // namespace weixin
