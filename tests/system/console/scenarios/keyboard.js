'use strict'
// All of it without a mouse.
const assert = require('node:assert/strict')
const { CONSOLE_TOKEN, CONSOLE_URL, badge, admin, phone, reaches } = require('../world.js')

const focused = page => page.evaluate(() => {
  const at = document.activeElement
  return at.id || at.dataset.action || at.getAttribute('href') || at.textContent.trim()
})

/** Presses Tab until the focus is there. */
async function tabTo (page, what, key = 'Tab') {
  for (let i = 0; i < 60; i++) {
    if (await focused(page) === what) return
    await page.keyboard.press(key)
  }
  assert.fail(`Tab does not lead to ${what}, but to ${await focused(page)}`)
}

module.exports = async browser => {
  const page = await browser.page()
  await page.goto(`${CONSOLE_URL}/console/`)
  await page.waitForSelector('#token')
  assert.equal(await focused(page), 'token')
  await page.keyboard.type(CONSOLE_TOKEN)
  await page.keyboard.press('Enter')
  await page.waitForSelector('#add')

  // The first stop of a page leads past its head.
  await page.reload()
  await page.waitForSelector('#add')
  await page.keyboard.press('Tab')
  assert.equal(await focused(page), 'skip')
  await page.keyboard.press('Enter')
  assert.equal(await focused(page), 'main')

  await tabTo(page, 'add')
  const ring = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle)
  assert.equal(ring, 'solid', 'the focus cannot be seen')
  await page.keyboard.press('Enter')
  assert.equal(await focused(page), 'add-name')
  await page.keyboard.type('Shop 01')
  await page.keyboard.press('Enter')
  assert.equal(await page.locator('dialog').count(), 1, 'a name that is none is taken')
  await page.keyboard.press('Control+A')
  await page.keyboard.type('shop-01')
  await page.keyboard.press('Enter')
  await badge(page, 'awaiting_scan')
  const { url } = await admin('GET', '/v1/accounts/shop-01/qr')
  await phone.scan(url, 1)
  await phone.confirm(url)
  await badge(page, 'online')
  // Who cannot see the badge is told.
  assert.match(await page.innerText('#announcer'), /shop-01: online/)

  await tabTo(page, 'pause')
  await page.keyboard.press('Enter')
  await page.waitForSelector('dialog[open]')
  // The focus goes round within the dialog, or to the browser's own bar, but never to the page behind it.
  for (let i = 0; i < 8; i++) {
    await page.keyboard.press('Tab')
    assert.ok(await page.evaluate(() => document.activeElement === document.body || document.querySelector('dialog').contains(document.activeElement)),
      `the focus is behind the dialog: ${await focused(page)}`)
  }
  await page.keyboard.press('Escape')
  await page.waitForSelector('dialog', { state: 'detached' })
  assert.equal(await focused(page), 'pause', 'the focus does not come back')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Enter')
  await reaches('shop-01', 'stopped')

  // What erases is never one key away.
  await tabTo(page, 'remove')
  await page.keyboard.press('Enter')
  await page.waitForSelector('dialog[open]')
  await page.keyboard.press('Enter')
  await page.waitForSelector('dialog', { state: 'detached' })
  assert.equal((await admin('GET', '/v1/accounts')).accounts.length, 1)

  await tabTo(page, '#/', 'Shift+Tab')
  await page.keyboard.press('Enter')
  await page.waitForSelector('table.fleet:not([hidden])')
  await tabTo(page, '#/accounts/shop-01')
  await page.keyboard.press('Enter')
  await badge(page, 'stopped')
}
