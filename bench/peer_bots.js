'use strict'
/*
 * So many wechat4u clients in one process, each logging in and answering every text with the same text. Says "ready"
 * when all are online. Loaded behind tests/interop/loopback_only.js.
 */
const Wechat = require('wechat4u')

const wanted = Number(process.argv[2])
let online = 0

for (let i = 0; i < wanted; ++i) {
  const bot = new Wechat()
  bot.once('login', () => {
    if (++online === wanted) {
      console.log('ready')
    }
  })
  bot.on('message', message => {
    if (message.MsgType === bot.CONF.MSGTYPE_TEXT && !message.isSendBySelf) {
      bot.sendText(message.Content, message.FromUserName).catch(error => console.error(error.message))
    }
  })
  bot.on('error', error => console.error(error.message))
  bot.start()
}
