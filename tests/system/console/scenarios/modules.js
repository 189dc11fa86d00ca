'use strict'
// Parts of the pages by themselves, and how the files are served.
const assert = require('node:assert/strict')
const { CONSOLE_URL } = require('../world.js')

module.exports = async browser => {
  const page = await browser.page()
  await page.goto(`${CONSOLE_URL}/console/`)
  await page.waitForSelector('#token')
  const found = await page.evaluate(async () => {
    const { EventParser } = await import('./events.js')
    const { clip } = await import('./dom.js')
    const { age, clock } = await import('./time.js')
    const whole = 'id: 7\r\nevent: state\r\ndata: {"a":1}\r\n\r\n: still here\n\ndata: {}\n\nevent: cut'
    const atOnce = new EventParser().push(whole)
    const parser = new EventParser()
    const inPieces = [...whole].flatMap(c => parser.push(c))
    let isBounded = false
    try {
      new EventParser().push('data: ' + 'x'.repeat(2_000_000))
    } catch {
      isBounded = true
    }
    return {
      atOnce, inPieces, isBounded,
      clipped: [clip('abc', 3), clip('abcd', 3), clip('😀😀😀', 2), clip(null, 2)],
      ages: [age('2026-01-01T00:00:00Z', Date.parse('2026-01-01T00:01:05Z')), age(null), age('nonsense')],
      clocks: [clock(61_000), clock(-5), clock(239_001)]
    }
  })
  assert.deepEqual(found.atOnce, [{ id: '7', event: 'state', data: '{"a":1}' }, { data: '{}' }])
  assert.deepEqual(found.inPieces, found.atOnce)
  assert.ok(found.isBounded)
  assert.deepEqual(found.clipped, ['abc', 'abc…', '😀😀…', ''])
  assert.deepEqual(found.ages, ['1 min', null, null])
  assert.deepEqual(found.clocks, ['1:01', '0:00', '4:00'])

  const answer = await fetch(`${CONSOLE_URL}/console/`)
  const policy = answer.headers.get('content-security-policy')
  for (const part of ["default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' blob:", "connect-src 'self'",
    "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"]) assert.ok(policy.includes(part), part)
  assert.ok(!/unsafe|\*|https?:|data:/.test(policy), policy)
  assert.equal(answer.headers.get('x-content-type-options'), 'nosniff')
  assert.equal(answer.headers.get('referrer-policy'), 'no-referrer')
  const again = await fetch(`${CONSOLE_URL}/console/`, { headers: { 'If-None-Match': answer.headers.get('etag') } })
  assert.equal(again.status, 304)
  const types = { 'main.js': 'text/javascript; charset=utf-8', 'style.css': 'text/css; charset=utf-8', 'icon.svg': 'image/svg+xml', 'scan.html': 'text/html; charset=utf-8' }
  for (const [file, type] of Object.entries(types)) {
    assert.equal((await fetch(`${CONSOLE_URL}/console/${file}`)).headers.get('content-type'), type)
  }
  for (const path of ['nothing.js', '..%2f..%2fetc%2fpasswd', 'README']) {
    assert.equal((await fetch(`${CONSOLE_URL}/console/${path}`)).status, 404)
  }
  const root = await fetch(`${CONSOLE_URL}/`, { redirect: 'manual' })
  assert.deepEqual([root.status, root.headers.get('location')], [302, '/console/'])
}
