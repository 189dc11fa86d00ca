'use strict'
// Everything that can be done with an account, after a question.
const assert = require('node:assert/strict')
const { until } = require('../browser.js')
const { act, addOnline, admin, badge, open, reaches, signIn } = require('../world.js')

module.exports = async browser => {
  await addOnline('shop-01', 1)
  await addOnline('shop-02', 2)
  const page = await signIn(browser)
  await open(page, 'shop-01')
  await badge(page, 'online')

  // A question that is answered with no changes nothing.
  await page.click('[data-action=pause]')
  await page.keyboard.press('Escape')
  await page.click('[data-action=remove]')
  await page.click('dialog button[type=button]')
  assert.equal((await admin('GET', '/v1/accounts/shop-01')).desired, 'running')

  await act(page, 'pause')
  await badge(page, 'stopped')
  assert.equal(await page.locator('[data-action=pause]:visible').count(), 0)
  await act(page, 'resume')
  await badge(page, 'online')
  const { restarts } = await admin('GET', '/v1/accounts/shop-01')
  await act(page, 'restart')
  await until(async () => (await admin('GET', '/v1/accounts/shop-01')).restarts > restarts, 'the restart')
  await badge(page, 'online')
  await act(page, 'relogin')
  await badge(page, 'awaiting_scan')
  await page.waitForSelector('img.code:not([hidden])')

  await act(page, 'remove')
  await page.waitForURL('**/#/')
  await page.waitForSelector('a[href="#/accounts/shop-01"]', { state: 'detached' })
  await page.waitForSelector('a[href="#/accounts/shop-02"]')
  assert.deepEqual((await admin('GET', '/v1/accounts')).accounts.map(a => a.name), ['shop-02'])

  // What somebody else removes goes from the page, too.
  await open(page, 'shop-02')
  await act(page, 'logout')
  await reaches('shop-02', 'stopped')
  await admin('DELETE', '/v1/accounts/shop-02')
  await page.reload()
  await page.getByText('There is no account of this name').waitFor()
}
