// The console: who is signed in, which page is shown.
import { accountPage } from './account_page.js'
import { element } from './dom.js'
import { EventStream } from './events.js'
import { Fleet } from './fleet.js'
import { fleetPage } from './fleet_page.js'
import { showCondition, showHeader } from './header.js'
import { show as showLanguage, t } from './language.js'
import { problemText } from './problem_text.js'
import * as sessions from './session.js'
import { signInPage } from './sign_in.js'
import { showTheme } from './theme.js'

const main = document.getElementById('main')
const header = document.getElementById('header')
const announcer = document.getElementById('announcer')

/** What is open while somebody is signed in: {session, fleet, stream, condition}. */
let open = null
let page = null
/** Whether the browser has just come: then the focus begins where it always does. */
let isFirst = true
/** Why the sign-in page is shown, as a key of the texts. */
let reason = ''

function announce(text) {
  announcer.textContent = text
}

function showPage(made, { moveFocus = true } = {}) {
  page?.stop()
  page = made
  main.replaceChildren(made.node)
  document.title = `${made.title} · weixind`
  const first = main.querySelector('[autofocus]') ?? (isFirst ? null : main.querySelector('h1') ?? main)
  isFirst = false
  if (moveFocus) first?.focus()
}

function drawHeader() {
  document.getElementById('skip').textContent = t('skip')
  showHeader(header, {
    who: open?.session.who,
    condition: open?.condition,
    onSignOut: leave,
    onLanguage: () => route({ moveFocus: false })
  })
}

function signOut(why) {
  reason = why
  open?.stream.stop()
  open?.fleet.stop()
  open = null
  sessions.forget()
  route()
}

/** Ends a session at the server as well; a token is its owner's to revoke. */
async function leave() {
  const { session } = open
  signOut('')
  if (session.who.kind === 'session') await session.api.post('/v1/sign-out', {}).catch(() => {})
}

function tokenRefused(problem) {
  if (open) signOut(problem.code === 'token_expired' ? 'signIn.expired' : 'signIn.refused')
}

async function signIn(token) {
  const session = await sessions.open(token, tokenRefused)
  reason = ''
  const fleet = new Fleet(session.api)
  const stream = new EventStream(session.api, {
    onEvent(type, data) {
      fleet.take(type, data)
      page?.take?.(type, data)
    },
    onResumed: () => fleet.load().catch(() => {}),
    onCondition(condition) {
      if (!open) return
      open.condition = condition
      showCondition(condition)
    }
  })
  open = { session, fleet, stream, condition: 'connecting' }
  fleet.start()
  stream.start()
  route()
}

function route({ moveFocus = true } = {}) {
  drawHeader()
  if (!open) return showPage(signInPage({ reason: reason && t(reason), signIn }), { moveFocus })
  const found = /^#\/accounts\/([a-z0-9][a-z0-9-]{0,62})$/.exec(location.hash)
  const context = { session: open.session, fleet: open.fleet, announce }
  showPage(found ? accountPage(context, found[1]) : fleetPage(context), { moveFocus })
}

async function start() {
  showTheme()
  showLanguage()
  drawHeader()
  main.replaceChildren(element('p', { class: 'waiting' }, t('loading')))
  document.getElementById('skip').addEventListener('click', event => {
    event.preventDefault()
    main.focus()
  })
  const code = sessions.takeCode()
  window.addEventListener('hashchange', () => {
    const later = sessions.takeCode()
    if (later) enter(() => sessions.exchange(later))
    else route()
  })
  const token = sessions.kept()
  if (code) await enter(() => sessions.exchange(code))
  else if (token) await enter(() => token)
  else route()
}

/** Signs in with the token that `get` gives, and shows why not otherwise. */
async function enter(get) {
  try {
    const token = await get()
    if (open) signOut('')
    await signIn(token)
  } catch (problem) {
    if (open) return
    if (problem.code === 'unreachable') {
      main.replaceChildren(element('p', { class: 'complaint', role: 'alert' }, problemText(problem)))
      setTimeout(() => enter(get), 3_000)
      return
    }
    reason = problem.code === 'token_expired' ? 'signIn.expired' : 'signIn.notTaken'
    sessions.forget()
    route()
  }
}

start()
