// Sends one text, to see that an account can.
import { accountPath } from './api.js'
import { element, foreign, setText } from './dom.js'
import { t, word } from './language.js'
import { problemText } from './problem_text.js'

const typing = 300 // ms of silence before contacts are looked for
const mostFound = 20
const finals = ['sent', 'refused', 'unknown', 'expired']

/** The form: to the account's own file helper, unless a contact is chosen. */
export function sendPart(session, name) {
  const search = element('input', {
    type: 'search', id: 'send-to', autocomplete: 'off', placeholder: t('send.filehelper'), 'aria-describedby': 'send-help'
  })
  const found = element('ul', { class: 'choices', 'aria-label': t('send.found') })
  const target = foreign('filehelper')
  const text = element('input', { id: 'send-text', required: true, maxlength: 4000, autocomplete: 'off', value: t('send.hello') })
  const outcome = element('p', { role: 'status', class: 'outcome' })
  const submit = element('button', { type: 'submit' }, t('send'))
  let to = 'filehelper'
  let waiting = 0
  let turn = 0
  let id = null

  function choose(ref, display) {
    to = ref
    target.textContent = display
    found.replaceChildren()
    search.value = ''
  }

  async function look() {
    const query = search.value.trim()
    const mine = ++turn
    if (!query) return found.replaceChildren()
    try {
      const { contacts } = await session.api.get(`${accountPath(name, 'contacts')}?query=${encodeURIComponent(query)}`)
      if (mine !== turn) return
      found.replaceChildren(...contacts.slice(0, mostFound).map(contact => {
        const pick = element('button', { type: 'button', class: 'choice' }, foreign(contact.display || contact.nick || contact.ref),
          ` · ${word('contact', contact.kind)}`)
        pick.addEventListener('click', () => {
          choose(contact.ref, contact.display || contact.nick || contact.ref)
          text.focus()
        })
        return element('li', {}, pick)
      }))
      if (!contacts.length) found.replaceChildren(element('li', { class: 'help' }, t('send.nobody')))
    } catch (problem) {
      if (mine === turn) setText(outcome, problemText(problem))
    }
  }

  search.addEventListener('input', () => {
    clearTimeout(waiting)
    waiting = setTimeout(look, typing)
  })
  search.addEventListener('keydown', event => {
    // The form is for the text: Enter here looks for somebody at once.
    if (event.key !== 'Enter') return
    event.preventDefault()
    clearTimeout(waiting)
    look()
  })
  const form = element('form', {},
    element('label', { for: 'send-to' }, t('send.to')), search, found,
    element('p', { class: 'help', id: 'send-help' }, t('send.goesTo'), ' ', element('strong', {}, target)),
    element('label', { for: 'send-text' }, t('send.text')), text,
    element('div', { class: 'buttons' }, submit), outcome)
  form.addEventListener('submit', async event => {
    event.preventDefault()
    if (submit.disabled) return
    submit.disabled = true
    try {
      const send = await session.api.post(accountPath(name, 'messages'), { to, text: text.value })
      id = send.id
      setText(outcome, word('send', send.state))
      // It may be settled before anybody knew its id.
      const now = await session.api.get(accountPath(name, 'outbox', send.id))
      tell(now.state, now.error)
    } catch (problem) {
      id = null
      setText(outcome, problemText(problem))
    } finally {
      submit.disabled = false
    }
  })

  function tell(state, error) {
    outcome.dataset.state = state
    setText(outcome, [word('send', state), error ? word('sendError', error) : ''].filter(Boolean).join(': '))
    if (finals.includes(state)) id = null
  }

  return {
    node: element('section', { class: 'card' }, element('h2', {}, t('send.title')), form),
    take(type, data) {
      if (type === 'send' && data.id === id) tell(data.state, data.error)
    },
    stop() {
      clearTimeout(waiting)
    }
  }
}
