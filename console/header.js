// The bar above every page.
import { button, element, foreign, setText } from './dom.js'
import { language, switchLanguage, t } from './language.js'
import { isDark, showTheme, switchTheme } from './theme.js'
import { moment } from './time.js'

/** Language and light, for every page. */
export function switches(redraw) {
  return [
    button(t('otherLanguage'), () => {
      switchLanguage()
      redraw()
      document.getElementById('language').focus()
    }, { id: 'language', lang: language() === 'en' ? 'zh-CN' : 'en', class: 'quiet' }),
    button(isDark() ? '☀' : '☾', () => {
      switchTheme()
      redraw()
      document.getElementById('theme').focus()
    }, { id: 'theme', class: 'quiet', 'aria-label': t(isDark() ? 'light' : 'dark'), title: t(isDark() ? 'light' : 'dark') })
  ]
}

function whoIsThis(who) {
  const limited = Array.isArray(who.accounts) ? t('who.someAccounts', { n: who.accounts.length }) : ''
  const until = who.expires_at ? t('who.until', { time: moment(who.expires_at) }) : ''
  return element('span', { class: 'who', title: [limited, until].filter(Boolean).join(' · ') },
    foreign(who.name || who.kind), ` · ${t(`scope.${who.scope}`)}`)
}

function conditionMark(condition) {
  return element('span', { id: 'condition', 'data-condition': condition, role: 'status' }, t(`condition.${condition}`))
}

/** Whether what the page shows is live, in a bar that is there already: nothing else of it moves. */
export function showCondition(condition) {
  const mark = document.getElementById('condition')
  if (!mark) return
  mark.dataset.condition = condition
  setText(mark, t(`condition.${condition}`))
}

/** Draws the bar. `who` and `condition` ('connecting', 'live', 'lost') are of somebody who is signed in. */
export function showHeader(header, { who, condition, onSignOut, onLanguage }) {
  showTheme()
  const redraw = () => {
    showTheme()
    onLanguage()
  }
  header.replaceChildren(
    element('a', { class: 'brand', href: '#/' }, element('img', { src: 'icon.svg', alt: '', width: 24, height: 24 }), 'weixind'),
    who ? conditionMark(condition) : '',
    element('span', { class: 'space' }),
    who ? whoIsThis(who) : '',
    ...switches(redraw),
    who ? button(t('signOut'), onSignOut, { class: 'quiet', id: 'sign-out' }) : '')
}
