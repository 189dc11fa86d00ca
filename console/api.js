// Calls of the admin API. Nothing here knows what a page looks like.

const deadline = 30_000 // ms, for one answer

/** What went wrong with a call. `code` is the API's stable name, or `unreachable` when no answer came. */
export class Problem extends Error {
  constructor(status, code, detail) {
    super(detail || code)
    this.status = status
    this.code = code
    this.detail = detail
  }
}

async function problemOf(answer) {
  try {
    const body = await answer.json()
    return new Problem(answer.status, String(body.code ?? 'http_status'), String(body.detail ?? ''))
  } catch {
    return new Problem(answer.status, 'http_status', `HTTP ${answer.status}`)
  }
}

/** A client with one token. `onRefused(problem)` hears when the token itself is not taken any more. */
export class Api {
  #authorization
  #onRefused

  constructor(authorization, onRefused = () => {}) {
    this.#authorization = authorization
    this.#onRefused = onRefused
  }

  /** The answer as it came. Throws a Problem for every status that is no success. */
  async request(method, path, { body, headers = {}, signal } = {}) {
    const sent = { ...headers }
    if (this.#authorization) sent.Authorization = this.#authorization
    if (body !== undefined) sent['Content-Type'] = 'application/json'
    let answer
    try {
      answer = await fetch(path, {
        method,
        headers: sent,
        body: body === undefined ? undefined : JSON.stringify(body),
        signal: signal ?? AbortSignal.timeout(deadline),
        cache: 'no-store',
        credentials: 'omit',
        redirect: 'error',
        referrerPolicy: 'no-referrer'
      })
    } catch (error) {
      throw new Problem(0, 'unreachable', String(error?.message ?? error))
    }
    if (answer.ok) return answer
    const problem = await problemOf(answer)
    if (answer.status === 401) this.#onRefused(problem)
    throw problem
  }

  /** The JSON of the answer, null when there is none. */
  async json(method, path, options) {
    const answer = await this.request(method, path, options)
    if (answer.status === 204) return null
    try {
      return await answer.json()
    } catch (error) {
      throw new Problem(0, 'unreachable', String(error?.message ?? error))
    }
  }

  get(path) { return this.json('GET', path) }
  post(path, body) { return this.json('POST', path, { body }) }
  delete(path) { return this.json('DELETE', path) }

  /** A picture as a Blob, null when there is none. */
  async picture(path) {
    const answer = await this.request('GET', path)
    if (answer.status === 204) return null
    return answer.blob()
  }
}

/** The path of an account, or of something below it. */
export function accountPath(name, ...rest) {
  return ['/v1/accounts', name, ...rest].map((part, i) => i === 0 ? part : encodeURIComponent(part)).join('/')
}
