// How a login looks, for the account's page and the page that a link shares.
import { element, setText } from './dom.js'
import { t } from './language.js'
import { problemText } from './problem_text.js'
import { clock } from './time.js'

// Weixin does not say how long a code lives; it is some four minutes.
const lifetime = 240_000 // ms

/** `code()` and `avatar()` give the pictures as Blobs, or null. */
export function loginView({ code, avatar }) {
  const picture = element('img', { class: 'code', hidden: true, width: 264, height: 264 })
  const face = element('img', { class: 'avatar', hidden: true, width: 96, height: 96, alt: t('qr.avatar') })
  const text = element('p', { class: 'progress', 'aria-live': 'polite' })
  const left = element('p', { class: 'help left' })
  const bar = element('progress', { max: lifetime, value: 0, hidden: true, 'aria-label': t('qr.left') })
  const addresses = new Map()
  let issued = null
  let shown = null // what is shown already
  let turn = 0
  picture.alt = t('qr.alt')
  // A picture that no browser can draw is no loss.
  face.addEventListener('error', () => { face.hidden = true })

  function put(image, blob) {
    if (addresses.has(image)) URL.revokeObjectURL(addresses.get(image))
    addresses.delete(image)
    image.hidden = blob === null
    if (blob === null) return image.removeAttribute('src')
    const address = URL.createObjectURL(blob)
    addresses.set(image, address)
    image.src = address
  }

  function count() {
    const rest = issued === null ? null : issued + lifetime - Date.now()
    bar.hidden = rest === null
    left.hidden = rest === null
    if (rest === null) return
    bar.value = Math.max(0, rest)
    setText(left, rest > 0 ? t('qr.renewedIn', { time: clock(rest) }) : t('qr.renewedSoon'))
  }

  async function load(what) {
    const mine = ++turn
    const blob = await (what === 'waiting' ? code() : avatar())
    if (mine !== turn) return
    put(picture, what === 'waiting' ? blob : null)
    put(face, what === 'waiting' ? null : blob)
  }

  const timer = setInterval(count, 1_000)
  const view = {
    node: element('div', { class: 'login-view' }, picture, face, text, bar, left),
    /** `state`: 'waiting' with `issued_at` of the code, or 'scanned'. */
    async show({ state, issued_at }) {
      const key = state === 'waiting' ? issued_at : state
      issued = state === 'waiting' && issued_at ? Date.parse(issued_at) : null
      setText(text, t(`qr.${state}`))
      count()
      if (key === shown) return
      await load(state)
      shown = key
    },
    /** Nothing but words. */
    say(words) {
      view.clear()
      setText(text, words)
    },
    complain(problem) {
      setText(text, problemText(problem))
    },
    clear() {
      turn++
      shown = null
      issued = null
      put(picture, null)
      put(face, null)
      setText(text, '')
      count()
    },
    stop() {
      clearInterval(timer)
      view.clear()
    }
  }
  count()
  return view
}
