// All accounts at a glance.
import { addAccount } from './add_account.js'
import { button, element, foreign, setForeign, setText } from './dom.js'
import { t, word } from './language.js'
import { badge, reasonText, setBadge, states } from './states.js'
import { age } from './time.js'

const rowsOfPage = 50
const tick = 10_000 // ms after which ages are told anew

const byText = member => (a, b) => String(a[member] ?? '').localeCompare(String(b[member] ?? ''))
const byNumber = member => (a, b) => b[member] - a[member]
const columns = {
  name: { compare: byText('name') },
  nickname: { compare: byText('nickname') },
  state: { compare: (a, b) => states.indexOf(a.state) - states.indexOf(b.state) },
  queue: { compare: byNumber('queue') },
  messages: { compare: (a, b) => b.messages_in + b.messages_out - a.messages_in - a.messages_out },
  last_poll: { compare: byText('last_poll_at') }
}

/** What somebody chose is kept while other pages are looked at. */
const view = { filter: '', state: null, column: 'name', isReversed: false, page: 0 }

function makeRow(name) {
  const cells = {
    name: element('td', {}, element('a', { href: `#/accounts/${name}` }, name)),
    nickname: element('td', { class: 'text' }, foreign('')),
    state: element('td', {}, badge('starting'), element('span', { class: 'age' })),
    reason: element('td', { class: 'text reason' }),
    queue: element('td', { class: 'number' }),
    messages: element('td', { class: 'number' }),
    last_poll: element('td', { class: 'number' })
  }
  for (const [key, cell] of Object.entries(cells)) cell.dataset.label = t(`column.${key}`)
  return { node: element('tr', {}, ...Object.values(cells)), cells }
}

function fillRow({ cells, node }, account, now) {
  node.dataset.state = account.state
  setForeign(cells.nickname.firstChild, account.nickname ?? '')
  setBadge(cells.state.firstChild, account.state)
  setText(cells.state.lastChild, age(account.state_since, now) ?? '')
  setText(cells.reason, reasonText(account.reason))
  setText(cells.queue, String(account.queue))
  setText(cells.messages, `${account.messages_in} / ${account.messages_out}`)
  setText(cells.last_poll, age(account.last_poll_at, now) ?? '–')
}

function countsBar(onChoose) {
  const node = element('div', { class: 'counts', role: 'group', 'aria-label': t('fleet.states') })
  const buttons = new Map()
  function add(key, label) {
    const number = element('strong')
    const made = element('button', { type: 'button', class: 'count', 'data-state': key ?? 'all' }, number, ' ', label)
    made.addEventListener('click', () => onChoose(key))
    buttons.set(key, { made, number })
    node.append(made)
  }
  add(null, t('fleet.all'))
  for (const state of states) add(state, word('state', state))
  return {
    node,
    update(counts, total) {
      for (const [key, { made, number }] of buttons) {
        const n = key === null ? total : counts[key] ?? 0
        setText(number, String(n))
        made.hidden = key !== null && n === 0 && view.state !== key
        made.setAttribute('aria-pressed', String(view.state === key))
      }
    }
  }
}

function tableHead(onSort) {
  const row = element('tr')
  const heads = new Map()
  for (const key of ['name', 'nickname', 'state', 'reason', 'queue', 'messages', 'last_poll']) {
    const label = t(`column.${key}`)
    const isSorted = key in columns
    const head = element('th', { scope: 'col', class: ['queue', 'messages', 'last_poll'].includes(key) ? 'number' : null },
      isSorted ? button(label, () => onSort(key), { class: 'sort' }) : label)
    heads.set(key, head)
    row.append(head)
  }
  return {
    node: element('thead', {}, row),
    update() {
      for (const [key, head] of heads) {
        if (key === view.column) head.setAttribute('aria-sort', view.isReversed ? 'descending' : 'ascending')
        else head.removeAttribute('aria-sort')
      }
    }
  }
}

