// SPDX-License-Identifier: Apache-2.0

import './polyfill.mjs'
import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { identify } from '@libp2p/identify'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { createLibp2p } from 'libp2p'

// Far above what any test opens: the defaults (5 connections a second and 10 pending ones per host) would refuse tests.
const CONNECTIONS = 100_000

// In bytes. A stream that is paused still gets what its window allowed, up to 16 MiB; js-libp2p resets it at 4 MiB.
const READ_BUFFER = 32 * 1024 * 1024

/**
 * Starts a libp2p node on loopback: TCP, Noise, yamux, identify and ping.
 *
 * The connection monitor is off, so that a slow ping never ends a connection behind a test's back. The limits of
 * identify (but for the streams it may have open) and ping stay as js-libp2p has them.
 *
 * @param {boolean} earlyMuxer whether Noise offers and accepts the muxer inside its handshake
 */
export async function startNode ({ earlyMuxer = true } = {}) {
  const handshakes = new Handshakes()
  const node = await createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [components => handshakes.observe(noise()(components), earlyMuxer)],
    streamMuxers: [yamux({ streamOptions: { maxReadBufferLength: READ_BUFFER } })],
    // A connection identifies by itself when it opens; the command may ask while that one still runs.
    services: { identify: identify({ maxOutboundStreams: 4 }), ping: ping() },
    connectionManager: {
      maxConnections: CONNECTIONS,
      inboundConnectionThreshold: CONNECTIONS,
      maxIncomingPendingConnections: CONNECTIONS
    },
    connectionMonitor: { enabled: false }
  })
  return { node, handshakes }
}

/** Remembers of each peer's newest handshake whether it settled the muxer, which a libp2p connection does not tell. */
class Handshakes {
  #early = new Map()

  usedEarlyMuxer (peerId) {
    return this.#early.get(peerId.toString()) ?? false
  }

  observe (encrypter, earlyMuxer) {
    for (const name of ['secureInbound', 'secureOutbound']) {
      const secure = encrypter[name].bind(encrypter)
      encrypter[name] = async (stream, options) => {
        // The option has a second effect besides sending no list: the remote's list is ignored.
        const skip = earlyMuxer ? {} : { skipStreamMuxerNegotiation: true }
        const secured = await secure(stream, { ...options, ...skip })
        this.#early.set(secured.remotePeer.toString(), secured.streamMuxer != null)
        return secured
      }
    }
    return encrypter
  }
}
