// What is known of all accounts, kept up to date by events and by asking.

const batch = 250 // ms in which changes are shown together
const patience = 1_000 // ms after an event before its account is asked for
const mostSingles = 8 // accounts that are asked for one by one; more: the whole list
const shortestListPause = 5_000 // ms between two whole lists
const period = 15_000 // ms after which counters are asked for without an event

/** The accounts that this token may see. Listeners are told at most four times a second. */
export class Fleet {
  accounts = new Map()
  isLoaded = false
  #api
  #listeners = new Set()
  #dirty = new Set()
  #shown = 0
  #asking = 0
  #lastList = 0
  #timer = 0
  #isStopped = false

  constructor(api) {
    this.#api = api
  }

  start() {
    this.#timer = setInterval(() => {
      if (!document.hidden) this.#askForAll()
    }, period)
  }

  stop() {
    this.#isStopped = true
    this.#listeners.clear()
    clearInterval(this.#timer)
    clearTimeout(this.#shown)
    clearTimeout(this.#asking)
  }

  /** Calls `listener()` after changes; answers what ends that. */
  watch(listener) {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Reads everything. Throws the Problem. */
  async load() {
    this.#lastList = Date.now()
    const { accounts } = await this.#api.get('/v1/accounts')
    if (this.#isStopped) return
    this.accounts = new Map(accounts.map(account => [account.name, account]))
    this.isLoaded = true
    this.#changed()
  }

  /** Takes an account as a call has answered it. */
  put(account) {
    this.accounts.set(account.name, account)
    this.#changed()
  }

  remove(name) {
    if (this.accounts.delete(name)) this.#changed()
  }

  /** Takes an event of the stream: its state is shown at once, the rest is asked for. */
  take(type, data) {
    const known = this.accounts.get(data.account)
    if (type === 'state' && known) {
      this.accounts.set(data.account, {
        ...known, state: data.state, reason: data.reason || null, state_since: data.at, retry_at: null
      })
      this.#changed()
    }
    this.#dirty.add(data.account)
    this.#askSoon()
  }

  #changed() {
    if (this.#shown) return
    this.#shown = setTimeout(() => {
      this.#shown = 0
      for (const listener of [...this.#listeners]) listener()
    }, batch)
  }

  #askSoon() {
    if (this.#asking) return
    const wait = this.#dirty.size > mostSingles
      ? Math.max(patience, this.#lastList + shortestListPause - Date.now())
      : patience
    this.#asking = setTimeout(() => {
      this.#asking = 0
      this.#ask()
    }, wait)
  }

  async #ask() {
    if (this.#isStopped || document.hidden) return
    if (this.#dirty.size > mostSingles) return this.#askForAll()
    const names = [...this.#dirty]
    this.#dirty.clear()
    for (const name of names) {
      try {
        const account = await this.#api.get(`/v1/accounts/${encodeURIComponent(name)}`)
        if (this.#isStopped) return
        this.put(account)
      } catch (problem) {
        if (problem.status === 404) this.remove(name)
      }
    }
  }

  async #askForAll() {
    this.#dirty.clear()
    if (Date.now() - this.#lastList < shortestListPause) return this.#askSoon()
    try {
      await this.load()
    } catch {
      // The mark in the page's head tells; the next period tries again.
    }
  }
}
