'use strict'
// Runs one scenario: node run.js NAME. Its promise is the verdict.
const path = require('node:path')
const { Browser } = require('./browser.js')
const { CONSOLE_URL } = require('./world.js')

async function run (name) {
  const browser = new Browser(CONSOLE_URL)
  await browser.start()
  try {
    await require(path.join(__dirname, 'scenarios', `${name}.js`))(browser)
  } catch (error) {
    for (const context of browser.chromium.contexts()) {
      for (const page of context.pages()) console.error(`--- ${page.url()}\n${await page.innerText('body').catch(() => '')}`)
    }
    console.error(browser.wrongs.join('\n'))
    throw error
  } finally {
    await browser.stop()
  }
}

run(process.argv[2]).then(() => process.exit(0), error => {
  console.error(error)
  process.exit(1)
})
