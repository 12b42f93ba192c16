// SPDX-License-Identifier: Apache-2.0

// How fast js-libp2p is between two processes on loopback (TCP, Noise, yamux), printed as one plain number:
//   node bench.mjs <MB>        MB/s (10^6 bytes) of one stream, until the receiver has confirmed that it read all
//     [--chunk <bytes>]        bytes a write, 65536 unless told
//   node bench.mjs --dial <n>  median milliseconds from dialing until the connection is open, n connections

import { startNode } from './node.mjs'
import { multiaddr } from '@multiformats/multiaddr'
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { readToEnd, write } from './streams.mjs'

const PROTOCOL = '/test/bench/1.0.0'

/** Sent first on a stream of its own, so that compiled code and not the interpreter is measured. */
const WARM_UP_BYTES = 64_000_000
const WARM_UP_DIALS = 5

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    dial: { type: 'string' },
    chunk: { type: 'string', default: '65536' },
    receive: { type: 'boolean', default: false }
  }
})
if (values.receive) {
  await receive()
} else if (values.dial != null) {
  await measure(address => dialMillis(address, positive(values.dial)))
} else {
  await measure(address => megabytesPerSecond(address, positive(positionals[0])))
}

async function receive () {
  const { node } = await startNode()
  await node.handle(PROTOCOL, async stream => {
    await readToEnd(stream, () => {})
    await write(stream, Uint8Array.of(1))
    await stream.close()
  })
  process.stdout.write(`${node.getMultiaddrs()[0]}\n`)
  process.stdin.on('end', () => process.exit(0)).resume()
}

async function measure (run) {
  const receiver = spawn(process.execPath, [fileURLToPath(import.meta.url), '--receive'],
    { stdio: ['pipe', 'pipe', 'inherit'] })
  try {
    const address = await new Promise((resolve, reject) => {
      createInterface({ input: receiver.stdout }).once('line', resolve)
      receiver.once('exit', code => reject(new Error(`the receiver ended with ${code}`)))
    })
    process.stdout.write(`${(await run(multiaddr(address))).toFixed(2)}\n`)
  } finally {
    receiver.kill()
  }
  process.exit(0)
}

async function megabytesPerSecond (address, megabytes) {
  const { node } = await startNode()
  const connection = await node.dial(address)
  const chunk = new Uint8Array(positive(values.chunk)).fill(7)
  await send(connection, chunk, WARM_UP_BYTES)
  const bytes = megabytes * 1_000_000
  const start = performance.now()
  await send(connection, chunk, bytes)
  return bytes / 1000 / (performance.now() - start)
}

async function send (connection, chunk, bytes) {
  const stream = await connection.newStream(PROTOCOL)
  const answer = []
  const answered = readToEnd(stream, piece => answer.push(...piece.subarray()))
  for (let left = bytes; left > 0; left -= chunk.length) {
    await write(stream, left >= chunk.length ? chunk : chunk.subarray(0, left))
  }
  await stream.close()
  await answered
  if (answer.length !== 1) {
    throw new Error(`the receiver answered ${answer.length} bytes instead of 1`)
  }
}

async function dialMillis (address, count) {
  const { node } = await startNode()
  const millis = []
  for (let i = -WARM_UP_DIALS; i < count; i++) {
    const start = performance.now()
    const connection = await node.dial(address)
    const taken = performance.now() - start
    if (i >= 0) {
      millis.push(taken)
    }
    await connection.close()
  }
  return millis.sort((a, b) => a - b)[Math.floor((count - 1) / 2)]
}

function positive (text) {
  const number = Number(text)
  if (!Number.isInteger(number) || number < 1) {
    console.error('usage: node bench.mjs <MB> [--chunk <bytes>] | --dial <n>, each a positive whole number')
    process.exit(2)
  }
  return number
}
