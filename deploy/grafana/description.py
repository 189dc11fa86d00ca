"""What the dashboards show: the one source of dashboards/*.json, which generate.py writes.

In expressions <fleet> stands for the selector of the variables job and instance, <account> for that and the variable
account. What a reader of several panels needs is a recording rule (../prometheus/rules/weixind.recording.yml), so
that dashboards and alerts cannot differ about it.
"""
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Query:
    expression: str
    legend: str


@dataclass(frozen=True)
class Panel:
    """`unit` is Grafana's id of it; `width` of 24; `link` is the dashboard that a click on a series leads to."""
    title: str
    kind: str  # timeseries, stacked, bars, stat, name (of the series that there is now), table, states, heatmap
    unit: str
    help: str
    queries: tuple
    width: int = 8
    height: int = 8
    link: str = ""
    columns: tuple = ()  # tables only: (name in the result, title, unit)
    worse_above: float | None = None  # red from here on
    decimals: int | None = None
    limits: tuple = ()  # (least, most) of the axis


@dataclass(frozen=True)
class Dashboard:
    uid: str
    title: str
    help: str
    variables: tuple
    rows: tuple = field(default=())  # (title, (panel, ...))


def q(expression, legend):
    return Query(expression, legend)


def quantiles(histogram, selector, by=(), shown=(0.5, 0.95, 0.99), window="$__rate_interval"):
    """The quantiles of a histogram; nothing where nothing was observed, instead of NaN."""
    groups = ", ".join(("le", *by))
    name = "".join(f" {{{{{label}}}}}" for label in by)
    return tuple(q(f"histogram_quantile({share}, sum by ({groups}) (rate({histogram}_bucket{{{selector}}}[{window}]))) >= 0",
                   f"p{round(share * 100)}{name}") for share in shown)


