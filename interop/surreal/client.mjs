// SPDX-License-Identifier: Apache-2.0

import { decode, encode, Tagged } from '@surrealdb/cbor'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import WebSocket from 'ws'

export const BRIDGE = fileURLToPath(new URL('bridge.mjs', import.meta.url))

export const USER = 'tester'
export const PASSWORD = 'sesame-4711'

/** A bridge in a process of its own. */
export class Bridge {
  static async start (storage = 'mem://', ...flags) {
    const bridge = new Bridge()
    bridge.child = spawn(process.execPath, [BRIDGE, '--storage', storage, ...flags],
      { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, SURREAL_USER: USER, SURREAL_PASS: PASSWORD } })
    bridge.log = ''
    bridge.child.stderr.on('data', text => { bridge.log += text })
    bridge.exited = once(bridge.child, 'exit')
    const line = await Promise.race([once(createInterface({ input: bridge.child.stdout }), 'line'), bridge.exited])
    if (typeof line[0] !== 'string') {
      throw new Error(`the bridge ended with ${line[0]}: ${bridge.log}`)
    }
    return Object.assign(bridge, JSON.parse(line[0]))
  }

  async kill (signal) {
    this.child.kill(signal)
    return (await this.exited)[0]
  }
}

/** A connection that speaks the RPC protocol and nothing else. */
export class Client {
  notifications = []
  #nextId = 1
  #waiting = new Map()

  static async connect (port) {
    const client = new Client()
    client.socket = new WebSocket(`ws://127.0.0.1:${port}/rpc`, 'cbor')
    client.socket.on('message', bytes => client.#heard(decode(bytes)))
    client.socket.on('close', () => client.#waiting.forEach(({ reject }) => reject(new Error('closed'))))
    await once(client.socket, 'open')
    return client
  }

  static async signedIn (port, namespace = 'n', database = 'd') {
    const client = await Client.connect(port)
    await client.call('signin', [{ user: USER, pass: PASSWORD }])
    await client.call('use', [namespace, database])
    return client
  }

  /** The whole answer, `{id, result}` or `{id, error}`. */
  ask (method, params = [], more = {}) {
    const id = this.#nextId++
    this.socket.send(encode({ id, method, params, ...more }))
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
    })
  }

  async call (method, params, more) {
    const { result, error } = await this.ask(method, params, more)
    if (error != null) {
      throw Object.assign(new Error(error.message), error)
    }
    return result
  }

  /** The results of all statements; the first failure, if there is one that tells the cause. */
  async query (sql, parameters = {}, more = {}) {
    const answers = await this.call('query', [sql, parameters], more)
    const failed = answers.find(({ status, result }) => status === 'ERR' && !/not executed|cancelled/i.test(result))
    if (failed != null) {
      throw new Error(failed.result)
    }
    return answers.map(({ result }) => result)
  }

  async close () {
    this.socket.close()
    await once(this.socket, 'close')
  }

  #heard (message) {
    if (message.id == null) {
      this.notifications.push(message.result)
      this.socket.emit('notification')
    } else {
      this.#waiting.get(message.id).resolve(message)
      this.#waiting.delete(message.id)
    }
  }
}

export { Tagged }
