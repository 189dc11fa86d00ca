// Dialogs: the browser's own, which keep the focus inside and give it back.
import { button, element } from './dom.js'
import { t } from './language.js'
import { problemText } from './problem_text.js'

let serial = 0

/**
 * Shows a dialog. `content` are nodes; `confirm` labels the button that does `work()`, whose Problem is shown in the
 * dialog, which stays open. Answers what `work` answered, undefined when the dialog was closed without.
 */
export function openDialog({ title, content = [], confirm, isDangerous = false, work = () => true }) {
  return new Promise(resolve => {
    const id = `dialog-${++serial}`
    const complaint = element('p', { class: 'complaint', role: 'alert' })
    let result
    const close = button(confirm ? t('cancel') : t('close'), () => dialog.close())
    const submit = confirm &&
      element('button', { type: 'submit', class: isDangerous ? 'danger' : 'primary' }, confirm)
    const form = element('form', {}, element('h2', { id }, title), content, complaint,
      element('div', { class: 'buttons' }, close, submit))
    const dialog = element('dialog', { 'aria-labelledby': id }, form)
    form.addEventListener('submit', async event => {
      event.preventDefault()
      if (!submit || submit.disabled) return
      submit.disabled = true
      complaint.textContent = ''
      try {
        result = await work()
        dialog.close()
      } catch (problem) {
        complaint.textContent = problemText(problem)
      } finally {
        submit.disabled = false
      }
    })
    dialog.addEventListener('close', () => {
      dialog.remove()
      resolve(result)
    })
    document.body.append(dialog)
    dialog.showModal()
    // Nothing dangerous is one key away; a harmless answer is, unless something is to be typed first.
    if (isDangerous) close.focus()
    else if (!dialog.querySelector('input, select')) (submit || close).focus()
  })
}