function chosen(fleet) {
  const wanted = view.filter.trim().toLowerCase()
  const found = [...fleet.accounts.values()].filter(account =>
    (view.state === null || account.state === view.state) &&
    (!wanted || account.name.includes(wanted) || (account.nickname ?? '').toLowerCase().includes(wanted)))
  const { compare } = columns[view.column]
  const turn = view.isReversed ? -1 : 1
  return found.sort((a, b) => turn * compare(a, b) || a.name.localeCompare(b.name))
}

/** The page; `context` is {session, fleet}. */
export function fleetPage({ session, fleet }) {
  const filter = element('input', {
    type: 'search', id: 'filter', placeholder: t('fleet.filter'), 'aria-label': t('fleet.filter'), value: view.filter
  })
  filter.addEventListener('input', () => {
    view.filter = filter.value
    view.page = 0
    draw()
  })
  const counts = countsBar(state => {
    view.state = view.state === state ? null : state
    view.page = 0
    draw()
  })
  const head = tableHead(key => {
    view.isReversed = view.column === key && !view.isReversed
    view.column = key
    draw()
  })
  const body = element('tbody')
  const empty = element('p', { class: 'waiting', role: 'status' })
  const table = element('table', { class: 'fleet' }, element('caption', { class: 'visually-hidden' }, t('fleet.title')), head.node, body)
  const before = button(t('fleet.before'), () => { view.page--; draw() })
  const after = button(t('fleet.after'), () => { view.page++; draw() })
  const place = element('span', { role: 'status' })
  const pager = element('nav', { class: 'pager', 'aria-label': t('fleet.pages') }, before, place, after)
  const add = session.mayAdd
    ? button(t('add'), async () => {
      const account = await addAccount(session)
      if (!account) return
      fleet.put(account)
      location.hash = `#/accounts/${account.name}`
    }, { class: 'primary', id: 'add' })
    : ''
  const node = element('section', {},
    element('div', { class: 'title' }, element('h1', { tabindex: -1 }, t('fleet.title')), add),
    counts.node, element('div', { class: 'toolbar' }, filter), table, empty, pager)

  let rows = new Map()
  function draw() {
    const all = chosen(fleet)
    const last = Math.max(0, Math.ceil(all.length / rowsOfPage) - 1)
    view.page = Math.min(Math.max(0, view.page), last)
    const shown = all.slice(view.page * rowsOfPage, (view.page + 1) * rowsOfPage)
    const now = Date.now()
    const present = new Map()
    for (const account of shown) {
      const row = rows.get(account.name) ?? makeRow(account.name)
      fillRow(row, account, now)
      present.set(account.name, row)
    }
    const isSame = present.size === rows.size && [...present.keys()].every((name, i) => body.children[i] === rows.get(name)?.node)
    rows = present
    if (!isSame) {
      const focused = body.contains(document.activeElement) ? document.activeElement : null
      body.replaceChildren(...[...present.values()].map(row => row.node))
      if (focused?.isConnected) focused.focus({ preventScroll: true })
    }
    const byState = {}
    for (const account of fleet.accounts.values()) byState[account.state] = (byState[account.state] ?? 0) + 1
    counts.update(byState, fleet.accounts.size)
    head.update()
    table.hidden = shown.length === 0
    setText(empty, shown.length ? '' : t(!fleet.isLoaded ? 'loading' : fleet.accounts.size ? 'fleet.noneFits' : 'fleet.none'))
    pager.hidden = last === 0
    before.disabled = view.page === 0
    after.disabled = view.page === last
    setText(place, t('fleet.place', { from: view.page * rowsOfPage + 1, to: view.page * rowsOfPage + shown.length, all: all.length }))
  }
  draw()
  const unwatch = fleet.watch(draw)
  const timer = setInterval(draw, tick)
  return {
    node,
    title: t('fleet.title'),
    stop() {
      unwatch()
      clearInterval(timer)
    }
  }
}
