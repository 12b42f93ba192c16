// SPDX-License-Identifier: Apache-2.0
// node bench.mjs MB: sends that many megabytes (10^6 bytes) over one stream to a second process, by tcp, noise and yamux on
// loopback, waits for an answer of one byte, and prints MB/s.
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { multiaddr } from '@multiformats/multiaddr'
import { createNode } from './libp2p.mjs'
import { write } from './streams.mjs'

const SINK = '/bench/sink/1.0.0'
const CHUNK_BYTES = 65_536

async function serve () {
  const node = await createNode()
  await node.handle(SINK, async (stream) => {
    let left = Number(process.argv[3])
    for await (const chunk of stream) {
      left -= chunk.byteLength
    }
    stream.send(Uint8Array.of(left === 0 ? 1 : 0))
    await stream.close()
  })
  process.send(node.getMultiaddrs()[0].toString())
}

async function send (address, bytes) {
  const node = await createNode({ listen: false })
  const connection = await node.dial(multiaddr(address))
  const stream = await connection.newStream(SINK)
  const answered = new Promise((resolve) => stream.addEventListener('message', resolve, { once: true }))
  const chunk = new Uint8Array(CHUNK_BYTES)
  const start = performance.now()
  for (let left = bytes; left > 0; left -= CHUNK_BYTES) {
    await write(stream, left < CHUNK_BYTES ? chunk.subarray(0, left) : chunk)
  }
  await stream.close()
  const answer = await answered
  if (answer.data.subarray()[0] !== 1) {
    throw new Error('not all bytes arrived')
  }
  return bytes / 1000 / (performance.now() - start)
}

if (process.argv[2] === 'serve') {
  await serve()
} else {
  const bytes = Number(process.argv[2] ?? 500) * 1_000_000
  const server = fork(fileURLToPath(import.meta.url), ['serve', String(bytes)])
  const address = await new Promise((resolve) => server.once('message', resolve))
  console.log((await send(address, bytes)).toFixed(1))
  server.kill()
  process.exit(0)
}
