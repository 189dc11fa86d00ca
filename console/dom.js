// Elements are made here and nowhere else. Every string becomes a text node or an attribute's value: what strangers
// wrote is never read as HTML.

/** An element. `attributes`: true and false set and leave out, `on` holds listeners; children are nodes and strings. */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (name === 'on') {
      for (const [event, listener] of Object.entries(value)) made.addEventListener(event, listener)
    } else if (value === true) {
      made.setAttribute(name, '')
    } else if (value !== false && value !== null && value !== undefined) {
      made.setAttribute(name, String(value))
    }
  }
  made.append(...children.flat().filter(child => child !== null && child !== undefined && child !== false))
  return made
}

/** Sets the text only when it differs, so that a screen reader is not told the same thing again. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text
}

/** At most `most` characters; what is left out shows as an ellipsis. No character is cut in two. */
export function clip(text, most) {
  const all = String(text ?? '')
  if (all.length <= most) return all
  const kept = Array.from(all.slice(0, most * 2)).slice(0, most).join('')
  return kept.length < all.length ? kept + '…' : kept
}

const longestName = 200

/** What somebody else chose, in a box of its own: its direction and its length change nothing around it. */
export function foreign(text, tag = 'bdi') {
  const node = element(tag, { class: 'foreign' })
  setForeign(node, text)
  return node
}

export function setForeign(node, text) {
  const shown = clip(text, longestName)
  setText(node, shown)
  if (node.title !== shown) node.title = shown
}

/** A button that is off, and says so, as long as its work goes on. */
export function button(label, work, attributes = {}) {
  const made = element('button', { type: 'button', ...attributes }, label)
  made.addEventListener('click', async () => {
    if (made.getAttribute('aria-disabled') === 'true') return
    made.setAttribute('aria-disabled', 'true')
    try {
      await work()
    } finally {
      made.removeAttribute('aria-disabled')
    }
  })
  return made
}
