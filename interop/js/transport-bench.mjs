// SPDX-License-Identifier: Apache-2.0

// js-libp2p between processes on loopback, measured step by step: node transport-bench.mjs --stack STACK
//
// STACK is tcp-noise, tcp-tls, ws-noise, quic or relayed (TCP and Noise, the relay being a third process). Reads commands as
// JSON lines on standard input and answers each with one line; the first line comes when it is ready. Ends with standard input.
//
//   {"cmd":"up","megabytes":512}               {"ok":true,"figure":MB/s}    one stream, until the receiver confirmed all of it
//   {"cmd":"messages","count":9,"bytes":1024}  {"ok":true,"figure":1/s}     one write each, until the receiver confirmed all
//   {"cmd":"dial","count":20}                  {"ok":true,"figures":[ms]}   until the first byte came back on a stream
//   {"cmd":"echo","count":99,"load":false}     {"ok":true,"figures":[ms]}   32 bytes there and back, beside bulk when asked for

import { startNode } from './node.mjs'
import { multiaddr } from '@multiformats/multiaddr'
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { echo, readToEnd, write } from './streams.mjs'

const SINK = '/test/bench/1.0.0'
const ECHO = '/test/bench-echo/1.0.0'

// The length of a write with which js-libp2p is fastest.
const CHUNK = 262_144
const ECHO_BYTES = 32

const STACKS = {
  'tcp-noise': { transport: 'tcp', security: 'noise' },
  'tcp-tls': { transport: 'tcp', security: 'tls' },
  'ws-noise': { transport: 'ws', security: 'noise' },
  quic: { transport: 'quic' },
  relayed: { transport: 'tcp', security: 'noise' }
}

const { values } = parseArgs({
  options: {
    stack: { type: 'string' },
    role: { type: 'string', default: 'sender' },
    relay: { type: 'string', multiple: true, default: [] }
  }
})
const stack = STACKS[values.stack]
if (stack == null) {
  console.error(`usage: node transport-bench.mjs --stack ${Object.keys(STACKS).join('|')}`)
  process.exit(2)
}
async function relay () {
  const { node } = await startNode({ ...stack, relayService: true })
  process.stdout.write(`${node.getMultiaddrs()[0]}\n`)
  process.stdin.on('end', () => process.exit(0)).resume()
}

async function receiver () {
  const { node } = await startNode({ ...stack, relays: values.relay })
  await node.handle(SINK, async stream => {
    await readToEnd(stream, () => {})
    await write(stream, Uint8Array.of(1))
    await stream.close()
  }, { runOnLimitedConnection: true, maxInboundStreams: 1000 })
  await node.handle(ECHO, stream => echo(stream, () => {}), { runOnLimitedConnection: true, maxInboundStreams: 1000 })
  process.stdout.write(`${await reachable(node)}\n`)
  process.stdin.on('end', () => process.exit(0)).resume()
}

/** Where the sender is to dial: through the relay once there is a reservation, if there is a relay. */
async function reachable (node) {
  for (;;) {
    const found = node.getMultiaddrs().find(address => values.relay.length === 0 || `${address}`.includes('/p2p-circuit'))
    if (found != null) {
      return found
    }
    await new Promise(resolve => node.addEventListener('self:peer:update', resolve, { once: true }))
  }
}

async function sender () {
  const relays = values.stack === 'relayed' ? [await child('relay', [])] : []
  const address = multiaddr(await child('receiver', relays))
  // A sender without relays of its own still has to know circuits.
  const { node } = await startNode({ ...stack, dcutr: false, relayService: relays.length > 0 })
  const bench = new Bench(node, address)
  answer({})
  for await (const line of createInterface({ input: process.stdin })) {
    const command = JSON.parse(line)
    try {
      answer(await bench[command.cmd](command))
    } catch (error) {
      process.stdout.write(`${JSON.stringify({ ok: false, message: `${error}` })}\n`)
    }
  }
  process.exit(0)
}

function answer (figures) {
  process.stdout.write(`${JSON.stringify({ ok: true, ...figures })}\n`)
}

function child (role, relays) {
  const started = spawn(process.execPath, [
    fileURLToPath(import.meta.url), '--stack', values.stack, '--role', role, ...relays.flatMap(each => ['--relay', each])
  ], { stdio: ['pipe', 'pipe', 'inherit'] }) // its input ends with this process, and so does it
  return new Promise((resolve, reject) => {
    createInterface({ input: started.stdout }).once('line', resolve)
    started.once('exit', code => reject(new Error(`the ${role} ended with ${code}`)))
  })
}

class Bench {
  #node
  #address
  #connection

  constructor (node, address) {
    this.#node = node
    this.#address = address
  }

  async #stream (protocol) {
    this.#connection ??= await this.#node.dial(this.#address)
    return this.#connection.newStream(protocol, { runOnLimitedConnection: true, maxOutboundStreams: 1000 })
  }

  async up ({ megabytes }) {
    const bytes = megabytes * 1_000_000
    const seconds = await this.#send(bytes, new Uint8Array(CHUNK).fill(7))
    return { figure: megabytes / seconds }
  }

  async messages ({ count, bytes }) {
    const seconds = await this.#send(count * bytes, new Uint8Array(bytes).fill(7))
    return { figure: count / seconds }
  }

  async #send (bytes, chunk, wanted = () => true) {
    const stream = await this.#stream(SINK)
    const start = performance.now()
    let answered = 0
    const end = readToEnd(stream, piece => { answered += piece.byteLength })
    for (let left = bytes; left > 0 && wanted(); left -= chunk.length) {
      await write(stream, left >= chunk.length ? chunk : chunk.subarray(0, left))
    }
    await stream.close()
    await end
    if (answered !== 1) {
      throw new Error(`the receiver answered ${answered} bytes instead of 1`)
    }
    return (performance.now() - start) / 1000
  }

  async dial ({ count }) {
    await this.#connection?.close()
    this.#connection = undefined
    const figures = []
    for (let i = 0; i < count; i++) {
      const start = performance.now()
      const connection = await this.#node.dial(this.#address)
      const stream = await connection.newStream(ECHO, { runOnLimitedConnection: true })
      await new Echo(stream).once(Uint8Array.of(1))
      figures.push(performance.now() - start)
      await connection.close()
    }
    return { figures }
  }

  async echo ({ count, load }) {
    const stream = await this.#stream(ECHO)
    const echoes = new Echo(stream)
    let busy = load
    const bulk = load ? this.#send(Number.MAX_SAFE_INTEGER, new Uint8Array(CHUNK).fill(7), () => busy) : undefined
    const figures = []
    const payload = new Uint8Array(ECHO_BYTES).fill(5)
    for (let i = 0; i < count; i++) {
      const start = performance.now()
      await echoes.once(payload)
      figures.push(performance.now() - start)
    }
    busy = false
    await bulk
    await stream.close()
    return { figures }
  }
}

/** Sends bytes and waits until as many have come back. */
class Echo {
  #stream
  #due = 0
  #settle = () => {}

  constructor (stream) {
    this.#stream = stream
    stream.addEventListener('message', event => {
      this.#due -= event.data.byteLength
      if (this.#due === 0) {
        this.#settle()
      }
    })
    stream.addEventListener('close', event => this.#settle(event.error ?? new Error('the stream closed')))
  }

  once (bytes) {
    return new Promise((resolve, reject) => {
      this.#due = bytes.length
      this.#settle = error => error == null ? resolve() : reject(error)
      this.#stream.send(bytes)
    })
  }
}

await ({ relay, receiver, sender })[values.role]()
