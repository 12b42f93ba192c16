// SPDX-License-Identifier: Apache-2.0

// A js-libp2p node that a test drives by JSON lines: commands on standard input, answers and events on standard
// output, logs on standard error. README.md lists them.

import { startNode } from './node.mjs'
import { peerIdFromString } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { createInterface } from 'node:readline'
import { setImmediate, setTimeout as setTimeoutPromise } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { RandomBytes } from './randombytes.mjs'
import { echo, readToEnd, write } from './streams.mjs'

const ECHO = '/test/echo/1.0.0'
const SINK = '/test/sink/1.0.0'
const RESET = '/test/reset/1.0.0'
const HOLD = '/test/hold/1.0.0'

/** What the sink answers when it has read everything. */
const SINK_ANSWER = Uint8Array.of(1)

/** The largest single write in bytes: above yamux's usual frame and Noise's largest one, so both have to split. */
const LARGEST_WRITE = 70_001

/** How many streams of one test protocol a connection may have at a time; the default is 32. */
const STREAMS = 1000

/** When a command that waits for the remote gives up. */
const COMMAND_MILLIS = 60_000

/** When a reservation that a relay has not granted counts as refused. */
const RESERVATION_MILLIS = 10_000

/** How often it is looked whether the relay has granted it. */
const POLL_MILLIS = 20

const { values: flags } = parseArgs({
  options: {
    'no-early-muxer': { type: 'boolean', default: false },
    transport: { type: 'string' },
    security: { type: 'string' },
    listen: { type: 'string', multiple: true },
    announce: { type: 'string', multiple: true },
    'relay-service': { type: 'boolean' },
    'relay-limit': { type: 'string' },
    relay: { type: 'string', multiple: true },
    dcutr: { type: 'boolean' },
    autonat: { type: 'boolean' },
    'identify-push': { type: 'boolean' },
    mdns: { type: 'boolean', default: false },
    'mdns-service': { type: 'string', default: '_p2p._udp.local' }
  }
})
process.on('unhandledRejection', error => console.error('unhandled rejection:', error))
const { node, handshakes } = await startNode({
  earlyMuxer: !flags['no-early-muxer'],
  transport: flags.transport,
  security: flags.security,
  listen: flags.listen,
  announce: flags.announce,
  relays: flags.relay,
  relayService: flags['relay-service'],
  relayLimit: flags['relay-limit'] == null ? undefined : Number(flags['relay-limit']),
  dcutr: flags.dcutr,
  autonat: flags.autonat,
  identifyPush: flags['identify-push'],
  mdns: flags.mdns ? flags['mdns-service'] : undefined
})
node.addEventListener('peer:discovery', ({ detail: { id, multiaddrs } }) => {
  say({ event: 'discovered', peerId: id.toString(), addresses: multiaddrs.map(String) })
})
if (flags.dcutr) {
  for (const end of ['open', 'close']) {
    node.addEventListener(`connection:${end}`, ({ detail }) => say({ event: `connection-${end}`, ...path(detail) }))
  }
}

await handle(ECHO, echo)
await handle(SINK, async (stream, count) => {
  await readToEnd(stream, bytes => count(bytes.byteLength))
  await write(stream, SINK_ANSWER)
  await stream.close()
})
await handle(RESET, async (stream, count) => {
  await firstBytes(stream, count)
  stream.abort(new Error('the test protocol resets'))
})
await handle(HOLD, stream => {
  // Without a pause js-libp2p would go on opening the window and buffer what nobody reads.
  stream.pause()
  return new Promise((resolve, reject) => {
    stream.addEventListener('close', event => event.error == null ? resolve() : reject(event.error))
  })
})

