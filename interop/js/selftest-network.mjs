// SPDX-License-Identifier: Apache-2.0

// The options of peer.mjs for other transports, relays and discovery: `npm test`.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { promisify } from 'node:util'
import { Peer } from './selftest-peer.mjs'

const MIB = 1024 * 1024

const CARRIERS = [
  { flags: ['--security', 'tls'], muxer: '/yamux/1.0.0', encryption: '/tls/1.0.0', address: /\/tcp\/\d+\/p2p/ },
  { flags: ['--transport', 'ws'], muxer: '/yamux/1.0.0', encryption: '/noise', address: /\/tcp\/\d+\/ws\/p2p/ },
  { flags: ['--transport', 'ws', '--security', 'tls'], muxer: '/yamux/1.0.0', encryption: '/tls/1.0.0', address: /\/ws\/p2p/ },
  // QUIC encrypts and multiplexes by itself; js-libp2p calls that `native`.
  { flags: ['--transport', 'quic'], muxer: 'quic', encryption: 'native', address: /\/udp\/\d+\/quic-v1\/p2p/ }
]

for (const { flags, address, ...expected } of CARRIERS) {
  test(`carrier [${flags}]`, async () => {
    const peers = await Promise.all([Peer.start(...flags), Peer.start(...flags)])
    const [dialer, listener] = peers
    assert.match(listener.address, address)
    const { ok, muxer, encryption, message } = await dialer.ask('dial', { address: listener.address })
    assert.deepEqual([ok, muxer, encryption], [true, expected.muxer, expected.encryption], message)
    assert.equal((await dialer.ask('ping', { peerId: listener.peerId })).ok, true)
    for (const [from, to] of [[dialer, listener], [listener, dialer]]) {
      const echoed = await from.ask('echo', { peerId: to.peerId, bytes: 2 * MIB })
      assert.deepEqual([echoed.ok, echoed.bytes], [true, 2 * MIB], echoed.message)
    }
    // Not before the connection's own identify is through: js-libp2p serves one at a time.
    const identified = await dialer.ask('identify', { peerId: listener.peerId })
    assert.ok(identified.ok, identified.message)
    await end(peers)
  })
}

test('transport all listens on each', async () => {
  const peer = await Peer.start('--transport', 'all', '--security', 'both')
  assert.deepEqual(peer.addresses.map(address => address.replace(/^\/ip4\/127.0.0.1|\/\d+|\/p2p\/.*$/g, '')),
    ['/tcp', '/tcp/ws', '/udp/quic-v1'])
  await end([peer])
})

for (const limit of [undefined, 8 * MIB]) {
  test(`relay with a limit of ${limit} bytes`, async () => {
    const relay = await Peer.start('--relay-service', ...(limit == null ? [] : ['--relay-limit', `${limit}`]))
    const hidden = await Peer.start('--relay', relay.address)
    const dialer = await Peer.start('--relay', relay.address)
    const address = hidden.addresses.find(a => a.includes('/p2p-circuit'))
    const { ok, message } = await dialer.ask('dial', { address })
    assert.ok(ok, message)
    const { paths } = await dialer.ask('paths')
    const { relayed, limited } = paths.find(({ peerId }) => peerId === hidden.peerId)
    assert.deepEqual([relayed, limited], [true, limit != null])
    assert.equal((await dialer.ask('echo', { peerId: hidden.peerId, bytes: MIB })).bytes, MIB)
    assert.equal((await hidden.ask('echo', { peerId: dialer.peerId, bytes: MIB })).bytes, MIB)
    assert.equal((await dialer.ask('ping', { peerId: hidden.peerId })).ok, true)
    await end([dialer, hidden, relay])
  })
}

test('dcutr replaces the relayed connection', async () => {
  const relay = await Peer.start('--relay-service')
  const hidden = await Peer.start('--relay', relay.address, '--dcutr')
  const port = await freePort()
  const dialer = await Peer.start('--dcutr', '--relay', relay.address,
    '--listen', `/ip4/127.0.0.1/tcp/${port}`, '--announce', `/dns4/localhost/tcp/${port}`)
  const address = hidden.addresses.find(a => a.includes('/p2p-circuit'))
  assert.ok((await dialer.ask('dial', { address })).ok)
  await hidden.event(e => e.event === 'connection-open' && e.peerId === dialer.peerId && !e.relayed)
  await hidden.event(e => e.event === 'connection-close' && e.peerId === dialer.peerId && e.relayed)
  assert.equal((await hidden.ask('echo', { peerId: dialer.peerId, bytes: MIB })).bytes, MIB)
  await end([dialer, hidden, relay])
})

test('autonat v2 is offered, and addresses are known', async () => {
  const server = await Peer.start('--autonat')
  const client = await Peer.start('--autonat')
  assert.ok((await client.ask('dial', { address: server.address })).ok)
  await identified(client, server, '/libp2p/autonat/2/dial-request')
  assert.ok((await client.ask('addresses')).known.length > 0)
  await end([server, client])
})

test('identify push tells of a new protocol', async () => {
  const [told, teller] = await Promise.all([Peer.start('--identify-push'), Peer.start('--identify-push')])
  assert.ok((await told.ask('dial', { address: teller.address })).ok)
  await identified(told, teller, '/ipfs/id/push/1.0.0')
  assert.ok((await teller.ask('handle', { protocol: '/test/new/1.0.0' })).ok)
  await identified(told, teller, '/test/new/1.0.0')
  await end([told, teller])
})

test('mdns discovers a peer of the same service only', async () => {
  const service = '_p2p-selftest._udp.local'
  const stranger = await Peer.start('--mdns', '--mdns-service', '_p2p-other._udp.local')
  const peers = await Promise.all([1, 2].map(() => Peer.start('--mdns', '--mdns-service', service)))
  const { addresses } = await peers[0].event(e => e.event === 'discovered')
  assert.deepEqual(addresses.map(address => `${address}/p2p/${peers[1].peerId}`), peers[1].addresses)
  await end([stranger, ...peers])
})

/** Waits until one peer knows that the other speaks a protocol; the test's own time limit ends the wait. */
async function identified (peer, other, protocol) {
  let protocols
  do {
    await setTimeout(50);
    ({ protocols } = await peer.ask('identified', { peerId: other.peerId }))
  } while (!protocols?.includes(protocol))
}

async function freePort () {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  await promisify(server.close.bind(server))()
  return port
}

async function end (peers) {
  assert.deepEqual(await Promise.all(peers.map(peer => peer.endInput())), peers.map(() => 0))
}
