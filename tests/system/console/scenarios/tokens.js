'use strict'
// What a token does not allow is not offered, and when it ends the page says so.
const assert = require('node:assert/strict')
const { CONSOLE_URL, addOnline, admin, badge, newToken, open, signIn } = require('../world.js')

const controls = page => page.locator('[data-action]:visible').evaluateAll(all => all.map(b => b.dataset.action).sort())

module.exports = async browser => {
  const brief = await newToken({ name: 'brief', scope: 'read', expires_in: 60 })
  const ending = await signIn(browser, brief.token)

  await addOnline('shop-01', 1)
  await addOnline('shop-02', 2)
  await admin('POST', '/v1/accounts', { name: 'shop-03' })

  const reader = await newToken({ name: 'reader', scope: 'read' })
  const looking = await signIn(browser, reader.token)
  assert.equal(await looking.locator('#add').count(), 0)
  await open(looking, 'shop-03')
  assert.deepEqual(await controls(looking), [])
  assert.equal(await looking.locator('.login, #send-text').count(), 0, 'a code or a form for whom it is not')
  await looking.click('.head a')
  await open(looking, 'shop-01')
  await badge(looking, 'online')
  await looking.click('#show-messages')
  await looking.getByText('No messages so far.').waitFor()

  const operator = await newToken({ name: 'operator', scope: 'operator', accounts: ['shop-01'] })
  const working = await signIn(browser, operator.token)
  await working.waitForSelector('a[href="#/accounts/shop-01"]')
  assert.equal(await working.locator('tbody tr').count(), 1, 'an account that the token is not for')
  assert.equal(await working.locator('#add').count(), 0)
  await open(working, 'shop-01')
  assert.deepEqual(await controls(working), ['logout', 'pause', 'relogin', 'restart'])
  await working.goto(`${CONSOLE_URL}/console/#/accounts/shop-02`)
  await working.getByText('There is no account of this name').waitFor()
  await working.goto(`${CONSOLE_URL}/console/#/`)

  // Revoked while the page is open: at once, without a click.
  await admin('DELETE', `/v1/tokens/${operator.id}`)
  await working.waitForSelector('#token')
  assert.match(await working.innerText('.complaint'), /signed out/)
  assert.equal(await working.evaluate(() => sessionStorage.length), 0)
  await working.fill('#token', operator.token)
  await working.keyboard.press('Enter')
  await working.getByText('This token or link is not valid', { exact: false }).waitFor()

  // Expired while it is open.
  await ending.waitForSelector('#token', { timeout: 90_000 })
  assert.match(await ending.innerText('.complaint'), /expired/)
}
