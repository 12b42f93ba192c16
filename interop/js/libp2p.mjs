// SPDX-License-Identifier: Apache-2.0
import './node20.mjs'
import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { identify, identifyPush } from '@libp2p/identify'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { createLibp2p } from 'libp2p'

// js-libp2p has no setting for it: each connection is asked not to choose the multiplexer within the noise handshake.
const noiseWithoutEarlyMuxer = () => (components) => {
  const encrypter = noise()(components)
  for (const side of ['secureInbound', 'secureOutbound']) {
    const secure = encrypter[side].bind(encrypter)
    encrypter[side] = (connection, options) => secure(connection, { ...options, skipStreamMuxerNegotiation: true })
  }
  return encrypter
}

export async function createNode ({ earlyMuxer = true, listen = true } = {}) {
  return createLibp2p({
    addresses: { listen: listen ? ['/ip4/127.0.0.1/tcp/0'] : [] },
    transports: [tcp()],
    connectionEncrypters: [earlyMuxer ? noise() : noiseWithoutEarlyMuxer()],
    streamMuxers: [yamux()],
    // What a test does in a second is more than a stranger may.
    connectionManager: { inboundConnectionThreshold: 10_000, maxIncomingPendingConnections: 1_000 },
    // It would abort the connection when a ping is late, which is what some tests are about.
    connectionMonitor: { enabled: false },
    services: { identify: identify(), push: identifyPush(), ping: ping() }
  })
}
