// The page of who is not signed in.
import { element } from './dom.js'
import { t } from './language.js'
import { problemText } from './problem_text.js'

/** `signIn(token)` throws the Problem of a token that is not taken. */
export function signInPage({ reason, signIn }) {
  const complaint = element('p', { class: 'complaint', role: 'alert' }, reason)
  const token = element('input', {
    id: 'token', type: 'password', required: true, autocomplete: 'off', spellcheck: 'false', autofocus: true,
    'aria-describedby': 'token-help'
  })
  const submit = element('button', { type: 'submit', class: 'primary' }, t('signIn'))
  const form = element('form', { class: 'card narrow' },
    element('h1', { tabindex: -1 }, t('signIn.title')),
    complaint,
    element('label', { for: 'token' }, t('signIn.token')), token,
    element('p', { class: 'help', id: 'token-help' }, t('signIn.help')),
    element('pre', {}, 'weixinctl console'),
    element('div', { class: 'buttons' }, submit))
  form.addEventListener('submit', async event => {
    event.preventDefault()
    if (submit.disabled) return
    submit.disabled = true
    complaint.textContent = ''
    try {
      await signIn(token.value.trim())
    } catch (problem) {
      complaint.textContent = problem.status === 401 ? t('signIn.notTaken') : problemText(problem)
      token.focus()
    } finally {
      submit.disabled = false
    }
  })
  return { node: form, title: t('signIn.title'), stop() {} }
}
