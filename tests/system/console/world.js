'use strict'
/*
 * What a scenario works with: the console's address, an operator's calls of the admin API, and the phones of
 * weixinsim. console_test.py started both, and says where in the environment.
 */
const readline = require('node:readline')
const { until } = require('./browser.js')

const { CONSOLE_URL, CONSOLE_TOKEN, CONTROL_URL } = process.env

async function call (base, method, path, body, headers = {}) {
  const answer = await fetch(base + path, {
    method, headers: { ...headers, 'Content-Type': 'application/json' }, body: body === undefined ? undefined : JSON.stringify(body)
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`)
  return text ? JSON.parse(text) : null
}

const admin = (method, path, body) => call(CONSOLE_URL, method, path, body, { Authorization: `Bearer ${CONSOLE_TOKEN}` })
const control = (method, path, body) => call(CONTROL_URL, method, path, body)

const phone = {
  /** The code of this link is scanned by that user's phone. */
  scan: (url, user) => control('POST', `/v1/logins/${url.split('/').pop()}/scan`, { user }),
  confirm: url => control('POST', `/v1/logins/${url.split('/').pop()}/confirm`, {}),
  expire: url => control('POST', `/v1/logins/${url.split('/').pop()}/expire`, {})
}

/** The account's state is this one. */
const reaches = (name, state) => until(async () => (await admin('GET', `/v1/accounts/${name}`)).state === state, `${name} ${state}`)

/** Adds an account and logs it in, without the console. */
async function addOnline (name, user) {
  await admin('POST', '/v1/accounts', { name })
  await reaches(name, 'awaiting_scan')
  const { url } = await admin('GET', `/v1/accounts/${name}/qr`)
  await phone.scan(url, user)
  await phone.confirm(url)
  await reaches(name, 'online')
}

/** A new page on which `token` is signed in by hand. */
async function signIn (browser, token = CONSOLE_TOKEN, options = {}) {
  const page = await browser.page(options)
  await page.goto(`${CONSOLE_URL}/`)
  await page.fill('#token', token)
  await page.keyboard.press('Enter')
  await page.waitForSelector('#sign-out')
  return page
}

async function newToken (body) {
  return (await admin('POST', '/v1/tokens', body))
}

/** Opens an account's page from the list. */
async function open (page, name) {
  await page.click(`a[href="#/accounts/${name}"]`)
  await page.waitForSelector('.account:not([hidden])')
}

const badge = (page, state) => page.waitForSelector(`.head .badge[data-state="${state}"]`)

let lines

/** Has console_test.py do something: it reads what from standard output, and answers on standard input. */
async function ask (what) {
  lines ||= readline.createInterface({ input: process.stdin })[Symbol.asyncIterator]()
  console.log(what)
  await lines.next()
}

/** Answers the question that an action asks. */
async function act (page, action) {
  await page.click(`[data-action="${action}"]`)
  await page.click('dialog button[type=submit]')
  await page.waitForSelector('dialog', { state: 'detached' })
}

module.exports = { CONSOLE_URL, CONSOLE_TOKEN, act, addOnline, admin, ask, badge, control, newToken, open, phone, reaches, signIn }
