'use strict'
// From a link that signs in to a message that arrives.
const assert = require('node:assert/strict')
const { decode, until } = require('../browser.js')
const { CONSOLE_URL, admin, badge, control, phone } = require('../world.js')

module.exports = async browser => {
  const { code } = await admin('POST', '/v1/sign-in-codes', {})
  const page = await browser.page()
  await page.goto(`${CONSOLE_URL}/console/#code=${code}`)
  await page.waitForSelector('#add')
  assert.ok(!page.url().includes(code), 'the code stays in the address')
  assert.equal(await page.evaluate(() => document.cookie + localStorage.length), '0')

  await page.click('#add')
  await page.fill('#add-name', 'shop-01')
  await page.keyboard.press('Enter')
  await page.waitForURL('**/#/accounts/shop-01')
  await badge(page, 'awaiting_scan')
  await page.waitForSelector('img.code:not([hidden])')
  const shown = await decode(page.locator('img.code'))
  assert.equal(shown, (await admin('GET', '/v1/accounts/shop-01/qr')).url)

  await phone.scan(shown, 1)
  await badge(page, 'awaiting_confirm')
  await page.waitForSelector('img.avatar:not([hidden])')
  await until(() => page.evaluate(() => document.querySelector('img.avatar').naturalWidth > 0), 'the picture of who scanned')
  assert.equal(await page.locator('img.code:not([hidden])').count(), 0, 'a scanned code is still shown')
  await phone.confirm(shown)
  await badge(page, 'online')
  await page.waitForSelector('.login', { state: 'hidden' })
  await until(async () => (await page.innerText('.nickname')) !== '', 'the nickname')

  await page.fill('#send-text', 'hello from the console')
  await page.click('form button[type=submit]')
  await page.waitForSelector('.outcome[data-state=sent]')
  const { sent } = await control('GET', '/v1/sent?user=1')
  assert.deepEqual(sent.map(s => [s.to, s.text]), [['filehelper', 'hello from the console']])
  await page.waitForSelector('.sends .badge[data-state=sent]')

  // To a contact that is looked for.
  const friend = (await control('GET', '/v1/users/1')).contacts.find(c => c.kind === 'friend')
  await page.fill('#send-to', friend.remark || friend.nick)
  await page.click('.choice')
  await page.fill('#send-text', 'hello, friend')
  await page.click('form button[type=submit]')
  await until(async () => (await control('GET', '/v1/sent?user=1')).sent.some(s => s.to === friend.id && s.text === 'hello, friend'),
    'the text at the friend')

  await control('POST', '/v1/messages', { user: 1, text: 'first' })
  await page.click('#show-messages')
  await page.getByText('first', { exact: true }).waitFor()
  await control('POST', '/v1/messages', { user: 1, text: 'second, while looking' })
  await page.getByText('second, while looking', { exact: true }).waitFor()

  // A reload keeps the session, a new tab does not have it, and signing out ends it.
  await page.reload()
  await badge(page, 'online')
  const token = await page.evaluate(() => sessionStorage.getItem('weixind.token'))
  await page.click('#sign-out')
  await page.waitForSelector('#token')
  assert.equal(await page.evaluate(() => sessionStorage.length), 0)
  await until(async () => (await fetch(`${CONSOLE_URL}/v1/whoami`, { headers: { Authorization: `Bearer ${token}` } })).status === 401,
    'the end of the session at the server')
  // The code was for once.
  await page.goto(`${CONSOLE_URL}/console/#code=${code}`)
  await page.waitForSelector('.complaint:not(:empty)')
}
