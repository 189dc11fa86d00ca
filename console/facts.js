// The account's settings, counters and pace.
import { element, setText } from './dom.js'
import { t, word } from './language.js'
import { age, moment } from './time.js'

const facts = [
  ['desired', a => word('desired', a.desired)],
  ['queue', a => String(a.queue)],
  ['messages', a => `${a.messages_in} / ${a.messages_out}`],
  ['last_poll', a => since(a.last_poll_at)],
  ['last_event', a => since(a.last_event_at)],
  ['last_send', a => since(a.last_send_at)],
  ['restarts', a => String(a.restarts)],
  ['bots', a => a.bots.join(', ') || t('none')],
  ['media', a => known('media', a.media)],
  ['login', a => known('login', a.login)],
  ['proxy', a => a.proxy ?? t('none')],
  ['proxy_error', a => a.proxy_error ?? '']
]

// What an older server does not tell is left out.
function known(prefix, value) {
  return value ? word(prefix, value) : ''
}

function since(time) {
  return time ? t('ago', { age: age(time) }) : t('never')
}

/** A table of the account's facts, and one of its pace, which shows only what waits. */
export function factList() {
  const values = new Map()
  const list = element('dl', { class: 'facts' }, ...facts.map(([key]) => {
    const value = element('dd')
    const row = element('div', {}, element('dt', {}, t(`fact.${key}`)), value)
    values.set(key, { row, value })
    return row
  }))
  const rows = element('tbody')
  const pace = element('table', { hidden: true }, element('caption', {}, t('pacing.title')),
    element('thead', {}, element('tr', {}, ...['what', 'waiting', 'next', 'why'].map(key =>
      element('th', { scope: 'col' }, t(`pacing.${key}`))))), rows)
  return {
    node: element('section', { class: 'card' }, element('h2', {}, t('facts')), list, pace),
    update(account) {
      for (const [key, tell] of facts) {
        const { row, value } = values.get(key)
        const text = tell(account)
        setText(value, text)
        row.hidden = text === ''
      }
      const waiting = Object.entries(account.pacing ?? {}).filter(([, p]) => p.waiting > 0)
      pace.hidden = waiting.length === 0
      rows.replaceChildren(...waiting.map(([key, p]) => element('tr', {},
        element('td', {}, word('operation', key)), element('td', {}, String(p.waiting)),
        element('td', {}, p.next_at ? moment(p.next_at) : t('pacing.now')),
        element('td', {}, p.reason ? word('pace', p.reason) : ''))))
    }
  }
}