const commands = {
  async dial ({ address }) {
    return describe(await node.dial(multiaddr(address), within()))
  },

  async identify (request) {
    const connection = await connect(request)
    const { agentVersion, protocolVersion, protocols, listenAddrs, observedAddr } =
      await node.services.identify.identify(connection, within())
    return {
      agentVersion,
      protocolVersion,
      protocols,
      listenAddrs: listenAddrs.map(String),
      observedAddr: observedAddr?.toString()
    }
  },

  async ping (request) {
    const connection = await connect(request)
    return { ms: await timedPing(connection.remotePeer) }
  },

  async echo ({ bytes, seed = 1, protocol = ECHO, ...target }) {
    const stream = await open(target, protocol)
    const expected = new RandomBytes(seed)
    let received = 0
    let mismatch
    const reading = readToEnd(stream, piece => {
      const actual = piece.subarray()
      if (mismatch == null && Buffer.compare(actual, expected.take(actual.byteLength)) !== 0) {
        mismatch = `echoed bytes differ between ${received} and ${received + actual.byteLength}`
      }
      received += actual.byteLength
    })
    await Promise.all([reading, upload(stream, bytes, seed)])
    require(mismatch == null, mismatch)
    require(received === bytes, `echoed ${received} bytes instead of ${bytes}`)
    return { bytes: received }
  },

  async sink ({ bytes, seed = 1, protocol = SINK, ...target }) {
    const stream = await open(target, protocol)
    const answer = []
    await Promise.all([readToEnd(stream, piece => answer.push(...piece.subarray())), upload(stream, bytes, seed)])
    require(Buffer.compare(Buffer.from(answer), SINK_ANSWER) === 0, `the sink answered [${answer}] instead of [1]`)
    return { bytes }
  },

  async open ({ protocol, ...target }) {
    const stream = await open(target, protocol)
    await stream.close()
    return { protocol: stream.protocol }
  },

  async openThenReset ({ protocol = ECHO, bytes = 1000, ...target }) {
    const stream = await open(target, protocol)
    await write(stream, new RandomBytes(1).take(bytes))
    stream.abort(new Error('the test resets'))
    return { bytes }
  },

  async expectReset ({ protocol = RESET, bytes = 1000, ...target }) {
    const stream = await open(target, protocol)
    let received = 0
    const reading = readToEnd(stream, piece => { received += piece.byteLength })
    // The remote may reset before it got everything, which then fails the write too.
    await Promise.allSettled([write(stream, new RandomBytes(1).take(bytes))])
    try {
      await reading
      await stream.close()
      return { reset: false, bytes: received }
    } catch (error) {
      require(stream.status === 'reset', `stream ended as ${stream.status}: ${error.message}`)
      return { reset: true, bytes: received }
    }
  },

  async pingWhileBulk ({ bytes, seed = 1, protocol = SINK, ...target }) {
    const connection = await connect(target)
    const stream = await open(target, protocol)
    let uploading = true
    const bulk = Promise.all([readToEnd(stream, () => {}), upload(stream, bytes, seed)])
      .finally(() => { uploading = false })
    // A failure of the upload is reported by the await below; until then it must not count as unhandled.
    bulk.catch(() => {})
    const millis = []
    do {
      millis.push(await timedPing(connection.remotePeer))
    } while (uploading)
    await bulk
    return { worst: Math.max(...millis), pings: millis.length, bytes }
  },

  async identified ({ peerId }) {
    const { addresses, protocols } = await node.peerStore.get(peerIdFromString(peerId))
    return { addresses: addresses.map(({ multiaddr }) => multiaddr.toString()), protocols }
  },

  async handle ({ protocol }) {
    await handle(protocol, echo)
  },

  async unhandle ({ protocol }) {
    await node.unhandle(protocol)
  },

  paths () {
    return { paths: node.getConnections().map(path) }
  },

  addresses () {
    return {
      addresses: node.getMultiaddrs().map(String),
      known: node.components.addressManager.getAddressesWithMetadata()
        .map(({ multiaddr, type, verified }) => ({ address: multiaddr.toString(), type, verified }))
    }
  },

  async hangUp ({ peerId }) {
    await node.hangUp(peerIdFromString(peerId), within())
  },

  connections () {
    const connections = node.getConnections()
    return { count: connections.length, connections: connections.map(describe) }
  }
}

await reserved(flags.relay ?? [])
say({
  event: 'ready',
  peerId: node.peerId.toString(),
  addresses: node.getMultiaddrs().map(String)
})

for await (const line of createInterface({ input: process.stdin })) {
  if (line.trim() === '') {
    continue
  }
  const request = parse(line)
  if (request?.cmd === 'quit') {
    say({ id: request.id, ok: true })
    break
  }
  // Not awaited: commands run side by side, each answered when it is done.
  answer(request)
}
// A graceful stop waits for streams that a test left open; whoever closes our standard input waits for our end.
setTimeout(() => process.exit(0), 1000).unref()
await node.stop()
process.exit(0)

async function answer (request) {
  const { id = null, cmd, ...parameters } = request ?? {}
  try {
    require(Object.hasOwn(commands, cmd), `unknown command ${cmd}`)
    const result = await withTimeout(commands[cmd](parameters))
    say({ id, ok: true, ...result })
  } catch (error) {
    say({ id, ok: false, error: error.name, message: error.message, causes: error.errors?.map(String) })
  }
}

