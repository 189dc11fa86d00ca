// What a browser keeps for us, where it lets us. Without it a choice lasts as long as the page.

function safe(area, work) {
  try {
    return work(window[area])
  } catch {
    return null
  }
}

function keeper(area) {
  const memory = new Map()
  return {
    get: key => safe(area, s => s.getItem(key)) ?? memory.get(key) ?? null,
    set(key, value) {
      memory.set(key, value)
      safe(area, s => s.setItem(key, value))
    },
    remove(key) {
      memory.delete(key)
      safe(area, s => s.removeItem(key))
    }
  }
}

/** Of this tab. */
export const tab = keeper('sessionStorage')
/** Of this browser. */
export const browser = keeper('localStorage')
