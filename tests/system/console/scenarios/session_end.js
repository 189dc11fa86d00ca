'use strict'
// A session that Weixin ends, and codes that nobody scans in time: the page follows by itself.
const assert = require('node:assert/strict')
const { decode, until } = require('../browser.js')
const { addOnline, admin, badge, control, open, phone, signIn } = require('../world.js')

module.exports = async browser => {
  await addOnline('shop-01', 1)
  const page = await signIn(browser)
  await open(page, 'shop-01')
  await badge(page, 'online')

  await control('POST', '/v1/sessions/end', { user: 1, code: 1100 })
  await badge(page, 'awaiting_scan')
  await page.waitForSelector('img.code:not([hidden])')
  await page.getByText('Weixin ended the session (1100)').first().waitFor()
  const first = await decode(page.locator('img.code'))
  await page.waitForSelector('progress:not([hidden])')

  await phone.expire(first)
  const second = await until(async () => {
    const now = await decode(page.locator('img.code')).catch(() => first)
    return now !== first && now
  }, 'a new code without a reload')
  assert.equal(second, (await admin('GET', '/v1/accounts/shop-01/qr')).url)
  await phone.scan(second, 1)
  await phone.confirm(second)
  await badge(page, 'online')
}
