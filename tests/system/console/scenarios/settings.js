'use strict'
// An account that is added with all its settings, and what its page tells of it: settings, counters, and its pace.
const assert = require('node:assert/strict')
const { until } = require('../browser.js')
const { admin, badge, phone, reaches, signIn } = require('../world.js')

/** Fills the dialog in, as far as `wanted` says: {name, bots, media, login, proxy}. */
async function add (page, wanted) {
  await page.click('#add')
  await page.fill('#add-name', wanted.name)
  assert.equal(await page.isVisible('#add-media'), false, 'what few need is in the way')
  await page.click('dialog summary')
  await page.selectOption('#add-media', wanted.media)
  await page.selectOption('#add-login', wanted.login)
  await page.fill('#add-bots', wanted.bots ?? '')
  await page.fill('#add-proxy', wanted.proxy ?? '')
  await page.click('dialog button[type=submit]')
  await page.waitForURL(`**/#/accounts/${wanted.name}`)
}

module.exports = async browser => {
  const page = await signIn(browser)
  const fact = label => page.locator('.facts dt', { hasText: new RegExp(`^${label}$`) }).locator('xpath=../dd').innerText()
  const tells = (label, wanted) => until(async () => wanted.test(await fact(label)), `${label}: ${wanted}`)

  await add(page, { name: 'shop-01', bots: 'echo', media: 'none', login: 'desktop' })
  const { bots, media, login, proxy } = await admin('GET', '/v1/accounts/shop-01')
  assert.deepEqual({ bots, media, login, proxy }, { bots: ['echo'], media: 'none', login: 'desktop', proxy: null })
  await tells('Bots', /^echo$/)
  await tells('Media fetched', /^none$/)
  await tells('Logs in as', /^desktop client$/)
  await tells('Proxy', /^none$/)
  await tells('Last good poll', /^never$/)

  await reaches('shop-01', 'awaiting_scan')
  const { url } = await admin('GET', '/v1/accounts/shop-01/qr')
  await phone.scan(url, 1)
  await phone.confirm(url)
  await badge(page, 'online')
  await tells('Last good poll', /^\d+ s ago$/)
  await tells('Sends in the queue', /^0$/)
  assert.equal(await page.locator('table:has(caption:text("What waits for its turn"))').isVisible(), false)

  // After a login texts go slowly: most of these wait.
  for (let n = 0; n < 8; n++) await admin('POST', '/v1/accounts/shop-01/messages', { to: 'filehelper', text: `text ${n}` })
  await tells('Sends in the queue', /^[1-8]$/)
  const pace = page.locator('table:has(caption:text("What waits for its turn")) tbody tr')
  await pace.first().waitFor()
  assert.match((await pace.allInnerTexts()).join('\n'), /^texts\t[1-8]\t.+\t(distance between sends|slow start after a login)$/)
  await tells('Last send taken', /^\d+ s ago$/)

  // A proxy that is not there: the page says so, and neither it nor the server gives the password away.
  await page.goto(`${page.url().split('#')[0]}#/`)
  await add(page, { name: 'shop-02', media: 'all', login: 'web', proxy: 'http://me:secret@127.0.0.1:9' })
  await tells('Media fetched', /^all$/)
  await tells('Proxy', /^http:\/\/127\.0\.0\.1:9$/)
  await tells('The proxy said', /./)
  assert.doesNotMatch(await page.content() + JSON.stringify(await admin('GET', '/v1/accounts/shop-02')), /secret/)
}
