// SPDX-License-Identifier: Apache-2.0

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const PEER = fileURLToPath(new URL('peer.mjs', import.meta.url))

/** A peer.mjs in a process of its own, driven as the Java tests drive it. */
export class Peer {
  #child
  #nextId = 1
  #answers = new Map()
  #events = []
  #waiting = []

  static async start (...flags) {
    const peer = new Peer()
    peer.#child = spawn(process.execPath, [PEER, ...flags], { stdio: ['pipe', 'pipe', 'inherit'] })
    createInterface({ input: peer.#child.stdout }).on('line', line => peer.#heard(JSON.parse(line)))
    const { peerId, addresses } = await peer.event(e => e.event === 'ready')
    return Object.assign(peer, { peerId, addresses, address: addresses[0] })
  }

  ask (cmd, parameters = {}) {
    const id = this.#nextId++
    this.#child.stdin.write(JSON.stringify({ id, cmd, ...parameters }) + '\n')
    return new Promise(resolve => this.#answers.set(id, resolve))
  }

  event (matches) {
    const past = this.#events.findIndex(matches)
    if (past >= 0) {
      return this.#events.splice(past, 1)[0]
    }
    return new Promise(resolve => this.#waiting.push({ matches, resolve }))
  }

  async endInput () {
    this.#child.stdin.end()
    return this.exit()
  }

  async exit () {
    return this.#child.exitCode ?? (await once(this.#child, 'exit'))[0]
  }

  #heard (message) {
    if (message.event == null) {
      this.#answers.get(message.id)(message)
      return
    }
    const waiting = this.#waiting.findIndex(({ matches }) => matches(message))
    if (waiting >= 0) {
      this.#waiting.splice(waiting, 1)[0].resolve(message)
    } else {
      this.#events.push(message)
    }
  }
}
