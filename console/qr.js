// The login: the QR code that renews itself, and how far the scan is.
import { accountPath } from './api.js'
import { openDialog } from './dialogs.js'
import { button, element, setText } from './dom.js'
import { t } from './language.js'
import { loginView } from './login_view.js'
import { moment } from './time.js'

const period = 20_000 // ms after which the code is asked for although no event came

/** The card that is there while an account waits for a phone. */
export function qrPart({ session, announce }, name) {
  const path = accountPath(name, 'qr')
  const view = loginView({
    code: () => session.api.picture(`${path}?format=png`),
    avatar: () => session.api.picture(`${path}/avatar`)
  })
  const node = element('section', { class: 'card login', hidden: true }, element('h2', {}, t('qr.title')), view.node,
    element('div', { class: 'buttons' }, button(t('share'), share, { id: 'share' })))
  let state = null
  let uuid = null

  async function refresh() {
    if (state !== 'awaiting_scan' && state !== 'awaiting_confirm') return
    try {
      const pending = state === 'awaiting_scan' ? await session.api.get(path) : null
      if (pending && pending.uuid !== uuid && uuid !== null) announce(t('qr.renewed'))
      uuid = pending?.uuid ?? null
      await view.show({ state: state === 'awaiting_scan' ? 'waiting' : 'scanned', issued_at: pending?.issued_at })
    } catch (problem) {
      view.complain(problem)
    }
  }

  async function share() {
    const seconds = element('select', { id: 'share-time' }, ...[600, 3600, 86400].map(value =>
      element('option', { value, selected: value === 3600 }, t(`share.${value}`))))
    const link = await openDialog({
      title: t('share'),
      content: [element('p', {}, t('share.ask', { name })), element('label', { for: 'share-time' }, t('share.time')), seconds],
      confirm: t('share.make'),
      work: () => session.api.post(accountPath(name, 'share'), { expires_in: Number(seconds.value) })
    })
    if (link) await showLink(link)
  }

  function showLink(link) {
    const address = element('input', { id: 'share-link', readonly: true, value: new URL(link.path, location.href).href, autofocus: true })
    const told = element('span', { role: 'status' })
    const copy = button(t('copy'), async () => {
      address.select()
      try {
        await navigator.clipboard.writeText(address.value)
        setText(told, t('copied'))
      } catch {
        setText(told, t('copy.yourself'))
      }
    })
    return openDialog({
      title: t('share.made'),
      content: [element('p', {}, t('share.until', { time: moment(link.expires_at) })), address,
        element('div', { class: 'buttons' }, copy, told)]
    })
  }

  const timer = setInterval(refresh, period)
  return {
    node,
    update(account) {
      const isOpen = ['awaiting_scan', 'awaiting_confirm'].includes(account.state)
      node.hidden = !isOpen
      if (account.state === state) return
      state = account.state
      if (isOpen) refresh()
      else {
        uuid = null
        view.clear()
      }
    },
    take(type) {
      if (type === 'qr') refresh()
    },
    stop() {
      clearInterval(timer)
      view.stop()
    }
  }
}
