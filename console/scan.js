// The page that a link shares: one account's login, and nothing else.
import { Api } from './api.js'
import { element, setText } from './dom.js'
import { switches } from './header.js'
import { show as showLanguage, t } from './language.js'
import { loginView } from './login_view.js'
import { problemText } from './problem_text.js'
import { showTheme } from './theme.js'
import { moment } from './time.js'

const period = 2_000 // ms between two looks
const longestPause = 30_000
const main = document.getElementById('main')
const header = document.getElementById('header')

// It stays in the address, which a browser sends nowhere, so that the page can be loaded again.
const link = location.hash.slice(1)
const api = new Api(`Share ${link}`)

let view = null
let until = null
let timer = 0
let pause = period
let last = null // what was told last
const ends = ['invalid', 'expired']

function draw() {
  showTheme()
  showLanguage()
  document.title = t('scan.title')
  view?.stop()
  view = loginView({ code: () => api.picture('/v1/shared/qr'), avatar: () => api.picture('/v1/shared/avatar') })
  until = element('p', { class: 'help' })
  header.replaceChildren(element('span', { class: 'brand' }, element('img', { src: 'icon.svg', alt: '', width: 24, height: 24 })),
    element('span', { class: 'space' }), ...switches(() => {
      draw()
      if (last) tell(last)
    }))
  main.replaceChildren(element('section', { class: 'card login' }, element('h1', { tabindex: -1 }, t('scan.title')), view.node, until))
}

async function tell(shared) {
  last = shared
  main.dataset.state = shared.state
  setText(until, shared.expires_at && !ends.includes(shared.state) ? t('scan.until', { time: moment(shared.expires_at) }) : '')
  if (shared.state === 'waiting' || shared.state === 'scanned') await view.show(shared)
  else view.say(t(`scan.${shared.state}`))
}

async function look() {
  clearTimeout(timer)
  try {
    await tell(await api.get('/v1/shared'))
    pause = period
  } catch (problem) {
    if (problem.status === 401) return tell({ state: problem.code === 'link_expired' ? 'expired' : 'invalid' })
    view.complain(problem)
    pause = Math.min(pause * 2, longestPause)
  }
  if (!document.hidden) timer = setTimeout(look, pause)
}

draw()
document.addEventListener('visibilitychange', () => {
  if (!document.hidden && !ends.includes(last?.state)) look()
})
look()