FLEET = Dashboard(
    "weixin-fleet", "Weixin: Fleet", "How all accounts are, and where to look.", ("job", "instance"), (
        ("Now", (
            Panel("Online", "stat", "short", "Accounts whose last good poll is less than a minute old.",
                  (q('sum(weixin_accounts{<fleet>,state="online"})', "online"),), 4, 4),
            Panel("Work", "stat", "percentunit",
                  "Share of the accounts that should run and do: online or throttled. The alert "
                  "for the whole fleet comes below 80 %.", (q("instance:weixin_accounts_up:ratio{<fleet>}", "{{instance}}"),), 4, 4),
            Panel("Wait for a phone", "stat", "short",
                  "Accounts whose QR code somebody has to scan or confirm, or whose codes "
                  "nobody scanned.",
                  (q('sum(weixin_accounts{<fleet>,state=~"awaiting_scan|awaiting_confirm|needs_login"})', "waiting"),), 4, 4,
                  worse_above=1),
            Panel("Held", "stat", "short", "Accounts that do nothing until an operator decides.",
                  (q('sum(weixin_accounts{<fleet>,state="held"})', "held"),), 4, 4, worse_above=1),
            Panel("Messages", "stat", "mps", "A second: received and stored, and sent and accepted by Weixin.",
                  (q("sum(instance:weixin_messages_received:rate5m{<fleet>})", "in"),
                   q("sum(instance:weixin_messages_sent:rate5m{<fleet>})", "out")), 4, 4),
            Panel("Alerts", "stat", "short", "Alerts of these servers that fire.",
                  (q('count(ALERTS{alertname=~"Weixin.*|Weixind.*",alertstate="firing",<fleet>}) or vector(0)', "firing"),), 4, 4,
                  worse_above=1),
        )),
        ("Accounts", (
            Panel("Accounts by state", "stacked", "short", "A fall of online is what to explain first.",
                  (q("sum by (state) (weixin_accounts{<fleet>})", "{{state}}"),), 12, 9),
            Panel("Accounts that are not online", "table", "short", "Paused ones left out. A click leads to the account. Empty, too, where "
                  "accounts have no series of their own (page Account).",
                  (q('weixin_account_state{<fleet>,state!~"online|stopped"} == 1', "{{account}}"),
                   q("time() - (weixin_account_last_sync_timestamp_seconds{<fleet>} > 0) and on (job, instance, account) "
                     'weixin_account_state{<fleet>,state!~"online|stopped"} == 1', "{{account}}")), 12, 9,
                  link="weixin-account",
                  columns=(("account", "Account", "string"), ("state", "State", "string"), ("instance", "Server", "string"),
                           ("Value #B", "Last good poll, ago", "s"))),
            Panel("Changes of state in 5 minutes", "bars", "short", "By the new state. Many to starting and back are an "
                  "unquiet network.", (q("sum by (to) (increase(weixin_account_state_changes_total{<fleet>}[5m]))", "{{to}}"),)),
            Panel("Sessions that ended in 5 minutes", "bars", "short",
                  "1100, 1101, 1102: Weixin ended them. user: an operator.",
                  (q("sum by (reason) (increase(weixin_logouts_total{<fleet>}[5m]))", "{{reason}}"),)),
            Panel("Actors started again in 15 minutes", "timeseries", "short",
                  "The ten accounts with the most. exception and "
                  "heartbeat are bugs.",
                  (q("topk(10, sum by (account) (increase(weixin_actor_restarts_total{<fleet>}[15m])) > 0)", "{{account}}"),),
                  link="weixin-account"),
        )),
        ("Logins", (
            Panel("Logins in 5 minutes", "bars", "short", "By how they ended. resumed: a stored session was still good.",
                  (q("sum by (result) (increase(weixin_logins_total{<fleet>}[5m]))", "{{result}}"),)),
            Panel("QR codes shown in 5 minutes", "bars", "short", "Every code that was shown to be scanned.",
                  (q("sum(increase(weixin_qr_codes_issued_total{<fleet>}[5m]))", "codes"),)),
            Panel("Time a login takes", "timeseries", "s", "The wait for a person included.",
                  quantiles("weixin_login_duration_seconds", "<fleet>", shown=(0.5, 0.95), window="30m")),
        )),
        ("Messages", (
            Panel("Messages a second", "timeseries", "mps", "Received and stored; sent and accepted by Weixin.",
                  (q("sum(rate(weixin_messages_received_total{<fleet>}[$__rate_interval]))", "in"),
                   q("sum(rate(weixin_messages_sent_total{<fleet>}[$__rate_interval]))", "out")), link="weixin-delivery"),
            Panel("Share of sends that fail", "timeseries", "percentunit",
                  "Refused, expired or of unknown outcome, over 5 minutes.",
                  (q("instance:weixin_send_failures:ratio_rate5m{<fleet>}", "{{instance}}"),), link="weixin-delivery",
                  limits=(0, None)),
            Panel("Lag of received messages", "timeseries", "s",
                  "From Weixin's time of creation, in whole seconds, to the store.",
                  quantiles("weixin_event_lag_seconds", "<fleet>", shown=(0.5, 0.95))),
            Panel("Received, by type", "stacked", "mps", "What people send to these accounts.",
                  (q("sum by (type) (rate(weixin_messages_received_by_type_total{<fleet>}[$__rate_interval]))", "{{type}}"),)),
            Panel("Answers to synccheck", "timeseries", "ops", "By Weixin's code; 0 is well.",
                  (q("sum by (retcode) (rate(weixin_synccheck_total{<fleet>}[$__rate_interval]))", "{{retcode}}"),)),
            Panel("Polls that failed in 5 minutes", "bars", "short",
                  "By what went wrong. store: what came could not be kept, so it was left with Weixin.",
                  (q("sum by (kind) (increase(weixin_sync_failures_total{<fleet>}[5m]))", "{{kind}}"),)),
            Panel("Alerts that fire", "stacked", "short", "By name; what to do is in the runbook.",
                  (q('count by (alertname) (ALERTS{alertname=~"Weixin.*|Weixind.*",alertstate="firing",<fleet>})',
                     "{{alertname}}"),)),
        )),
    ))

