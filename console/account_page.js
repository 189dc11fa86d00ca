// One account: what it does, why, and what can be done about it.
import { actionBar } from './actions.js'
import { element, foreign, setForeign, setText } from './dom.js'
import { factList } from './facts.js'
import { historyPart } from './history.js'
import { t, word } from './language.js'
import { messagesPart } from './messages.js'
import { qrPart } from './qr.js'
import { sendPart } from './send_message.js'
import { sendsPart } from './sends.js'
import { badge, reasonText, setBadge } from './states.js'
import { age, moment } from './time.js'

const tick = 10_000 // ms after which ages are told anew

function headOf(name) {
  const nickname = foreign('')
  const state = badge('starting')
  const since = element('span', { class: 'age' })
  const reason = element('p', { class: 'reason' })
  const node = element('div', { class: 'head' },
    element('p', {}, element('a', { href: '#/' }, `‹ ${t('fleet.title')}`)),
    element('h1', { tabindex: -1 }, name), element('p', { class: 'nickname' }, nickname),
    element('p', { class: 'state' }, state, since), reason)
  return {
    node,
    update(account) {
      setForeign(nickname, account.nickname ?? '')
      setBadge(state, account.state)
      setText(since, t('account.since', { age: age(account.state_since) ?? '', time: moment(account.state_since) }))
      const parts = [word('advice', account.state)]
      if (parts[0] === account.state) parts.pop()
      if (account.reason) parts.unshift(`${t('account.reason')}: ${reasonText(account.reason)}`)
      if (account.retry_at) parts.push(t('account.retry', { time: moment(account.retry_at) }))
      setText(reason, parts.join(' '))
    }
  }
}

/** The page of the account `name`; `context` is {session, fleet, announce}. */
export function accountPage(context, name) {
  const { session, fleet, announce } = context
  const gone = element('div', { class: 'card', hidden: true }, element('h1', { tabindex: -1 }, name),
    element('p', {}, t('account.gone')), element('p', {}, element('a', { href: '#/' }, t('fleet.title'))))
  const head = headOf(name)
  const parts = [head, actionBar(context, name)]
  if (session.may('operator')) parts.push(qrPart(context, name))
  parts.push(factList())
  if (session.may('operator')) parts.push(sendPart(session, name))
  parts.push(historyPart(session, name), sendsPart(session, name), messagesPart(session, name))
  const content = element('div', { class: 'account', hidden: true }, ...parts.map(part => part.node))

  let before = null
  function draw() {
    const account = fleet.accounts.get(name)
    content.hidden = !account
    gone.hidden = Boolean(account) || !fleet.isLoaded
    if (!account) return
    for (const part of parts) part.update?.(account)
    if (before !== null && before !== account.state) announce(`${name}: ${word('state', account.state)}`)
    before = account.state
  }
  draw()
  const unwatch = fleet.watch(draw)
  const timer = setInterval(draw, tick)
  return {
    node: element('section', {}, gone, content),
    title: name,
    take(type, data) {
      if (data.account !== name) return
      for (const part of parts) part.take?.(type, data)
    },
    stop() {
      unwatch()
      clearInterval(timer)
      for (const part of parts) part.stop?.()
    }
  }
}
