// GET /v1/events, read by fetch: an EventSource could not send the token.

const longestSilence = 40_000 // ms; a comment comes every 15 s
const shortestPause = 1_000 // ms, before the next try
const longestPause = 30_000
const hiddenFor = 30_000 // ms after which a tab that nobody sees gives its connection back
const longestLine = 1024 * 1024

/** Takes the pieces of a stream apart into {id, event, data}. */
export class EventParser {
  #rest = ''
  #event = {}

  /** The events that this piece completes. */
  push(piece) {
    const found = []
    const lines = (this.#rest + piece).split('\n')
    this.#rest = lines.pop()
    if (this.#rest.length > longestLine) throw new Error('a line of the event stream is too long')
    for (const raw of lines) {
      const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw
      if (line === '') {
        if (this.#event.data !== undefined) found.push(this.#event)
        this.#event = {}
        continue
      }
      const colon = line.indexOf(':')
      if (colon > 0) this.#event[line.slice(0, colon)] = line.slice(colon + 1).replace(/^ /, '')
    }
    return found
  }
}

/**
 * Stays connected as long as it is wanted. `onEvent(type, data)`; `onResumed()` when events may be missing, and
 * everything is to be read anew; `onCondition('connecting' | 'live' | 'lost')`.
 */
export class EventStream {
  #api
  #handlers
  #lastId = null
  #pause = shortestPause
  #abort = null
  #timer = 0
  #silence = 0
  #hidden = 0
  #wanted = false
  #onVisible = () => this.#visibilityChanged()

  constructor(api, handlers) {
    this.#api = api
    this.#handlers = handlers
  }

  start() {
    this.#wanted = true
    document.addEventListener('visibilitychange', this.#onVisible)
    window.addEventListener('online', this.#onVisible)
    this.#connect()
  }

  stop() {
    this.#wanted = false
    document.removeEventListener('visibilitychange', this.#onVisible)
    window.removeEventListener('online', this.#onVisible)
    clearTimeout(this.#hidden)
    this.#disconnect()
  }

  #disconnect() {
    clearTimeout(this.#timer)
    clearTimeout(this.#silence)
    this.#abort?.abort()
    this.#abort = null
  }

  // Browsers allow six connections to a server, all tabs together.
  #visibilityChanged() {
    clearTimeout(this.#hidden)
    if (!this.#wanted) return
    if (document.hidden) {
      this.#hidden = setTimeout(() => this.#disconnect(), hiddenFor)
    } else if (this.#abort === null) {
      clearTimeout(this.#timer)
      this.#connect()
    }
  }

  #heard() {
    clearTimeout(this.#silence)
    this.#silence = setTimeout(() => this.#abort?.abort(), longestSilence)
  }

  async #connect() {
    const abort = new AbortController()
    this.#abort = abort
    this.#handlers.onCondition('connecting')
    this.#heard()
    try {
      const headers = { Accept: 'text/event-stream' }
      if (this.#lastId !== null) headers['Last-Event-ID'] = this.#lastId
      const answer = await this.#api.request('GET', '/v1/events', { headers, signal: abort.signal })
      await this.#read(answer.body.getReader())
    } catch (error) {
      if (error.status === 401) return this.stop()
    }
    if (this.#abort !== abort) return
    this.#abort = null
    clearTimeout(this.#silence)
    if (!this.#wanted) return
    this.#handlers.onCondition('lost')
    // Half of it at random, so that many tabs do not come back together.
    this.#timer = setTimeout(() => this.#connect(), this.#pause * (0.5 + Math.random() / 2))
    this.#pause = Math.min(this.#pause * 2, longestPause)
  }

  async #read(reader) {
    const decoder = new TextDecoder()
    const parser = new EventParser()
    this.#pause = shortestPause
    this.#handlers.onCondition('live')
    this.#handlers.onResumed()
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      this.#heard()
      for (const event of parser.push(decoder.decode(value, { stream: true }))) this.#tell(event)
    }
  }

  #tell(event) {
    if (event.id !== undefined) this.#lastId = event.id
    let data
    try {
      data = JSON.parse(event.data)
    } catch {
      return
    }
    this.#handlers.onEvent(event.event ?? 'message', data)
  }
}
