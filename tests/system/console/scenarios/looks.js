'use strict'
// Two languages, dark and light, a phone's width; and the pictures of the documentation, when they are asked for.
const assert = require('node:assert/strict')
const path = require('node:path')
const { fits } = require('../browser.js')
const { CONSOLE_URL, addOnline, admin, badge, control, open, signIn } = require('../world.js')

const ground = page => page.evaluate(() => getComputedStyle(document.body).backgroundColor)

async function picture (page, name, options = {}) {
  if (!process.env.SCREENSHOTS) return
  await page.waitForTimeout(500)
  await page.screenshot({ path: path.join(process.env.SCREENSHOTS, `${name}.png`), ...options })
}

module.exports = async browser => {
  for (const [name, user] of [['shop-beijing', 1], ['shop-shanghai', 2], ['support', 3]]) await addOnline(name, user)
  for (const name of ['clinic', 'newcomer']) await admin('POST', '/v1/accounts', { name })
  await admin('POST', '/v1/accounts/support/pause')
  await control('POST', '/v1/messages', { user: 1, text: '你好，请问几点开门？' })

  const page = await signIn(browser)
  await page.waitForSelector('a[href="#/accounts/support"]')
  assert.equal(await page.getAttribute('html', 'lang'), 'en')
  const light = await ground(page)
  await picture(page, 'console-fleet')
  await page.click('#theme')
  assert.notEqual(await ground(page), light)
  await page.click('#language')
  await page.getByRole('heading', { name: '账号' }).waitFor()
  assert.equal(await page.getAttribute('html', 'lang'), 'zh-CN')
  // Both choices are remembered.
  await page.reload()
  await page.getByRole('heading', { name: '账号' }).waitFor()
  assert.notEqual(await ground(page), light)
  await open(page, 'shop-beijing')
  await badge(page, 'online')
  await page.click('#show-messages')
  await page.waitForSelector('.messages li')
  await picture(page, 'console-account', { fullPage: true })

  for (const options of [{ locale: 'zh-CN', colorScheme: 'dark' }, { locale: 'en-GB', colorScheme: 'light' }]) {
    const phone = await signIn(browser, undefined, { ...options, viewport: { width: 360, height: 780 }, hasTouch: true, isMobile: true })
    assert.equal((await ground(phone)) === light, options.colorScheme === 'light')
    assert.equal(await phone.getAttribute('html', 'lang'), options.locale === 'zh-CN' ? 'zh-CN' : 'en')
    await phone.waitForSelector('tbody tr')
    await fits(phone)
    if (options.locale === 'zh-CN') await picture(phone, 'console-phone')
    await open(phone, 'clinic')
    await phone.waitForSelector('img.code:not([hidden])')
    await fits(phone)
    if (options.locale === 'en-GB') await picture(phone, 'console-scan')
    await phone.click('#share')
    await fits(phone)
    await phone.keyboard.press('Escape')
    await phone.click('.head a')
    await phone.click('#add')
    await phone.click('summary')
    await fits(phone)
  }

  const { path: link } = await admin('POST', '/v1/accounts/newcomer/share', {})
  const guest = await browser.page({ locale: 'zh-CN', colorScheme: 'dark', viewport: { width: 360, height: 780 } })
  await guest.goto(CONSOLE_URL + link)
  await guest.waitForSelector('img.code:not([hidden])')
  assert.equal(await guest.getAttribute('html', 'lang'), 'zh-CN')
  await fits(guest)
  await picture(guest, 'console-share')
  await guest.click('#language')
  await guest.getByText('Scan this with Weixin on the phone.').waitFor()
  await guest.waitForSelector('img.code:not([hidden])')
}
