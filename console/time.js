// Times and durations in words of the chosen language.
import { language, t } from './language.js'

/** "5 s", "3 min", "2 h", "4 d": how long ago that was, or null without a time. */
export function age(time, now = Date.now()) {
  const at = Date.parse(time ?? '')
  if (Number.isNaN(at)) return null
  return span(Math.max(0, now - at))
}

export function span(ms) {
  const seconds = Math.floor(ms / 1000)
  if (seconds < 60) return t('seconds', { n: seconds })
  if (seconds < 3600) return t('minutes', { n: Math.floor(seconds / 60) })
  if (seconds < 86400) return t('hours', { n: Math.floor(seconds / 3600) })
  return t('days', { n: Math.floor(seconds / 86400) })
}

/** Date and time of day here; the year only when it is another one. */
export function moment(time) {
  const at = new Date(time ?? NaN)
  if (Number.isNaN(at.getTime())) return t('never')
  const year = at.getFullYear() === new Date().getFullYear() ? {} : { year: 'numeric' }
  return new Intl.DateTimeFormat(language(), {
    ...year, month: 'short', day: 'numeric', hour: 'numeric', minute: '2-digit', second: '2-digit'
  }).format(at)
}

/** "3:07", for what counts down. */
export function clock(ms) {
  const seconds = Math.max(0, Math.ceil(ms / 1000))
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}
