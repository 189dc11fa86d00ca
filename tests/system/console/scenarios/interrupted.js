'use strict'
// The server goes and comes back.
const { until } = require('../browser.js')
const { addOnline, ask, badge, open, signIn } = require('../world.js')

module.exports = async browser => {
  await addOnline('shop-01', 1)
  const page = await signIn(browser)
  await page.waitForSelector('#condition[data-condition=live]')
  await open(page, 'shop-01')
  await badge(page, 'online')
  await ask('stop')
  await page.waitForSelector('#condition[data-condition=lost]')
  await page.getByText('Not connected').waitFor()
  await ask('start')
  await page.waitForSelector('#condition[data-condition=live]')
  await badge(page, 'online')
  // Events come again, though their numbers began anew.
  await ask('end session')
  await badge(page, 'awaiting_scan')
  await until(() => page.locator('img.code:not([hidden])').count(), 'the code')
}
