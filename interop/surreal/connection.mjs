// SPDX-License-Identifier: Apache-2.0

// What one WebSocket may see of the engine: the sessions it attached, the transactions it began, the live queries it
// asked for. The envelope of each request is rewritten, its payload passes as it came.

import { randomUUID } from 'node:crypto'
import { array, asText, asUuid, map, rawEntries, rawItems, text, uuid } from './cbor.mjs'

/** `id`, `method`, `params`, `session`, `txn`, and some that later clients may add. */
const MAX_ENVELOPE_ENTRIES = 16
/** Each keeps a session, a transaction or a subscription in the engine. */
const MAX_SESSIONS = 64
const MAX_TRANSACTIONS = 64
const MAX_LIVE_QUERIES = 256
/** An answer to LIVE SELECT names its query in a few bytes; longer ones are not searched for it. */
const MAX_LIVE_ANSWER_BYTES = 65_536

/** Before a session has signed in; the engine itself would let anonymous sessions do everything. */
const SIGNING_IN = new Set(['signin', 'signup', 'authenticate'])
const SIGNING_OUT = new Set(['invalidate', 'reset', 'detach'])
const OPEN_METHODS = new Set(['ping', 'version', 'attach', 'sessions', ...SIGNING_IN, ...SIGNING_OUT])

const NOT_SIGNED_IN = 'IAM error: Not enough permissions to perform this action'
const NONE = Buffer.of(0xc6, 0xf6)
const NO_PARAMS = Buffer.of(0x80)
/** How the engine's answer begins when it is a failure: `{error: …}`, one entry. */
const ERROR_HEAD = Buffer.concat([Buffer.of(0xa1), text('error')])
const LIVE_ANSWER = Buffer.concat([text('type'), text('live')])

class Refused extends Error {
  constructor (code, kind, message, ...details) {
    super(message)
    const nest = (nested, name) => map([['kind', text(name)], ...optional('details', nested)])
    const inner = details.reduceRight(nest, undefined)
    const number = Buffer.of(0x39, (-1 - code) >> 8, (-1 - code) & 255)
    this.raw = map([['code', number], ['kind', text(kind)], ['message', text(message)], ...optional('details', inner)])
  }
}

const invalid = message => new Refused(-32603, 'Validation', message, 'InvalidParams')

export class Connection {
  #engine
  #own = newSession()
  /** Session to whether it has signed in. */
  #sessions = new Map()
  #transactions = new Set()
  #liveQueries = new Set()
  #working = new Set()

  /** A connection with a session of its own in the engine. */
  static async open (engine) {
    const connection = new Connection()
    connection.#engine = engine
    await connection.#execute('attach', connection.#own)
    connection.#sessions.set(connection.#own, false)
    return connection
  }

  /** The answer to one message; never fails. */
  async answer (message) {
    let id
    try {
      const request = rawEntries(message, MAX_ENVELOPE_ENTRIES)
      id = request.get('id')
      const answer = await this.#track(this.#perform(request))
      return answer.subarray(0, ERROR_HEAD.length).equals(ERROR_HEAD)
        ? envelope(id, 'error', answer.subarray(ERROR_HEAD.length))
        : envelope(id, 'result', answer)
    } catch (failure) {
      const refused = failure instanceof Refused
        ? failure
        : new Refused(-32700, 'Validation', 'Parse error', 'Parse')
      return envelope(id, 'error', refused.raw)
    }
  }

  /** Whether what the engine notifies of was asked for here. */
  owns (sessionHex, liveQueryHex) {
    return sessionHex == null ? this.#liveQueries.has(liveQueryHex) : this.#sessions.has(sessionHex)
  }

  /** Cancels what is open and gives the sessions back, once what is in flight has ended. */
  async close () {
    await Promise.allSettled(this.#working)
    for (const transaction of this.#transactions) {
      await this.#execute('cancel', this.#own, array([uuid(transaction)]))
    }
    for (const session of this.#sessions.keys()) {
      await this.#execute('detach', session)
    }
  }

  async #track (promise) {
    this.#working.add(promise)
    try {
      return await promise
    } finally {
      this.#working.delete(promise)
    }
  }

