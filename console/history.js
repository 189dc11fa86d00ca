// Why the account is as it is: every change of its state.
import { accountPath } from './api.js'
import { element } from './dom.js'
import { t, word } from './language.js'
import { problemText } from './problem_text.js'
import { reasonText } from './states.js'
import { moment } from './time.js'

const most = 50

/** The newest changes, which follow the account's events. */
export function historyPart(session, name) {
  const list = element('tbody')
  const complaint = element('p', { class: 'complaint', role: 'alert' })
  const table = element('table', { class: 'history' }, element('caption', { class: 'visually-hidden' }, t('history.title')),
    element('thead', {}, element('tr', {}, ...['when', 'what', 'why'].map(key => element('th', { scope: 'col' }, t(`history.${key}`))))),
    list)
  let isWanted = false
  let isRunning = false

  async function load() {
    isWanted = true
    if (isRunning) return
    isRunning = true
    while (isWanted) {
      isWanted = false
      try {
        const { history } = await session.api.get(`${accountPath(name, 'history')}?limit=${most}`)
        complaint.textContent = ''
        list.replaceChildren(...history.reverse().map(change => element('tr', {},
          element('td', { class: 'when' }, element('time', { datetime: change.at }, moment(change.at))),
          element('td', {}, [change.from, change.to].filter(Boolean).map(state => word('state', state)).join(' → ')),
          element('td', { class: 'text' }, reasonText(change.reason)))))
      } catch (problem) {
        complaint.textContent = problemText(problem)
      }
    }
    isRunning = false
  }
  load()
  return {
    node: element('section', { class: 'card' }, element('h2', {}, t('history.title')), complaint, table),
    take(type) {
      if (type === 'state') load()
    }
  }
}
