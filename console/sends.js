// What the account was asked to send lately, and what became of it.
import { accountPath } from './api.js'
import { button, element, foreign } from './dom.js'
import { t, word } from './language.js'
import { problemText } from './problem_text.js'
import { moment } from './time.js'

const most = 20
const patience = 500 // ms in which events are taken together

/** The newest sends. A send's text is shown nowhere. */
export function sendsPart(session, name) {
  const list = element('tbody')
  const complaint = element('p', { class: 'complaint', role: 'alert' })
  const none = element('p', { class: 'help', hidden: true }, t('sends.none'))
  const table = element('table', { class: 'sends', hidden: true }, element('caption', { class: 'visually-hidden' }, t('sends.title')),
    element('thead', {}, element('tr', {}, ...['when', 'to', 'kind', 'state', 'do'].map(key =>
      element('th', { scope: 'col' }, t(`sends.${key}`))))), list)
  let timer = 0

  // What an operator may do with a send in this state.
  function choices(send) {
    if (!session.may('operator')) return []
    const path = accountPath(name, 'outbox', send.id)
    const offer = (label, verb, body) => button(label, async () => {
      try {
        await session.api.post(`${path}/${verb}`, body)
      } catch (problem) {
        complaint.textContent = problemText(problem)
      }
      await load()
    }, { class: 'small' })
    if (send.state === 'queued') return [offer(t('sends.cancel'), 'cancel')]
    const retry = offer(t('sends.retry'), 'retry')
    if (send.state === 'refused' || send.state === 'expired') return [retry]
    if (send.state !== 'unknown') return []
    return [offer(t('sends.settle.sent'), 'settle', { outcome: 'sent' }), offer(t('sends.settle.refused'), 'settle', { outcome: 'refused' }), retry]
  }

  async function load() {
    try {
      const { sends } = await session.api.get(`${accountPath(name, 'outbox')}?newest=1&limit=${most}`)
      table.hidden = sends.length === 0
      none.hidden = sends.length > 0
      list.replaceChildren(...sends.reverse().map(send => element('tr', { 'data-send': send.id },
        element('td', { class: 'when' }, element('time', { datetime: send.created_at }, moment(send.created_at))),
        element('td', { class: 'text' }, foreign(send.to)),
        element('td', {}, word('kind', send.kind)),
        element('td', {}, element('span', { class: 'badge', 'data-state': send.state }, word('send', send.state)),
          send.error ? ` ${word('sendError', send.error)}` : ''),
        element('td', {}, element('div', { class: 'buttons' }, ...choices(send))))))
    } catch (problem) {
      complaint.textContent = problemText(problem)
    }
  }
  load()
  return {
    node: element('section', { class: 'card' }, element('h2', {}, t('sends.title')), complaint, none, table),
    take(type) {
      if (type !== 'send' || timer) return
      timer = setTimeout(() => {
        timer = 0
        load()
      }, patience)
    },
    stop() {
      clearTimeout(timer)
    }
  }
}
