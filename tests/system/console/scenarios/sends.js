'use strict'
// What became of sends, and what a person decides about those that are unknown, wait or were refused.
const assert = require('node:assert/strict')
const { until } = require('../browser.js')
const { addOnline, admin, control, open, reaches, signIn } = require('../world.js')

module.exports = async browser => {
  await addOnline('shop-01', 1)
  const page = await signIn(browser)
  await open(page, 'shop-01')
  await page.getByText('Nothing was sent so far.').waitFor()

  const outbox = '/v1/accounts/shop-01/outbox'
  const stateOf = async id => (await admin('GET', `${outbox}/${id}`)).state
  const row = id => page.locator(`tr[data-send="${id}"]`)
  const shows = (id, state) => row(id).locator(`.badge[data-state="${state}"]`).waitFor()
  const choices = async id => (await row(id).locator('button').allInnerTexts()).sort()
  const decide = (id, choice) => row(id).getByRole('button', { name: choice, exact: true }).click()
  const send = async text => (await admin('POST', '/v1/accounts/shop-01/messages', { to: 'filehelper', text })).id
  const arrived = async text => (await control('GET', '/v1/sent?user=1')).sent.filter(s => s.text === text).length

  // The answers of three are lost: they arrived, and nobody knows.
  await control('POST', '/v1/faults', { endpoint: 'webwxsendmsg', kind: 'lost_response', count: 3 })
  const ids = {}
  for (const text of ['seen', 'missing', 'again']) {
    ids[text] = await send(text)
    await until(async () => await stateOf(ids[text]) === 'unknown', `${text} unknown`)
  }
  for (const id of Object.values(ids)) {
    await shows(id, 'unknown')
    assert.deepEqual(await choices(id), ['It arrived', 'It did not arrive', 'Send again'])
  }
  await decide(ids.seen, 'It arrived')
  await shows(ids.seen, 'sent')
  assert.equal(await stateOf(ids.seen), 'sent')
  await decide(ids.missing, 'It did not arrive')
  await shows(ids.missing, 'refused')
  assert.equal(await stateOf(ids.missing), 'refused')
  await decide(ids.again, 'Send again')
  await shows(ids.again, 'sent')
  assert.deepEqual([await arrived('seen'), await arrived('missing'), await arrived('again')], [1, 1, 2])
  assert.deepEqual(await choices(ids.seen), [])

  // What waits is taken back, and then sent after all.
  await admin('POST', '/v1/accounts/shop-01/pause')
  await reaches('shop-01', 'stopped')
  const waiting = await send('not yet')
  await shows(waiting, 'queued')
  await decide(waiting, 'Take back')
  await shows(waiting, 'refused')
  await row(waiting).getByText('taken back').waitFor()
  await decide(waiting, 'Send again')
  await shows(waiting, 'queued')
  await admin('POST', '/v1/accounts/shop-01/resume')
  await shows(waiting, 'sent')
  assert.equal(await arrived('not yet'), 1)

  // Who may only read sees the states and no choices.
  const reader = await admin('POST', '/v1/tokens', { name: 'reader', scope: 'read' })
  const looking = await signIn(browser, reader.token)
  await open(looking, 'shop-01')
  await looking.locator(`tr[data-send="${waiting}"]`).waitFor()
  assert.equal(await looking.locator('.sends button').count(), 0)
}