  async #perform (request) {
    const method = asText(request.get('method') ?? NONE)
    const params = request.get('params') ?? NO_PARAMS
    const named = request.get('session')
    const session = method === 'attach' ? this.#attachable(named) : this.#session(named)
    if (!OPEN_METHODS.has(method) && !this.#sessions.get(session)) {
      throw new Refused(-32002, 'NotAllowed', NOT_SIGNED_IN, 'Auth', 'NotAllowed')
    }
    if (method === 'sessions') {
      return array([...this.#sessions.keys()].filter(each => each !== this.#own).map(uuid))
    }
    if (method === 'detach' && session === this.#own) {
      throw invalid('Expected a session ID')
    }
    if (method === 'begin' && this.#transactions.size >= MAX_TRANSACTIONS) {
      throw invalid(`at most ${MAX_TRANSACTIONS} transactions on one connection`)
    }
    const ending = method === 'commit' || method === 'cancel'
    const transaction = ending ? this.#transaction(rawItems(params)[0]) : this.#transaction(request.get('txn'), true)
    if (ending) {
      this.#transactions.delete(transaction)
    }
    if (SIGNING_OUT.has(method)) {
      this.#sessions.set(session, false)
    }
    const answer = await this.#execute(method, session, params, ending ? undefined : transaction)
    if (!answer.subarray(0, ERROR_HEAD.length).equals(ERROR_HEAD)) {
      this.#remember(method, session, answer)
    } else if (method === 'attach') {
      this.#sessions.delete(session)
    }
    return answer
  }

  #remember (method, session, answer) {
    if (SIGNING_IN.has(method)) {
      this.#sessions.set(session, true)
    } else if (method === 'detach') {
      this.#sessions.delete(session)
    } else if (method === 'begin') {
      this.#transactions.add(asUuid(answer))
    } else if (method === 'live') {
      this.#live(answer)
    } else if (method === 'query' && answer.length <= MAX_LIVE_ANSWER_BYTES && answer.includes(LIVE_ANSWER)) {
      for (const statement of rawItems(answer).map(raw => rawEntries(raw, MAX_ENVELOPE_ENTRIES))) {
        if (statement.get('type').equals(text('live'))) {
          this.#live(statement.get('result'))
        }
      }
    }
  }

  /** Only the end of a live query is told without naming its session. */
  #live (raw) {
    const hex = asUuid(raw)
    if (hex != null) {
      this.#liveQueries.add(hex)
      if (this.#liveQueries.size > MAX_LIVE_QUERIES) {
        this.#liveQueries.delete(this.#liveQueries.values().next().value)
      }
    }
  }

  #attachable (raw) {
    const session = asUuid(raw)
    if (session == null) {
      throw invalid('Expected a session ID')
    }
    if (this.#sessions.has(session) || this.#sessions.size > MAX_SESSIONS) {
      throw invalid(`Session already exists, or there are ${MAX_SESSIONS} on this connection`)
    }
    this.#sessions.set(session, false)
    return session
  }

  #session (raw) {
    const session = isAbsent(raw) ? this.#own : asUuid(raw)
    if (!this.#sessions.has(session)) {
      throw new Refused(-32000, 'NotFound', 'Session not found', 'Session')
    }
    return session
  }

  #transaction (raw, mayBeAbsent = false) {
    if (mayBeAbsent && isAbsent(raw)) {
      return undefined
    }
    const transaction = asUuid(raw)
    if (!this.#transactions.has(transaction)) {
      throw invalid('Transaction not found')
    }
    return transaction
  }

  async #execute (method, session, params = NO_PARAMS, transaction) {
    const answer = await this.#engine.execute(map([['method', text(method)], ['session', uuid(session)],
      ['params', params], ...optional('txn', transaction && uuid(transaction))]))
    return Buffer.from(answer.buffer, answer.byteOffset, answer.byteLength)
  }
}

function newSession () {
  return randomUUID().replaceAll('-', '')
}

function envelope (id, key, raw) {
  return map([...optional('id', id), [key, raw]])
}

function optional (key, raw) {
  return raw == null ? [] : [[key, raw]]
}

/** A request may say that it has no session or transaction, by NONE or null. */
function isAbsent (raw) {
  return raw == null || raw.equals(NONE) || raw[0] === 0xf6
}
