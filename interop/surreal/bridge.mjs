// SPDX-License-Identifier: Apache-2.0

// The SurrealDB engine behind ws://127.0.0.1:PORT/rpc, for tests; README.md says where it differs from the server.
//   SURREAL_USER=… SURREAL_PASS=… node bridge.mjs --storage mem:// [--port N] [--watch-stdin]

import { createServer } from 'node:http'
import { parseArgs } from 'node:util'
import WebSocket, { WebSocketServer } from 'ws'
import { rawEntries, asUuid } from './cbor.mjs'
import { Connection } from './connection.mjs'
import { openEngine, VERSION } from './engine.mjs'
import { defineRoot } from './root.mjs'

/** As the server: the largest message in bytes, and how often a connection is pinged. */
const MAX_MESSAGE_BYTES = 128 * 1024 * 1024
const PING_MILLIS = 5000
const MAX_CONNECTIONS = 256
/** Requests a connection may have in flight, their answers not yet written included; more are not read. */
const MAX_IN_FLIGHT = 256
/** How long an ending process waits for what is in flight. */
const DRAIN_MILLIS = 5000

const SUBPROTOCOL = 'cbor'

const { values: flags } = parseArgs({
  options: {
    storage: { type: 'string', default: 'mem://' },
    port: { type: 'string', default: '0' },
    'watch-stdin': { type: 'boolean', default: false }
  }
})
const { SURREAL_USER: user, SURREAL_PASS: password } = process.env
if (!user || !password || !/^(mem|rocksdb|surrealkv):\/\//.test(flags.storage) || !/^\d+$/.test(flags.port)) {
  console.error('usage: SURREAL_USER=… SURREAL_PASS=… node bridge.mjs\n' +
    '    [--storage mem://|rocksdb://DIR|surrealkv://DIR] [--port N] [--watch-stdin]')
  process.exit(2)
}

const engine = await openEngine(flags.storage).catch(failure => {
  console.error(`cannot open ${flags.storage}: ${failure.message}`)
  process.exit(1)
})
await defineRoot(engine, user, password)

/** WebSocket to its connection, once it has one. */
const open = new Map()
const working = new Set()
let ending = false

const pages = new Map([['/health', ''], ['/version', `surrealdb-${VERSION}`]])
const http = createServer((request, response) => {
  response.writeHead(pages.has(request.url) ? 200 : 404, { 'content-type': 'text/plain' }).end(pages.get(request.url))
})
const sockets = new WebSocketServer({
  noServer: true, maxPayload: MAX_MESSAGE_BYTES, perMessageDeflate: false, handleProtocols: () => SUBPROTOCOL
})
http.on('upgrade', (request, socket, head) => {
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map(each => each.trim())
  if (pages.has(request.url)) {
    // Java's HTTP client offers HTTP/2 by an upgrade, which may be ignored.
    close(socket, '200 OK', pages.get(request.url))
  } else if (request.url !== '/rpc') {
    close(socket, '404 Not Found')
  } else if (!offered.includes(SUBPROTOCOL)) {
    close(socket, '400 Bad Request')
  } else if (sockets.clients.size >= MAX_CONNECTIONS || ending) {
    close(socket, '503 Service Unavailable')
  } else {
    sockets.handleUpgrade(request, socket, head, serve)
  }
})

function close (socket, status, body = '') {
  socket.on('error', () => {})
    .end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
}

async function serve (socket) {
  let inFlight = 0
  const pings = setInterval(() => socket.ping(), PING_MILLIS)
  const opening = track(Connection.open(engine))
  socket.on('error', failure => console.error(`connection: ${failure.message}`))
  socket.on('message', async (message, binary) => {
    if (!binary) {
      socket.close(1003, 'CBOR comes in binary messages')
      return
    }
    if (++inFlight === MAX_IN_FLIGHT) {
      socket.pause()
    }
    const answer = await track(opening.then(connection => connection.answer(message)))
    socket.send(answer, () => {
      if (inFlight-- === MAX_IN_FLIGHT) {
        socket.resume()
      }
    })
  })
  socket.on('close', () => {
    clearInterval(pings)
    open.delete(socket)
    if (!ending) {
      track(opening.then(connection => connection.close()))
    }
  })
  const connection = await opening
  if (socket.readyState === WebSocket.OPEN) {
    open.set(socket, connection)
  }
}

function track (promise) {
  working.add(promise)
  promise.finally(() => working.delete(promise))
  return promise
}

async function notify () {
  const notifications = await engine.notifications()
  for (let next = await notifications.recv(); next != null; next = await notifications.recv()) {
    const raw = Buffer.from(next)
    const fields = rawEntries(raw, 16)
    const [session, liveQuery] = [asUuid(fields.get('session')), asUuid(fields.get('id'))]
    for (const [socket, connection] of open) {
      if (connection.owns(session, liveQuery)) {
        socket.send(Buffer.concat([Buffer.of(0xa1, 0x66), Buffer.from('result'), raw]), () => {})
      }
    }
  }
}

/** The engine must not be called any more once it is freed, or it takes the process down. */
async function end () {
  if (ending) {
    return
  }
  ending = true
  http.close()
  sockets.clients.forEach(socket => socket.terminate())
  setTimeout(() => process.exit(1), DRAIN_MILLIS).unref()
  while (working.size > 0) {
    await Promise.allSettled(working)
  }
  await engine.free()
  process.exit(0)
}

notify()
process.on('SIGTERM', end).on('SIGINT', end)
if (flags['watch-stdin']) {
  process.stdin.on('end', end).on('error', end).resume()
}
http.on('error', failure => {
  console.error(`cannot listen on port ${flags.port}: ${failure.message}`)
  process.exit(1)
})
http.listen(Number(flags.port), '127.0.0.1', () => {
  process.stdout.write(JSON.stringify({ event: 'ready', port: http.address().port, version: VERSION }) + '\n')
})
