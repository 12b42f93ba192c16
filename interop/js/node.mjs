// SPDX-License-Identifier: Apache-2.0

import './polyfill.mjs'
import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { autoNATv2 } from '@libp2p/autonat-v2'
import { circuitRelayServer, circuitRelayTransport } from '@libp2p/circuit-relay-v2'
import { dcutr } from '@libp2p/dcutr'
import { identify, identifyPush } from '@libp2p/identify'
import { mdns } from '@libp2p/mdns'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { tls } from '@libp2p/tls'
import { webSockets } from '@libp2p/websockets'
import { createLibp2p } from 'libp2p'

// Far above what any test opens: the defaults (5 connections a second and 10 pending ones per host) would refuse tests.
const CONNECTIONS = 100_000

// In bytes. A stream that is paused still gets what its window allowed, up to 16 MiB; js-libp2p resets it at 4 MiB.
const READ_BUFFER = 32 * 1024 * 1024

// How many reservations, circuits and streams a relay of these tests takes; the defaults (15 reservations) are for homes.
const RELAY_CLIENTS = 10_000

// In milliseconds: a circuit with a limit in bytes lives this long, longer than any test.
const CIRCUIT_MILLIS = 10 * 60 * 1000

const TRANSPORTS = {
  tcp: { listen: '/ip4/127.0.0.1/tcp/0', create: async () => tcp() },
  ws: { listen: '/ip4/127.0.0.1/tcp/0/ws', create: async () => webSockets() },
  // Loaded only when asked for: it is native code, and not there for every platform.
  quic: { listen: '/ip4/127.0.0.1/udp/0/quic-v1', create: async () => (await import('@chainsafe/libp2p-quic')).quic() }
}

const ENCRYPTERS = { noise, tls }

/**
 * Starts a libp2p node on loopback with identify and ping; over TCP with Noise and yamux unless told otherwise.
 *
 * The connection monitor is off, so that a slow ping never ends a connection behind a test's back. The limits of
 * identify (but for the streams it may have open) and ping stay as js-libp2p has them.
 *
 * @param {object} options
 * @param {boolean} options.earlyMuxer whether Noise and TLS offer and accept the muxer inside their handshake
 * @param {string} options.transport `tcp`, `ws`, `quic`, or `all` of them
 * @param {string} options.security `noise`, `tls`, or `both`, Noise first; QUIC brings its own
 * @param {string[]} options.listen addresses to listen on instead of loopback
 * @param {string[]} options.announce addresses to tell besides those it listens on
 * @param {string[]} options.relays addresses of relays to reserve at and to be reached through
 * @param {boolean} options.relayService whether it relays for others
 * @param {number} options.relayLimit how many bytes it relays on one circuit; no limit when absent
 * @param {boolean} options.dcutr whether it upgrades relayed connections to direct ones
 * @param {boolean} options.autonat whether it asks and answers AutoNAT v2
 * @param {boolean} options.identifyPush whether it tells its connections what changed
 * @param {string} options.mdns the mDNS service name to discover peers by, none when absent
 */
export async function startNode ({
  earlyMuxer = true, transport = 'tcp', security = 'noise', listen = [], announce = [], relays = [], relayService = false,
  relayLimit, dcutr: upgrades = false, autonat = false, identifyPush: pushes = false, mdns: mdnsService
} = {}) {
  const handshakes = new Handshakes()
  const carriers = chosen(TRANSPORTS, transport, 'all')
  const circuits = relays.length > 0 || relayService || upgrades
  const node = await createLibp2p({
    addresses: {
      listen: [
        ...(listen.length > 0 ? listen : carriers.map(({ listen }) => listen)),
        ...relays.map(relay => `${relay}/p2p-circuit`)
      ],
      appendAnnounce: announce
    },
    transports: [
      ...await Promise.all(carriers.map(({ create }) => create())),
      ...(circuits ? [circuitRelayTransport()] : [])
    ],
    connectionEncrypters: chosen(ENCRYPTERS, security, 'both')
      .map(encrypter => components => handshakes.observe(encrypter()(components), earlyMuxer)),
    streamMuxers: [yamux({ streamOptions: { maxReadBufferLength: READ_BUFFER } })],
    peerDiscovery: mdnsService == null ? [] : [mdns({ serviceTag: mdnsService, interval: 1000 })],
    services: {
      // A connection identifies by itself when it opens; the command may ask while that one still runs.
      identify: identify({ maxOutboundStreams: 4 }),
      ping: ping(),
      ...(pushes ? { identifyPush: identifyPush() } : {}),
      ...(relayService ? { relay: relayServer(relayLimit) } : {}),
      ...(upgrades ? { dcutr: dcutr() } : {}),
      ...(autonat ? { autonat: autoNATv2() } : {})
    },
    connectionManager: {
      maxConnections: CONNECTIONS,
      inboundConnectionThreshold: CONNECTIONS,
      maxIncomingPendingConnections: CONNECTIONS
    },
    connectionMonitor: { enabled: false }
  })
  return { node, handshakes }
}

function relayServer (limitBytes) {
  return circuitRelayServer({
    maxInboundHopStreams: RELAY_CLIENTS,
    maxOutboundHopStreams: RELAY_CLIENTS,
    maxOutboundStopStreams: RELAY_CLIENTS,
    reservations: {
      maxReservations: RELAY_CLIENTS,
      applyDefaultLimit: limitBytes != null,
      defaultDataLimit: BigInt(limitBytes ?? 0),
      defaultDurationLimit: CIRCUIT_MILLIS
    }
  })
}

function chosen (choices, name, everything) {
  if (name === everything) {
    return Object.values(choices)
  }
  if (!Object.hasOwn(choices, name)) {
    throw new Error(`${name} is none of ${[...Object.keys(choices), everything]}`)
  }
  return [choices[name]]
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
