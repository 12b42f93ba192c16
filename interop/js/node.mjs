// SPDX-License-Identifier: Apache-2.0
// A js-libp2p node driven by JSON lines: commands on standard input, answers and events on standard output.
// Options are one JSON object as the first argument: {"earlyMuxer": true, "listen": true}.
import { createHash } from 'node:crypto'
import { createInterface } from 'node:readline'
import { multiaddr } from '@multiformats/multiaddr'
import { createNode } from './libp2p.mjs'
import { pattern, write } from './streams.mjs'

const ECHO = '/test/echo/1.0.0'
const RESET = '/test/reset/1.0.0'
const HOLD = '/test/hold/1.0.0'
const FLOOD = '/test/flood/1.0.0'

const options = JSON.parse(process.argv[2] ?? '{}')
const node = await createNode(options)

const say = (message) => process.stdout.write(JSON.stringify(message) + '\n')

await node.handle(ECHO, async (stream) => {
  for await (const chunk of stream) {
    await write(stream, chunk)
  }
  await stream.close()
})

// Resets as soon as something arrives.
await node.handle(RESET, (stream) => {
  stream.addEventListener('message', () => stream.abort(new Error('as asked')), { once: true })
})

// Tells how the stream ended: by "reset" or not.
await node.handle(HOLD, (stream) => {
  stream.addEventListener('close', () => say({ event: 'held-stream-closed', status: stream.status }))
})

// Sends without end, until the peer resets.
await node.handle(FLOOD, async (stream) => {
  const chunk = new Uint8Array(65536)
  try {
    while (stream.status === 'open') {
      await write(stream, chunk)
    }
  } catch {
    // reset, which is how it is to end
  }
})

node.addEventListener('peer:identify', ({ detail }) => say({
  event: 'identified',
  peer: detail.peerId.toString(),
  agent: detail.agentVersion,
  protocols: detail.protocols,
  observed: detail.observedAddr?.toString(),
  signed: detail.signedPeerRecord != null
}))
node.addEventListener('connection:close', ({ detail }) => say({
  event: 'connection-closed', peer: detail.remotePeer.toString()
}))

const connectionTo = (peer) => {
  const found = node.getConnections().find((connection) => connection.remotePeer.toString() === peer)
  if (found == null) {
    throw new Error('not connected')
  }
  return found
}

const commands = {
  async dial ({ address }) {
    const connection = await node.dial(multiaddr(address))
    return { peer: connection.remotePeer.toString(), multiplexer: connection.multiplexer }
  },

  async ping ({ peer }) {
    return { millis: await node.services.ping.ping(connectionTo(peer).remotePeer) }
  },

  // Sends a pattern, ends its side, and reads to the end of the other.
  async echo ({ peer, bytes }) {
    const stream = await connectionTo(peer).newStream(ECHO)
    const hash = createHash('sha256')
    let received = 0
    const reading = (async () => {
      for await (const chunk of stream) {
        hash.update(chunk.subarray())
        received += chunk.byteLength
      }
    })()
    const sent = pattern(bytes)
    for (let at = 0; at < bytes; at += 65536) {
      await write(stream, sent.subarray(at, at + 65536))
    }
    await stream.close()
    await reading
    return { received, same: hash.digest('hex') === createHash('sha256').update(sent).digest('hex') }
  },

  async open ({ peer, protocol }) {
    await connectionTo(peer).newStream(protocol)
    return {}
  },

  // Opens a stream, writes a byte and waits for its end.
  async expectReset ({ peer, protocol }) {
    const stream = await connectionTo(peer).newStream(protocol)
    const ended = new Promise((resolve) => stream.addEventListener('close', () => resolve(), { once: true }))
    stream.send(Uint8Array.of(1))
    await ended
    return { status: stream.status }
  },

  // Opens a stream, writes a byte and resets.
  async reset ({ peer, protocol }) {
    const stream = await connectionTo(peer).newStream(protocol)
    stream.send(Uint8Array.of(1))
    await new Promise((resolve) => setTimeout(resolve, 50))
    stream.abort(new Error('as asked'))
    return {}
  },

  async stop () {
    setImmediate(async () => {
      await node.stop()
      process.exit(0)
    })
    return {}
  }
}

say({
  event: 'ready',
  peer: node.peerId.toString(),
  addresses: node.getMultiaddrs().map((address) => address.toString())
})

createInterface({ input: process.stdin })
  .on('line', async (line) => {
    const command = JSON.parse(line)
    try {
      say({ id: command.id, ok: true, ...await commands[command.cmd](command) })
    } catch (error) {
      say({ id: command.id, ok: false, error: error.name, message: error.message })
    }
  })
  .on('close', () => process.exit(0))