function parse (line) {
  try {
    return JSON.parse(line)
  } catch (error) {
    console.error(`not JSON: ${line}`)
    return undefined
  }
}

/** Finds the connection that a command names by `peerId`, a direct one first, or dials its `address`. */
async function connect ({ peerId, address }) {
  if (peerId == null) {
    return node.dial(multiaddr(address), within())
  }
  const connections = node.getConnections(peerIdFromString(peerId))
  const connection = connections.find(candidate => !path(candidate).relayed) ?? connections[0]
  require(connection != null, `no connection to ${peerId}`)
  return connection
}

async function open (target, protocol) {
  const connection = await connect(target)
  return connection.newStream(protocol, {
    ...within(), maxOutboundStreams: STREAMS, runOnLimitedConnection: true
  })
}

async function upload (stream, bytes, seed) {
  const content = new RandomBytes(seed)
  const sizes = new RandomBytes(seed + 1)
  for (let left = bytes; left > 0;) {
    const size = Math.min(left, sizes.upTo(LARGEST_WRITE) | 1)
    await write(stream, content.take(size))
    left -= size
    // Microtasks alone would starve the socket, and pings would measure this loop instead of the remote.
    await setImmediate()
  }
  await stream.close()
}

/** The round trip with the opening of the ping stream, which has to get through too. */
async function timedPing (peerId) {
  const start = performance.now()
  await node.services.ping.ping(peerId, within())
  return Math.round((performance.now() - start) * 1000) / 1000
}

function firstBytes (stream, count) {
  return new Promise((resolve, reject) => {
    const onMessage = event => {
      count(event.data.byteLength)
      resolve()
    }
    stream.addEventListener('message', onMessage, { once: true })
    stream.addEventListener('end', () => resolve(), { once: true })
    stream.addEventListener('close', event => event.error == null ? resolve() : reject(event.error), { once: true })
    if (stream.readableEnded) {
      resolve()
    }
  })
}

/** Serves a protocol and reports how each of its streams ended. */
async function handle (protocol, serve) {
  await node.handle(protocol, async (stream, connection) => {
    let bytes = 0
    let error
    try {
      await serve(stream, length => { bytes += length })
    } catch (failure) {
      error = failure.name
      if (stream.status === 'open') {
        stream.abort(failure)
      }
    }
    say({
      event: 'stream',
      protocol,
      peerId: connection.remotePeer.toString(),
      bytes,
      end: stream.status === 'reset' ? 'reset' : stream.status === 'aborted' ? 'aborted' : 'closed',
      error
    })
  }, { maxInboundStreams: STREAMS, maxOutboundStreams: STREAMS, runOnLimitedConnection: true })
}

/** Waits until each relay has granted a reservation, which shows as an address of this node through it. */
async function reserved (relays) {
  const deadline = Date.now() + RESERVATION_MILLIS
  for (const relay of relays) {
    const id = relay.slice(relay.lastIndexOf('/') + 1)
    while (!node.getMultiaddrs().some(address => address.toString().includes(`/p2p/${id}/p2p-circuit`))) {
      require(Date.now() < deadline, `no reservation at ${relay} within ${RESERVATION_MILLIS} ms`)
      await setTimeoutPromise(POLL_MILLIS)
    }
  }
}

function path (connection) {
  return {
    peerId: connection.remotePeer.toString(),
    direction: connection.direction,
    address: connection.remoteAddr.toString(),
    relayed: connection.remoteAddr.toString().includes('/p2p-circuit'),
    limited: connection.limits != null
  }
}

function describe (connection) {
  return {
    peerId: connection.remotePeer.toString(),
    direction: connection.direction,
    muxer: connection.multiplexer,
    encryption: connection.encryption,
    earlyMuxer: handshakes.usedEarlyMuxer(connection.remotePeer)
  }
}

function within () {
  return { signal: AbortSignal.timeout(COMMAND_MILLIS) }
}

function withTimeout (result) {
  let timer
  const timeout = new Promise((resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no result within ${COMMAND_MILLIS} ms`)), COMMAND_MILLIS)
  })
  return Promise.race([result, timeout]).finally(() => clearTimeout(timer))
}

function require (condition, message) {
  if (!condition) {
    throw new Error(message)
  }
}

function say (object) {
  process.stdout.write(JSON.stringify(object) + '\n')
}