ACCOUNT = Dashboard(
    "weixin-account", "Weixin: Account", "One account. Empty where accounts have no series of their own: the last number of Now says so.",
    ("job", "instance", "account"), (
        ("Now", (
            Panel("State", "name", "short", "The account's state.",
                  (q("weixin_account_state{<account>} == 1", "{{state}}"),), 4, 4),
            Panel("Since the last good poll", "stat", "s", "Up to half a minute is normal: Weixin holds a poll that long.",
                  (q("time() - (weixin_account_last_sync_timestamp_seconds{<account>} > 0)", "poll"),), 4, 4, worse_above=90),
            Panel("Since the last message", "stat", "s", "Since something was received and stored.",
                  (q("time() - (weixin_account_last_event_timestamp_seconds{<account>} > 0)", "message"),), 4, 4),
            Panel("Age of the session", "stat", "s", "Since the login that made it.",
                  (q("time() - (weixin_account_session_start_timestamp_seconds{<account>} > 0)", "session"),), 4, 4),
            Panel("Sends that wait", "stat", "short", "Queued or being attempted.",
                  (q("weixin_send_queue_length{<account>}", "queue"),), 4, 4),
            Panel("Sends that failed today", "stat", "short", "Refused, expired or unknown, in 24 hours.",
                  (q("sum(increase(weixin_send_failures_total{<account>}[24h]))", "failed"),), 4, 4, worse_above=1, decimals=0),
            Panel("Accounts have series of their own", "stat", "short",
                  "1: they have. 0: there are more than 1,000, or metrics.account_label is off; the rest of this page is empty then, and so "
                  "is every list of accounts on the others.", (q("weixin_account_series_exported{<fleet>}", "{{instance}}"),), 24, 4,
                  limits=(0, 1)),
        )),
        ("History", (
            Panel("States", "states", "short", "The row with the colour is the state at that time.",
                  (q("weixin_account_state{<account>}", "{{state}}"),), 24, 8),
            Panel("Since the last good poll", "timeseries", "s",
                  "A saw of up to half a minute is normal, a ramp is an account that "
                  "is not polled.",
                  (q("time() - (weixin_account_last_sync_timestamp_seconds{<account>} > 0)", "poll"),)),
            Panel("Sessions that ended in an hour", "bars", "short", "Three in an hour, and the account is held.",
                  (q("sum by (reason) (increase(weixin_logouts_total{<account>}[1h]))", "{{reason}}"),)),
            Panel("Actors started again in 15 minutes", "bars", "short",
                  "exception and heartbeat are bugs, requested is an operator.",
                  (q("sum by (reason) (increase(weixin_actor_restarts_total{<account>}[15m]))", "{{reason}}"),)),
        )),
        ("Messages", (
            Panel("Messages a second", "timeseries", "mps", "Received and stored; sent and accepted.",
                  (q("sum(rate(weixin_messages_received_total{<account>}[$__rate_interval]))", "in"),
                   q("sum(rate(weixin_messages_sent_total{<account>}[$__rate_interval]))", "out"))),
            Panel("Sends that wait", "timeseries", "short",
                  "It grows when more is queued than pacing lets out, or while the account "
                  "has no session.", (q("weixin_send_queue_length{<account>}", "queue"),)),
            Panel("Sends that failed in 5 minutes", "bars", "short", "Refused, expired or unknown.",
                  (q("sum(increase(weixin_send_failures_total{<account>}[5m]))", "failed"),)),
        )),
    ))

