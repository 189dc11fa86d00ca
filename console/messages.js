// What the account received lately. Nothing is asked for before somebody wants to read it.
import { accountPath } from './api.js'
import { button, clip, element, foreign } from './dom.js'
import { t } from './language.js'
import { problemText } from './problem_text.js'
import { moment } from './time.js'

const most = 50
const longestText = 2_000

function line(message) {
  const who = message.own ? t('messages.own') : message.sender || message.chat_display
  return element('li', { class: message.own ? 'own' : '' },
    element('p', { class: 'from' }, foreign(who), message.group ? [' · ', foreign(message.chat_display)] : '', ' ',
      element('time', { datetime: message.sent_at }, moment(message.sent_at))),
    element('p', { class: 'said', dir: 'auto' }, clip(message.text, longestText)))
}

/** The newest messages, and those that come while they are shown. */
export function messagesPart(session, name) {
  const list = element('ol', { class: 'messages', hidden: true, tabindex: 0, 'aria-label': t('messages.title') })
  const complaint = element('p', { class: 'complaint', role: 'alert' })
  const none = element('p', { class: 'help', hidden: true }, t('messages.none'))
  const show = button(t('messages.show'), load, { id: 'show-messages' })
  const known = new Set()
  let isShown = false

  function add(message) {
    if (known.has(message.id)) return
    known.add(message.id)
    const isAtEnd = list.scrollTop + list.clientHeight > list.scrollHeight - 40
    list.append(line(message))
    while (list.children.length > most * 2) list.firstChild.remove()
    none.hidden = true
    list.hidden = false
    if (isAtEnd) list.scrollTop = list.scrollHeight
  }

  async function load() {
    try {
      const { messages } = await session.api.get(`${accountPath(name, 'messages')}?newest=1&limit=${most}`)
      complaint.textContent = ''
      isShown = true
      show.hidden = true
      none.hidden = messages.length > 0
      messages.forEach(add)
      list.scrollTop = list.scrollHeight
      if (messages.length) list.focus()
    } catch (problem) {
      complaint.textContent = problemText(problem)
    }
  }
  return {
    node: element('section', { class: 'card read' }, element('h2', {}, t('messages.title')), complaint, show, none, list),
    take(type, data) {
      if (type === 'message' && isShown) add(data)
    }
  }
}
