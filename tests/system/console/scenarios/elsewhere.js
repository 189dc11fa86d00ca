'use strict'
// What somebody else does, by weixinctl, shows without a reload: in the list, on the account's page and in its history.
const assert = require('node:assert/strict')
const { until } = require('../browser.js')
const { addOnline, admin, ask, badge, open, signIn } = require('../world.js')

module.exports = async browser => {
  await addOnline('shop-01', 1)
  const list = await signIn(browser)
  const page = await signIn(browser)
  await open(page, 'shop-01')
  await badge(page, 'online')
  const loaded = page.requested.filter(path => path === '/console/main.js').length

  // Each row: when, from which state to which, and why.
  const rows = () => page.locator('table.history tbody tr').evaluateAll(all => all.map(row =>
    [row.querySelector('time').dateTime, ...[...row.cells].slice(1).map(cell => cell.textContent)]))
  const agrees = async () => {
    const { history } = await admin('GET', '/v1/accounts/shop-01/history')
    const shown = await rows()
    return shown.length === history.length && history.reverse().every((change, i) => change.at === shown[i][0]) && shown
  }
  const listed = state => list.waitForSelector(`tr:has(a[href="#/accounts/shop-01"]) .badge[data-state="${state}"]`)

  const before = await until(agrees, 'the changes of state')
  assert.ok(before.length >= 3, 'a login has more changes than that')
  assert.match(before[0][1], /→ online$/i)

  await ask('pause')
  await badge(page, 'stopped')
  await listed('stopped')
  await page.waitForSelector('[data-action=resume]:visible')
  assert.equal(await page.locator('[data-action=pause]:visible').count(), 0)
  const paused = await until(async () => (await rows()).length > before.length && await agrees(), 'the pause among the changes')
  assert.match(paused[0][1], /^online → stopped$/i)
  assert.match(paused[0][2], /paused/i)

  await ask('resume')
  await badge(page, 'online')
  await listed('online')
  const resumed = await until(async () => (await rows()).length > paused.length && await agrees(), 'the resume among the changes')
  assert.match(resumed[0][1], /→ online$/i)
  assert.equal(page.requested.filter(path => path === '/console/main.js').length, loaded, 'the page was loaded again')
}
