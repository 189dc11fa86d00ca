// Dark or light: as the system says, until somebody chooses.
import { browser } from './storage.js'

const place = 'weixind.theme'
const system = matchMedia('(prefers-color-scheme: dark)')

export function isDark() {
  const chosen = browser.get(place)
  return chosen ? chosen === 'dark' : system.matches
}

export function showTheme() {
  document.documentElement.dataset.theme = isDark() ? 'dark' : 'light'
}

export function switchTheme() {
  browser.set(place, isDark() ? 'light' : 'dark')
  showTheme()
}

system.addEventListener('change', showTheme)
