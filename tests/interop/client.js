'use strict'
/*
 * Drives the wechat4u client by lines of JSON. In: {"id", "call", "args"}, the name of one of its methods, or of one of
 * the commands below. Out: {"id", "result"} or {"id", "error"}, and {"event", "data"} for what it emits. Bytes are
 * {"$base64": "..."} both ways; {"$message": MsgId} stands for a message that came in.
 */
const readline = require('readline')
const Wechat = require('wechat4u')

let bot = null
const messages = new Map()

function write (line) {
  process.stdout.write(JSON.stringify(line) + '\n')
}

function encode (value) {
  // Some methods give the whole answer of the HTTP client, which refers to itself.
  if (value && value.config && value.request) {
    return { status: value.status, data: encode(value.data) }
  }
  if (Buffer.isBuffer(value)) {
    return { $base64: value.toString('base64') }
  }
  if (Array.isArray(value)) {
    return value.map(encode)
  }
  if (value && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).filter(([, v]) => typeof v !== 'function')
      .map(([k, v]) => [k, encode(v)]))
  }
  return value
}

function decode (value) {
  if (Array.isArray(value)) {
    return value.map(decode)
  }
  if (value && typeof value === 'object') {
    if (typeof value.$base64 === 'string') {
      return Buffer.from(value.$base64, 'base64')
    }
    if (value.$message) {
      return messages.get(value.$message)
    }
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, decode(v)]))
  }
  return value
}

function watch () {
  for (const name of ['uuid', 'user-avatar', 'init', 'login', 'logout', 'contacts-updated']) {
    bot.on(name, data => write({ event: name, data: name === 'contacts-updated' ? null : encode(data) }))
  }
  bot.on('message', message => {
    messages.set(message.MsgId, message)
    write({ event: 'message', data: encode(message) })
  })
  bot.on('error', error => write({ event: 'error', data: `${error.tips || ''} ${error.message}` }))
}

const commands = {
  open (botData) {
    bot = new Wechat(botData)
    watch()
  },
  // The login ends when a phone confirms it: nobody waits for that.
  start () {
    bot.start()
  },
  restart () {
    bot.restart()
  },
  stop () {
    bot.stop()
  },
  botData: () => JSON.parse(JSON.stringify(bot.botData)),
  contacts: () => encode(bot.contacts),
  self: () => bot.user.UserName,
  exit () {
    process.exit(0)
  }
}

readline.createInterface({ input: process.stdin }).on('line', async line => {
  const { id, call, args = [] } = JSON.parse(line)
  try {
    const result = commands[call] ? commands[call](...decode(args)) : await bot[call](...decode(args))
    write({ id, result: encode(result) ?? null })
  } catch (error) {
    write({ id, error: `${error.tips || ''} ${error.message}` })
  }
}).on('close', () => process.exit(0))

write({ event: 'ready' })