DELIVERY = Dashboard(
    "weixin-delivery", "Weixin: Delivery", "The way of messages: inbox, bots, sends, media, and what operators are told.",
    ("job", "instance"), (
        ("Sends", (
            Panel("Sent, by type", "stacked", "mps", "Accepted by Weixin.",
                  (q("sum by (type) (rate(weixin_messages_sent_by_type_total{<fleet>}[$__rate_interval]))", "{{type}}"),)),
            Panel("Sends that failed in 5 minutes", "bars", "short",
                  "The ten accounts with the most: refused, expired or unknown.",
                  (q("topk(10, sum by (account) (increase(weixin_send_failures_total{<fleet>}[5m])) > 0)", "{{account}}"),),
                  link="weixin-account"),
            Panel("Why sends failed, in 5 minutes", "bars", "short",
                  "Of all accounts: Weixin's no, the network, or expired while they waited.",
                  (q("sum by (reason) (increase(weixin_send_failures_by_reason_total{<fleet>}[5m]))", "{{reason}}"),)),
            Panel("Sends not accepted, or dropped, in 5 minutes", "bars", "short",
                  "queue_full, disk_full, store_failed: the caller was told no. expired, cancelled: they had waited.",
                  (q("sum by (reason) (increase(weixin_send_dropped_total{<fleet>}[5m]))", "{{reason}}"),)),
            Panel("Share of sends that fail", "timeseries", "percentunit",
                  "Over four windows, as the alerts look at it. The goal is "
                  "at most 1 %.",
                  tuple(q(f"instance:weixin_send_failures:ratio_rate{window}{{<fleet>}}", f"{window} {{{{instance}}}}")
                        for window in ("5m", "30m", "1h", "6h")), limits=(0, None)),
            Panel("Time a send takes", "timeseries", "s", "By what is sent, from its first byte to Weixin's answer.",
                  quantiles("weixin_send_duration_seconds", "<fleet>", by=("type",), shown=(0.5, 0.99))),
            Panel("Time in the queue", "timeseries", "s",
                  "Until the first attempt; pacing and the wait for a session included.",
                  quantiles("weixin_send_queue_wait_seconds", "<fleet>")),
            Panel("Held back by pacing", "timeseries", "s", "What of that is pacing alone. Nothing with the profile none.",
                  quantiles("weixin_pacing_delay_seconds", "<fleet>")),
            Panel("Sends that wait", "timeseries", "short", "Of all accounts together.",
                  (q("sum by (instance) (weixin_send_queue_length{<fleet>})", "{{instance}}"),), 12),
            Panel("Longest queues", "timeseries", "short", "The ten accounts with the most sends that wait.",
                  (q("topk(10, sum by (account) (weixin_send_queue_length{<fleet>}) > 0)", "{{account}}"),), 12, link="weixin-account"),
        )),
        ("Inbox", (
            Panel("Stored a second", "timeseries", "mps", "Messages that were appended to inboxes.",
                  (q("sum by (instance) (rate(weixin_inbox_appends_total{<fleet>}[$__rate_interval]))", "{{instance}}"),)),
            Panel("Time to store", "timeseries", "s", "From handing a sync to the store until it is safe: the disk.",
                  quantiles("weixin_inbox_append_duration_seconds", "<fleet>")),
            Panel("Lag of received messages", "heatmap", "s",
                  "From Weixin's time of creation to the store. Old ones come after an "
                  "outage.",
                  (q("sum by (le) (increase(weixin_event_lag_seconds_bucket{<fleet>}[$__rate_interval]))", "{{le}}"),)),
            Panel("What is stored", "timeseries", "short",
                  "Received messages, and sends whatever became of them, as the upkeep every ten minutes found.",
                  (q("weixin_inbox_messages{<fleet>}", "messages {{instance}}"), q("weixin_outbox_sends{<fleet>}", "sends {{instance}}"))),
            Panel("Size of received messages", "timeseries", "bytes", "Without their media, as the upkeep found.",
                  (q("weixin_inbox_bytes{<fleet>}", "{{instance}}"),)),
            Panel("Dropped by retention, in an hour", "bars", "short",
                  "What got too old, or too much: store.inbox_age and its like.",
                  (q("sum by (kind) (increase(weixin_store_rows_dropped_total{<fleet>}[1h]))", "{{kind}}"),)),
            Panel("Could not be read, in an hour", "bars", "short",
                  "Set aside: an entry of a sync that is no message, or of a list of contacts (by the call) that is none. "
                  "Undecoded: passed on without its content. Many are a change of Weixin's formats.",
                  (q("sum(increase(weixin_messages_set_aside_total{<fleet>}[1h]))", "set aside"),
                   q("sum(increase(weixin_messages_undecoded_total{<fleet>}[1h]))", "undecoded"),
                   q("sum by (endpoint) (increase(weixin_contacts_set_aside_total{<fleet>}[1h]))", "{{endpoint}}")), 24, 6),
        )),
        ("Bots", (
            Panel("Given to bots", "timeseries", "mps", "Every message goes to each bot of its account.",
                  (q("sum by (bot) (rate(weixin_bot_dispatch_total{<fleet>}[$__rate_interval]))", "{{bot}}"),)),
            Panel("What bots made of it", "stacked", "mps", "ignored: no rule applied. stale: older than max_age.",
                  (q("sum by (result) (rate(weixin_bot_dispatch_total{<fleet>}[$__rate_interval]))", "{{result}}"),)),
            Panel("Share that bots fail", "timeseries", "percentunit",
                  "failed: an error of the bot. overload: its queue was full.",
                  (q("instance_bot:weixin_bot_failures:ratio_rate5m{<fleet>}", "{{bot}} {{instance}}"),), limits=(0, None)),
            Panel("How far bots are behind", "timeseries", "short", "Stored messages that a bot has not dealt with, of all accounts.",
                  (q("sum by (consumer) (weixin_consumer_lag_events{<fleet>})", "{{consumer}}"),)),
            Panel("Time a bot thinks", "timeseries", "s", "About one message. A bot that thinks for long holds up its shard.",
                  quantiles("weixin_bot_handler_duration_seconds", "<fleet>", by=("bot",), shown=(0.5, 0.99))),
            Panel("Given to bots once more, in an hour", "bars", "short",
                  "Messages whose answer was stored already, as after a crash; it is not sent again.",
                  (q("sum by (instance) (increase(weixin_router_duplicates_total{<fleet>}[1h]))", "{{instance}}"),)),
        )),
        ("Media and notifications", (
            Panel("Media in 5 minutes", "bars", "short", "By direction and how it ended.",
                  (q("sum by (direction, result) (increase(weixin_media_transfers_total{<fleet>}[5m]))",
                     "{{direction}} {{result}}"),)),
            Panel("Bytes of media a second", "timeseries", "Bps", "By direction.",
                  (q("sum by (direction) (rate(weixin_media_bytes_total{<fleet>}[$__rate_interval]))", "{{direction}}"),)),
            Panel("Received media in 5 minutes", "bars", "short", "By what it is and how the download ended.",
                  (q("sum by (kind, result) (increase(weixin_media_files_total{<fleet>}[5m]))", "{{kind}} {{result}}"),)),
            Panel("Stored media", "timeseries", "bytes", "Of all accounts together, and how much there may be.",
                  (q("weixin_media_store_bytes{<fleet>}", "stored {{instance}}"),
                   q("weixin_media_quota_bytes{<fleet>}", "quota {{instance}}"))),
            Panel("Media dropped in an hour", "bars", "short", "For their age, or because newer ones needed the room.",
                  (q("sum by (instance) (increase(weixin_media_dropped_total{<fleet>}[1h]))", "{{instance}}"),)),
            Panel("Operations on friends and groups in 5 minutes", "bars", "short",
                  "answered: Weixin said yes, and nothing showed the change.",
                  (q("sum by (operation, outcome) (increase(weixin_contact_operations_total{<fleet>}[5m]))",
                     "{{operation}} {{outcome}}"),)),
            Panel("Notifications in 5 minutes", "bars", "short", "What operators were told, by target and result.",
                  (q("sum by (target, result) (increase(weixin_notifications_total{<fleet>}[5m]))", "{{target}} {{result}}"),)),
            Panel("Time to deliver a notification", "timeseries", "s", "From what happened to the target's yes, tries that failed included.",
                  quantiles("weixin_notification_delivery_seconds", "<fleet>", by=("target",), shown=(0.5, 0.95))),
            Panel("Notifications that wait", "timeseries", "short", "By target; above 1,000 the oldest is dropped.",
                  (q("sum by (target) (weixin_notifications_waiting{<fleet>})", "{{target}}"),)),
            Panel("Oldest notification that waits", "timeseries", "s", "By target; nothing waits for long where somebody listens.",
                  (q("max by (target) (weixin_notification_oldest_waiting_seconds{<fleet>})", "{{target}}"),)),
        )),
    ))

