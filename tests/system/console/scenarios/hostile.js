'use strict'
// What strangers write stays text, and changes no layout.
const assert = require('node:assert/strict')
const { fits, until } = require('../browser.js')
const { addOnline, admin, control, open, signIn } = require('../world.js')

const markup = '<img src=x onerror="alert(1)"><script>alert(2)</script>'
const turned = '\u202Eevil\u2066 name\u0000\u0007'.replace(/[\u0000\u0007]/g, '')
const long = 'W'.repeat(10 * 1024)

module.exports = async browser => {
  await control('PATCH', '/v1/users/1', { nick: markup })
  await control('PATCH', '/v1/users/2', { nick: turned })
  await control('PATCH', '/v1/users/3', { nick: 'W'.repeat(1024) })
  for (const n of [1, 2, 3]) await addOnline(`shop-0${n}`, n)
  const page = await signIn(browser)
  // Longer than any nickname that Weixin lets through.
  await page.route('**/v1/accounts', async route => {
    const answer = await route.fetch()
    const body = await answer.json()
    body.accounts[2].nickname = long
    body.accounts[2].reason = markup + long
    await route.fulfill({ response: answer, json: body })
  })
  await page.reload()
  await until(async () => (await page.locator('tbody tr').count()) === 3, 'three accounts')
  await until(async () => (await page.innerText('tbody')).includes('WWW'), 'the long name')
  assert.ok((await page.innerText('tbody')).includes(markup), 'the markup is not shown as text')
  assert.equal(await page.locator('main img, main script').count(), 0)
  assert.equal(await page.locator('tbody bdi').count(), 3)
  await fits(page)
  // What stands behind a name that turns the line around stays where it is.
  const [name, queue] = await page.locator('tbody tr').nth(1).evaluate(row =>
    [row.children[0], row.children[4]].map(cell => cell.getBoundingClientRect().left))
  assert.ok(name < queue)

  await control('POST', '/v1/messages', { user: 1, text: markup })
  await control('POST', '/v1/messages', { user: 1, text: turned })
  await control('POST', '/v1/messages', { user: 1, text: long })
  await control('POST', '/v1/users/1/contacts', { nick: markup })
  await open(page, 'shop-01')
  await until(async () => (await admin('GET', '/v1/accounts/shop-01')).messages_in === 3, 'the messages')
  await page.click('#show-messages')
  await until(async () => (await page.locator('.messages li').count()) === 3, 'the messages on the page')
  assert.ok((await page.innerText('.messages')).includes(markup))
  await page.fill('#send-to', '<img')
  await page.waitForSelector('.choice')
  await page.click('.choice')
  assert.ok((await page.innerText('#send-help')).includes(markup))
  for (const width of [1200, 360]) {
    await page.setViewportSize({ width, height: 740 })
    await fits(page)
    await page.click('.head a')
    await fits(page)
    await open(page, 'shop-01')
    await page.click('#show-messages')
  }
  // Names in an address lead nowhere else.
  for (const hash of ['#/accounts/<img>', '#/accounts/../../x', '#code=<script>', '#__proto__']) {
    await page.evaluate(h => { location.hash = h }, hash)
    await page.waitForSelector('table.fleet')
  }
}
