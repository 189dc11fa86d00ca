'use strict'
/*
 * Chromium, held to this: no request leaves the server's own origin, nothing breaks the page's own policy, no script
 * throws, no text becomes a script.
 */
const assert = require('node:assert/strict')
const { execFileSync } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { chromium } = require('playwright-core')

const patience = 30_000 // ms; a deadline for what should take less than one second

class Browser {
  constructor (base) {
    this.base = base
    this.origin = new URL(base).origin
    this.wrongs = []
    this.expected = []
  }

  async start () {
    const args = ['--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1', '--disable-background-networking']
    if (process.getuid() === 0) args.push('--no-sandbox') // Chromium's own does not work for root
    this.chromium = await chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args })
  }

  /** A context of its own, as another person has; `options` are Playwright's. */
  async context (options = {}) {
    const context = await this.chromium.newContext({
      viewport: { width: 1200, height: 900 }, locale: 'en-US', colorScheme: 'light', reducedMotion: 'reduce', ...options
    })
    context.setDefaultTimeout(patience)
    context.on('page', page => this.watch(page))
    return context
  }

  watch (page) {
    page.requested = []
    page.on('request', request => {
      const url = new URL(request.url())
      page.requested.push(url.pathname)
      if (url.protocol !== 'blob:' && url.origin !== this.origin) this.wrongs.push(`a request to ${request.url()}`)
    })
    page.on('pageerror', error => this.wrongs.push(`an error: ${error.message}`))
    page.on('dialog', dialog => {
      this.wrongs.push(`a dialog: ${dialog.message()}`)
      dialog.dismiss()
    })
    page.on('console', message => {
      const text = message.text()
      // The browser's own note of an answer that is no success: scenarios look at those themselves.
      if (message.type() === 'error' && !text.startsWith('Failed to load resource')) this.wrongs.push(`an error: ${text}`)
      if (/content security policy|refused to|trusted ?type/i.test(text)) this.wrongs.push(`a breach of the policy: ${text}`)
    })
  }

  async page (options) {
    return (await this.context(options)).newPage()
  }

  async stop () {
    await this.chromium.close()
    assert.deepEqual(this.wrongs, [])
  }
}

/** What the QR code in a picture of this element says. */
async function decode (locator) {
  const file = path.join(os.tmpdir(), `console-${process.pid}-${Math.random()}.png`)
  fs.writeFileSync(file, await locator.screenshot())
  try {
    return execFileSync('zbarimg', ['--quiet', '--raw', file], { encoding: 'utf8' }).trim()
  } finally {
    fs.rmSync(file)
  }
}

/** Waits until `condition()` is true. */
async function until (condition, what) {
  const end = Date.now() + patience
  for (;;) {
    const value = await condition()
    if (value) return value
    if (Date.now() > end) throw new Error(`${what}: waited in vain`)
    await new Promise(resolve => setTimeout(resolve, 50))
  }
}

/** No part of the page is wider than the window. */
async function fits (page) {
  const { wide, width } = await page.evaluate(() => ({ wide: document.documentElement.scrollWidth, width: window.innerWidth }))
  assert.ok(wide <= width, `the page is ${wide} wide in a window of ${width}`)
}

module.exports = { Browser, decode, fits, until, patience }
