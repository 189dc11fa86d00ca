// Who is signed in. The token lives in this tab's sessionStorage and nowhere else.
import { Api } from './api.js'
import { tab } from './storage.js'

const place = 'weixind.token'
const ranks = { read: 1, operator: 2, admin: 3 }

/** The session of this tab: `api` to call with, `who` that the token stands for. */
export class Session {
  api
  who

  constructor(api, who) {
    this.api = api
    this.who = who
  }

  /** True when the token's scope allows what needs `need`: read, operator or admin. */
  may(need) {
    return (ranks[this.who.scope] ?? 0) >= ranks[need]
  }

  /** Adding accounts is for tokens that are not limited to some. */
  get mayAdd() {
    return this.may('admin') && !Array.isArray(this.who.accounts)
  }
}

export function forget() {
  tab.remove(place)
}

/** Tries a token, and keeps it when it is taken. Throws the Problem otherwise. */
export async function open(token, onRefused) {
  let isOpen = false
  const api = new Api(`Bearer ${token}`, problem => {
    if (isOpen) onRefused(problem)
  })
  const who = await api.get('/v1/whoami')
  isOpen = true
  tab.set(place, token)
  return new Session(api, who)
}

/** The token that this tab has, or null. */
export function kept() {
  return tab.get(place)
}

/** Exchanges a one-time code for a token. */
export async function exchange(code) {
  const answer = await new Api('').post('/v1/sign-in', { code })
  return answer.token
}

/** The one-time code of the address, which it is taken out of at once. */
export function takeCode() {
  const found = /^#code=([A-Za-z0-9_-]{1,200})$/.exec(location.hash)
  if (location.hash.startsWith('#code=')) history.replaceState(null, '', location.pathname)
  return found ? found[1] : null
}
