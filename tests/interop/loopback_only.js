'use strict'
/*
 * Loaded before a client (node --require): sends its connections to Weixin's hosts to the simulator, whose address is
 * in WEIXINSIM_ADDRESS, and makes every other way out of this machine fail. The client itself stays as it was
 * published: Host, SNI and the check of the certificate keep the real names (NODE_EXTRA_CA_CERTS names the
 * simulator's authority).
 */
const childProcess = require('child_process')
const dgram = require('dgram')
const dns = require('dns')
const net = require('net')

const ENTRY_HOSTS = ['wx.qq.com', 'wx2.qq.com', 'wx8.qq.com', 'web.wechat.com', 'web2.wechat.com']
const WEIXIN_HOSTS = new Set(['login.weixin.qq.com', 'webpush.weixin.qq.com'])
for (const host of ENTRY_HOSTS) {
  for (const prefix of ['', 'login.', 'file.', 'webpush.']) {
    WEIXIN_HOSTS.add(prefix + host)
  }
}
const LOOPBACK = new Set(['localhost', '127.0.0.1', '::1'])

const [address, port] = (process.env.WEIXINSIM_ADDRESS || '').split(':')
if (!LOOPBACK.has(address) || !(Number(port) > 0)) {
  throw new Error('WEIXINSIM_ADDRESS must be a loopback address and a port')
}

function refusal (what) {
  const error = new Error(`${what} would leave this machine`)
  error.code = 'ELOOPBACKONLY'
  return error
}

const connect = net.Socket.prototype.connect
net.Socket.prototype.connect = function (...args) {
  // Node's own callers hand over arguments that are normalised already.
  const [options, callback] = Array.isArray(args[0]) ? args[0] : net._normalizeArgs(args)
  const host = options.host || 'localhost'
  const target = { ...options }
  delete target.lookup
  if (!options.path && WEIXIN_HOSTS.has(host) && Number(options.port) === 443) {
    target.host = address
    target.port = Number(port)
  } else if (options.path || !LOOPBACK.has(host)) {
    process.nextTick(() => this.destroy(refusal(`a connection to ${options.path || host}`)))
    return this
  } else {
    target.host = host === 'localhost' ? '127.0.0.1' : host
  }
  return connect.call(this, target, callback)
}

// Nobody needs a name server: the connections above go to addresses.
for (const api of [dns, dns.Resolver.prototype]) {
  for (const name of Object.getOwnPropertyNames(api)) {
    if (/^(resolve|reverse|lookup)/.test(name) && typeof api[name] === 'function') {
      api[name] = (...args) => {
        const callback = args[args.length - 1]
        if (typeof callback !== 'function') {
          throw refusal('a look-up')
        }
        process.nextTick(callback, refusal('a look-up'))
      }
    }
  }
}
for (const api of [dns.promises, dns.promises.Resolver.prototype]) {
  for (const name of Object.getOwnPropertyNames(api)) {
    if (/^(resolve|reverse|lookup)/.test(name) && typeof api[name] === 'function') {
      api[name] = () => Promise.reject(refusal('a look-up'))
    }
  }
}

for (const name of ['send', 'connect', 'bind']) {
  dgram.Socket.prototype[name] = () => { throw refusal('a datagram') }
}
for (const name of ['exec', 'execFile', 'execFileSync', 'execSync', 'fork', 'spawn', 'spawnSync']) {
  childProcess[name] = () => { throw refusal('another program') }
}
