'use strict'
// The server goes and comes back: console_test.py reads what to do from standard output, and answers on standard input.
const readline = require('node:readline')
const { until } = require('../browser.js')
const { addOnline, badge, open, signIn } = require('../world.js')

const lines = readline.createInterface({ input: process.stdin })[Symbol.asyncIterator]()

async function ask (what) {
  console.log(what)
  await lines.next()
}

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
