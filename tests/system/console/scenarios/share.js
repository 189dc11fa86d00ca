'use strict'
// A link for the person with the phone: one login, and nothing else.
const assert = require('node:assert/strict')
const { decode, until } = require('../browser.js')
const { CONSOLE_URL, addOnline, admin, open, phone, signIn } = require('../world.js')

const shared = link => fetch(`${CONSOLE_URL}/v1/shared`, { headers: { Authorization: `Share ${link}` } })
const state = (page, wanted) => page.waitForSelector(`main[data-state="${wanted}"]`)

module.exports = async browser => {
  await addOnline('other', 2)
  await admin('POST', '/v1/accounts', { name: 'secret-name' })
  const page = await signIn(browser)
  await open(page, 'secret-name')
  await page.click('#share')
  await page.selectOption('#share-time', '600')
  await page.click('dialog button[type=submit]')
  const address = await page.inputValue('#share-link')
  await page.keyboard.press('Escape')
  assert.ok(address.startsWith(`${CONSOLE_URL}/console/scan.html#`))

  // Somebody else, who has the link and nothing more.
  const guest = await browser.page({ viewport: { width: 360, height: 740 } })
  await guest.goto(address)
  await state(guest, 'waiting')
  await guest.waitForSelector('img.code:not([hidden])')
  const shown = await decode(guest.locator('img.code'))
  assert.equal(shown, (await admin('GET', '/v1/accounts/secret-name/qr')).url)
  await phone.expire(shown)
  const renewed = await until(async () => {
    const now = await decode(guest.locator('img.code')).catch(() => shown)
    return now !== shown && now
  }, 'a new code without a reload')
  await phone.scan(renewed, 1)
  await state(guest, 'scanned')
  await guest.waitForSelector('img.avatar:not([hidden])')
  await phone.confirm(renewed)
  await state(guest, 'online')
  const nickname = await until(async () => (await admin('GET', '/v1/accounts/secret-name')).nickname, 'a nickname')
  const seen = await guest.content()
  for (const word of ['secret-name', 'other', nickname]) assert.ok(!seen.includes(word), `the guest sees ${word}`)
  assert.deepEqual([...new Set(guest.requested.filter(p => p.startsWith('/v1/')))].sort(),
    ['/v1/shared', '/v1/shared/avatar', '/v1/shared/qr'])
  assert.equal(await guest.evaluate(() => sessionStorage.length + localStorage.length), 0)

  // The link opens nothing else.
  const link = address.split('#')[1]
  const told = await (await shared(link)).json()
  assert.deepEqual(Object.keys(told).sort(), ['expires_at', 'state'])
  for (const scheme of ['Bearer', 'Share']) {
    for (const path of ['/v1/accounts', '/v1/accounts/secret-name', '/v1/accounts/secret-name/qr', '/v1/events', '/v1/whoami']) {
      const answer = await fetch(CONSOLE_URL + path, { headers: { Authorization: `${scheme} ${link}` } })
      // Too many attempts without a good token are refused unseen.
      assert.ok([401, 429].includes(answer.status), `${scheme} ${path}: ${answer.status}`)
    }
  }
  const middle = Math.floor(link.length / 2)
  const forged = link.slice(0, middle) + (link[middle] === 'A' ? 'B' : 'A') + link.slice(middle + 1)
  for (const wrong of [forged, '', 'x', 'x.y', link + 'A']) assert.equal((await shared(wrong)).status, 401)

  // It expires.
  const short = await admin('POST', '/v1/accounts/other/share', { expires_in: 2 })
  const late = await browser.page()
  await late.goto(CONSOLE_URL + short.path)
  await state(late, 'online')
  await state(late, 'expired')
  assert.equal((await (await shared(short.path.split('#')[1])).json()).code, 'link_expired')
  for (const seconds of [0, -1, 86_401, 1.5, '60', null]) {
    await assert.rejects(admin('POST', '/v1/accounts/other/share', { expires_in: seconds }), /422/)
  }

  // It dies with the account, also when there is another one of that name.
  await admin('DELETE', '/v1/accounts/secret-name')
  await state(guest, 'invalid')
  await admin('POST', '/v1/accounts', { name: 'secret-name' })
  await guest.reload()
  await state(guest, 'invalid')
  assert.equal((await (await shared(link)).json()).code, 'link_invalid')
}
