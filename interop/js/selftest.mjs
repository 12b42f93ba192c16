// SPDX-License-Identifier: Apache-2.0

// Two peers drive each other, so that a failing Java test means Java: `npm test`.

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Peer } from './selftest-peer.mjs'

const BENCH = fileURLToPath(new URL('bench.mjs', import.meta.url))
/** A valid peer id that belongs to no peer here. */
const STRANGER = '12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN'
const MIB = 1024 * 1024

const streamOf = protocol => event => event.event === 'stream' && event.protocol === protocol

for (const [dialerFlags, listenerFlags] of [[[], []], [['--no-early-muxer'], []], [[], ['--no-early-muxer']]]) {
  describe(`dialer [${dialerFlags}], listener [${listenerFlags}]`, () => {
    let dialer, listener, target

    before(async () => {
      [dialer, listener] = await Promise.all([Peer.start(...dialerFlags), Peer.start(...listenerFlags)])
      target = { address: listener.address }
    })

    after(async () => {
      assert.deepEqual(await Promise.all([dialer.endInput(), listener.endInput()]), [0, 0])
    })

    test('dial settles the muxer where the flags say', async () => {
      const earlyMuxer = dialerFlags.length === 0 && listenerFlags.length === 0
      const connected = { muxer: '/yamux/1.0.0', encryption: '/noise', earlyMuxer }
      assert.deepEqual(await dialer.ask('dial', target),
        { id: 1, ok: true, peerId: listener.peerId, direction: 'outbound', ...connected })
      const { count, connections } = await listener.ask('connections')
      assert.equal(count, 1)
      assert.deepEqual(connections[0], { peerId: dialer.peerId, direction: 'inbound', ...connected })
    })

    test('dial of another peer id is refused', async () => {
      const refused = await dialer.ask('dial', { address: listener.address.replace(/[^/]+$/, STRANGER) })
      assert.deepEqual([refused.ok, refused.error], [false, 'EncryptionFailedError'])
    })

    test('identify', async () => {
      const answer = await dialer.ask('identify', { peerId: listener.peerId })
      assert.equal(answer.ok, true)
      assert.match(answer.agentVersion, /js-libp2p/)
      assert.ok(answer.protocols.includes('/test/echo/1.0.0'))
      assert.equal(answer.listenAddrs.length, 1)
      assert.match(answer.observedAddr, /^\/ip4\/127\.0\.0\.1\/tcp\/\d+/)
    })

    test('ping', async () => {
      for (let i = 0; i < 20; i++) {
        const { ok, ms, error } = await dialer.ask('ping', target)
        assert.ok(ok && ms >= 0 && ms < 5000, error)
      }
    })

    for (const bytes of [0, 1, 65_519, 65_520, MIB, 20 * MIB]) {
      test(`echo ${bytes} bytes, both ways`, async () => {
        const there = await dialer.ask('echo', { ...target, bytes, seed: 7 })
        assert.deepEqual([there.ok, there.bytes], [true, bytes], there.message)
        const { end, bytes: seen } = await listener.event(streamOf('/test/echo/1.0.0'))
        assert.deepEqual([end, seen], ['closed', bytes])
        const back = await listener.ask('echo', { peerId: dialer.peerId, bytes, seed: 8 })
        assert.deepEqual([back.ok, back.bytes], [true, bytes], back.message)
      })
    }

    test('echo of many streams at once', async () => {
      const asked = Array.from({ length: 100 }, (_, i) => dialer.ask('echo', { ...target, bytes: 50_000 + i, seed: i }))
      for (const { ok, message } of await Promise.all(asked)) {
        assert.ok(ok, message)
      }
    })

    test('echo notices that nothing is echoed', async () => {
      const { ok, message } = await dialer.ask('echo', { ...target, bytes: 1000, protocol: '/test/sink/1.0.0' })
      assert.equal(ok, false)
      assert.match(message, /differ/)
    })

    test('sink', async () => {
      const { ok, bytes, message } = await dialer.ask('sink', { ...target, bytes: 5 * MIB })
      assert.deepEqual([ok, bytes], [true, 5 * MIB], message)
      assert.equal((await listener.event(e => streamOf('/test/sink/1.0.0')(e) && e.bytes > 1000)).bytes, 5 * MIB)
    })

    test('refused protocol', async () => {
      assert.equal((await dialer.ask('open', { ...target, protocol: '/test/hold/1.0.0' })).ok, true)
      const { ok, error } = await dialer.ask('open', { ...target, protocol: '/test/unknown/1.0.0' })
      assert.deepEqual([ok, error], [false, 'UnsupportedProtocolError'])
    })

    test('reset, by either side', async () => {
      assert.deepEqual((({ ok, reset }) => [ok, reset])(await dialer.ask('expectReset', target)), [true, true])
      const { ok, reset, bytes } = await dialer.ask('expectReset', { ...target, protocol: '/ipfs/id/1.0.0', bytes: 0 })
      assert.deepEqual([ok, reset], [true, false])
      assert.ok(bytes > 0)
      assert.equal((await dialer.ask('openThenReset', { ...target, bytes: 777 })).ok, true)
      const seen = await listener.event(e => streamOf('/test/echo/1.0.0')(e) && e.end === 'reset')
      assert.equal(seen.error, 'StreamResetError')
    })

    test('ping gets through while bulk data flows', async () => {
      const { ok, worst, pings, message } = await dialer.ask('pingWhileBulk', { ...target, bytes: 50 * MIB })
      assert.ok(ok, message)
      assert.ok(pings > 1 && worst > 0)
      console.log(`  ${pings} pings, worst ${worst} ms`)
    })

    test('a held stream blocks its writer and nobody else', async () => {
      const held = dialer.ask('sink', { ...target, bytes: 64 * MIB, protocol: '/test/hold/1.0.0' })
      for (let i = 0; i < 50; i++) {
        assert.equal((await dialer.ask('ping', target)).ok, true)
      }
      assert.equal((await dialer.ask('echo', { ...target, bytes: 10 * MIB })).ok, true)
      assert.equal(await Promise.race([held, 'blocked']), 'blocked')
    })

    test('unknown command is an error', async () => {
      assert.equal((await dialer.ask('toString')).ok, false)
    })
  })
}

test('quit ends the process', async () => {
  const peer = await Peer.start()
  assert.equal((await peer.ask('quit')).ok, true)
  assert.equal(await peer.exit(), 0)
})

test('bench prints one number', async () => {
  for (const args of [['50'], ['--dial', '5']]) {
    const { stdout } = await promisify(execFile)(process.execPath, [BENCH, ...args])
    assert.match(stdout, /^\d+(\.\d+)?\n$/)
  }
})