RUNTIME = Dashboard(
    "weixin-runtime", "Weixin: Runtime", "The process, its shards, and Weixin as weixind sees it.", ("job", "instance"), (
        ("Process", (
            Panel("Servers", "table", "short", "Which version runs where, and for how long.",
                  (q("(time() - weixin_start_time_seconds{<fleet>}) * on (job, instance) group_left (version, revision, compiler) "
                     "weixin_build_info{<fleet>}", "{{instance}}"),), 12, 6,
                  columns=(("instance", "Server", "string"), ("version", "Version", "string"), ("revision", "Revision", "string"),
                           ("compiler", "Compiler", "string"), ("Value", "Up for", "s"))),
            Panel("Answers the scrape", "stat", "short",
                  "1: Prometheus got metrics; 0: it did not.", (q("up{<fleet>}", "{{instance}}"),), 4, 6, limits=(0, 1)),
            Panel("Memory of an account", "stat", "bytes", "Resident memory over accounts: of use from some hundreds on.",
                  (q("instance:weixin_resident_memory_per_account:ratio{<fleet>}", "{{instance}}"),), 4, 6),
            Panel("CPU of an account", "stat", "percentunit", "Share of a core over accounts.",
                  (q("instance:weixin_cpu_per_account:ratio_rate5m{<fleet>}", "{{instance}}"),), 4, 6, decimals=3),
            Panel("CPU", "timeseries", "percentunit", "100 % is one core.",
                  (q("rate(process_cpu_seconds_total{<fleet>}[$__rate_interval])", "{{instance}}"),), limits=(0, None)),
            Panel("Memory", "timeseries", "bytes", "Resident. What grows from week to week is a leak.",
                  (q("process_resident_memory_bytes{<fleet>}", "{{instance}}"),), limits=(0, None)),
            Panel("Open files", "timeseries", "percentunit", "Of what the process may open: two an account, and 400.",
                  (q("instance:process_open_fds:ratio{<fleet>}", "{{instance}}"),), limits=(0, 1)),
            Panel("Files and threads", "timeseries", "short", "Threads do not grow with the accounts.",
                  (q("process_open_fds{<fleet>}", "files {{instance}}"), q("process_threads{<fleet>}", "threads {{instance}}"))),
            Panel("Reloads of the configuration", "timeseries", "short",
                  "Taken over (ok) or refused as a whole (rejected).",
                  (q("sum by (result) (increase(weixin_config_reloads_total{<fleet>}[$__rate_interval]))", "{{result}}"),)),
            Panel("Age of the configuration", "timeseries", "s", "Since the start or the last reload that was taken over.",
                  (q("time() - weixin_config_last_reload_success_timestamp_seconds{<fleet>}", "{{instance}}"),)),
            Panel("Series", "timeseries", "short",
                  "Of one scrape, and what the budget of 25 an account and 3,000 more allows.",
                  (q("scrape_samples_scraped{<fleet>}", "series {{instance}}"),
                   q("instance:weixin_series_budget:sum{<fleet>}", "budget {{instance}}"))),
            Panel("Time of a scrape", "timeseries", "s", "As Prometheus sees it.",
                  (q("scrape_duration_seconds{<fleet>}", "{{instance}}"),)),
        )),
        ("Shards", (
            Panel("Lag of the shards", "timeseries", "s",
                  "How late the last probe timer was. The last shard is the one of admin API "
                  "and metrics.", (q("weixin_scheduler_lag_seconds{<fleet>}", "{{shard}} {{instance}}"),), 12),
            Panel("Actors that wait to run", "timeseries", "short",
                  "By shard; a queue that stays is a thread that has too much to do.",
                  (q("weixin_scheduler_queue_length{<fleet>}", "{{shard}} {{instance}}"),), 12),
            Panel("Use of a core", "timeseries", "percentunit", "By shard, over some seconds; I/O and actors. At 100 % the thread is full.",
                  (q("weixin_scheduler_utilization_ratio{<fleet>}", "{{shard}} {{instance}}"),), limits=(0, 1)),
            Panel("Wait of an actor for its turn, p99", "timeseries", "s", "By shard; what it has waits before it runs.",
                  quantiles("weixin_scheduler_queue_wait_seconds", "<fleet>", by=("shard",), shown=(0.99,))),
            Panel("Turn of an actor, p99", "timeseries", "s", "By shard. Nobody should keep a thread longer than some milliseconds.",
                  quantiles("weixin_scheduler_run_seconds", "<fleet>", by=("shard",), shown=(0.99,))),
        )),
        ("Actors", (
            Panel("Actors", "stacked", "short", "By kind: sender and inbox reader one an account, poller and media fetcher one a session.",
                  (q("sum by (kind) (weixin_actors{<fleet>})", "{{kind}}"),)),
            Panel("Messages in mailboxes", "timeseries", "short", "Of all actors of a kind, looked at once a second.",
                  (q("sum by (kind) (weixin_mailbox_length{<fleet>})", "{{kind}}"),)),
            Panel("Longest mailbox", "timeseries", "short", "Of one actor of a kind, within half a minute.",
                  (q("max by (kind) (weixin_mailbox_max_length{<fleet>})", "{{kind}}"),)),
            Panel("Actors that failed in 15 minutes", "bars", "short", "By kind: exceptions and unanswered heartbeats. Each is a bug.",
                  (q("sum by (kind) (increase(weixin_actor_failures_total{<fleet>}[15m]))", "{{kind}}"),), 12),
            Panel("Actors given up in an hour", "bars", "short",
                  "By kind: they failed so often that their supervisor waits before the next start.",
                  (q("sum by (kind) (increase(weixin_actor_giveups_total{<fleet>}[1h]))", "{{kind}}"),), 12),
        )),
        ("Store and disk", (
            Panel("Takes what comes", "stat", "short", "1: it does; 0: no room, or the disk cannot be written.",
                  (q("weixin_store_accepting{<fleet>}", "{{instance}}"),), 6, 8, limits=(0, 1)),
            Panel("Room on the disk", "timeseries", "percentunit", "Of the file system of the data. The alert comes below 10 %.",
                  (q("instance:weixin_disk_free:ratio{<fleet>}", "{{instance}}"),), 9, limits=(0, 1)),
            Panel("Files and room", "timeseries", "bytes", "The database, its log, and what is free beside them.",
                  (q("weixin_database_bytes{<fleet>}", "database {{instance}}"), q("weixin_database_log_bytes{<fleet>}", "log {{instance}}"),
                   q("weixin_disk_free_bytes{<fleet>}", "free {{instance}}")), 9),
            Panel("Calls that wait", "timeseries", "short", "For the store's thread.",
                  (q("weixin_store_queue_length{<fleet>}", "{{instance}}"),)),
            Panel("Calls of the store a second", "stacked", "ops", "By whether their transaction writes.",
                  (q("sum by (access) (rate(weixin_store_calls_total{<fleet>}[$__rate_interval]))", "{{access}}"),)),
            Panel("Time of a transaction", "timeseries", "s", "Calls that come together share one.",
                  quantiles("weixin_store_transaction_duration_seconds", "<fleet>", by=("access",), shown=(0.5, 0.99))),
            Panel("Troubles of the store in an hour", "bars", "short",
                  "Transactions that were undone; rows that could not be unsealed: a damaged disk, or another key.",
                  (q("sum(increase(weixin_store_failures_total{<fleet>}[1h]))", "failed"),
                   q("sum(increase(weixin_store_unreadable_rows_total{<fleet>}[1h]))", "unreadable")), 24, 6),
        )),
        ("Weixin", (
            Panel("Calls a second", "stacked", "reqps", "By endpoint.",
                  (q("sum by (endpoint) (rate(weixin_upstream_requests_total{<fleet>}[$__rate_interval]))", "{{endpoint}}"),)),
            Panel("Calls that failed, a second", "stacked", "reqps",
                  "By endpoint and error. cancelled is us: a stop or a pause.",
                  (q('sum by (endpoint, result) (rate(weixin_upstream_requests_total{<fleet>,result!~"ok|cancelled"}'
                     "[$__rate_interval]) > 0)", "{{endpoint}} {{result}}"),)),
            Panel("Share of calls that fail", "timeseries", "percentunit", "Over 5 minutes.",
                  (q("instance:weixin_upstream_requests:error_ratio_rate5m{<fleet>}", "{{instance}}"),), limits=(0, None)),
            Panel("Time a call takes, p95", "timeseries", "s", "By endpoint; long polls left out.",
                  quantiles("weixin_upstream_request_duration_seconds", '<fleet>,endpoint!~"synccheck|login"', by=("endpoint",),
                            shown=(0.95,))),
            Panel("Time of a synccheck", "heatmap", "s", "Weixin holds a poll some 25 s, unless there is news.",
                  (q("sum by (le) (increase(weixin_synccheck_duration_seconds_bucket{<fleet>}[$__rate_interval]))", "{{le}}"),)),
            Panel("Circuit breakers", "timeseries", "short", "0 closed, 1 half open, 2 open.",
                  (q("max by (host) (weixin_breaker_state{<fleet>})", "{{host}}"),), limits=(0, 2)),
            Panel("TLS handshakes a second", "stacked", "ops", "resumed: cheap, without certificates. failed: the network, or a certificate.",
                  (q("sum by (result) (rate(weixin_tls_handshakes_total{<fleet>}[$__rate_interval]))", "{{result}}"),)),
            Panel("Time of a TLS handshake, p95", "timeseries", "s", "By kind: with certificates, or resumed.",
                  quantiles("weixin_tls_handshake_duration_seconds", "<fleet>", by=("result",), shown=(0.95,))),
            Panel("Open connections", "timeseries", "short", "To Weixin: one an account that polls, and those in use.",
                  (q("weixin_connections_open{<fleet>}", "{{instance}}"),)),
            Panel("Names looked up a second", "stacked", "ops", "cached: found in the last 30 s.",
                  (q("sum by (result) (rate(weixin_dns_lookups_total{<fleet>}[$__rate_interval]))", "{{result}}"),), 12),
            Panel("Time to look a name up", "timeseries", "s", "By the system's resolver.",
                  quantiles("weixin_dns_lookup_duration_seconds", "<fleet>", shown=(0.5, 0.95)), 12),
        )),
        ("Admin API", (
            Panel("Requests a second", "stacked", "reqps", "By route; the scrapes are among them.",
                  (q("sum by (route, method) (rate(weixin_http_requests_total{<fleet>}[$__rate_interval]))", "{{method}} {{route}}"),),
                  12),
            Panel("Refused, a second", "stacked", "reqps", "Answers from 400 on.",
                  (q('sum by (route, code) (rate(weixin_http_requests_total{<fleet>,code=~"[45].."}[$__rate_interval]))',
                     "{{code}} {{route}}"),), 12),
            Panel("Time to answer, p95", "timeseries", "s", "By route, from the whole request to the start of the answer.",
                  quantiles("weixin_http_request_duration_seconds", "<fleet>", by=("route",), shown=(0.95,)), 24),
        )),
    ))

DASHBOARDS = (FLEET, ACCOUNT, DELIVERY, RUNTIME)
