// An account's state as people see it.
import { element, setText } from './dom.js'
import { has, t, word } from './language.js'

/** In the order in which they want attention. */
export const states = ['held', 'needs_login', 'cooling_off', 'degraded', 'throttled', 'awaiting_scan', 'awaiting_confirm',
  'starting', 'online', 'stopped']

const marks = {
  online: '●', degraded: '◐', throttled: '◐', cooling_off: '◐', held: '■', needs_login: '■', awaiting_scan: '▦',
  awaiting_confirm: '▦', starting: '○', stopped: '□'
}

/** A small sign of the state: colour, shape and word say the same. */
export function badge(state) {
  const node = element('span', { class: 'badge' }, element('span', { 'aria-hidden': 'true' }), element('span'))
  setBadge(node, state)
  return node
}

export function setBadge(node, state) {
  node.dataset.state = state
  setText(node.firstChild, marks[state] ?? '○')
  setText(node.lastChild, word('state', state))
}

/** What a reason means; the server's own word where there are none of ours. */
export function reasonText(reason) {
  if (!reason) return ''
  const key = `reason.${reason}`
  return has(key) ? t(key) : reason
}
