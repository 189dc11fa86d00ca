// Which language the page speaks, and its words.
import en from './texts_en.js'
import zh from './texts_zh.js'
import { browser } from './storage.js'

const place = 'weixind.language'
const texts = { en, zh }

function first() {
  const chosen = browser.get(place)
  if (Object.hasOwn(texts, chosen ?? '')) return chosen
  const spoken = navigator.languages.map(tag => tag.slice(0, 2).toLowerCase())
  return spoken.find(tag => Object.hasOwn(texts, tag)) ?? 'en'
}

let present = first()

export function language() {
  return present === 'zh' ? 'zh-CN' : 'en'
}

/** The words for a key; {name} in them is replaced. A key without words shows as it is. */
export function t(key, values = {}) {
  const text = texts[present][key] ?? texts.en[key] ?? key
  return text.replace(/\{(\w+)\}/g, (whole, name) => Object.hasOwn(values, name) ? String(values[name]) : whole)
}

/** True when there are words for it. */
export function has(key) {
  return Object.hasOwn(texts.en, key)
}

/** The words for `prefix.value`, or the value itself when nobody foresaw it. */
export function word(prefix, value) {
  return has(`${prefix}.${value}`) ? t(`${prefix}.${value}`) : String(value)
}

export function show() {
  document.documentElement.lang = language()
}

/** The other language from now on, also in later visits. */
export function switchLanguage() {
  present = present === 'zh' ? 'en' : 'zh'
  browser.set(place, present)
  show()
}
