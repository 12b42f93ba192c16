// SPDX-License-Identifier: Apache-2.0

// The bridge against its own client and against the official one, so that a failing Java test means Java: `npm test`.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { Surreal } from 'surrealdb'
import WebSocket from 'ws'
import { endOf, rawEntries } from './cbor.mjs'
import { Bridge, BRIDGE, Client, PASSWORD, Tagged, USER } from './client.mjs'

const same = (a, b) => assert.deepEqual(Buffer.from(a), Buffer.from(b))
const uuidOf = byte => new Tagged(37, new Uint8Array(16).fill(byte))

describe('bridge on mem', () => {
  let bridge, db

  before(async () => {
    bridge = await Bridge.start('mem://', '--watch-stdin')
    db = await Client.signedIn(bridge.port)
  })

  after(async () => {
    bridge.child.stdin.end()
    assert.equal((await bridge.exited)[0], 0)
  })

  test('health and version', async () => {
    assert.equal((await fetch(`http://127.0.0.1:${bridge.port}/health`)).status, 200)
    const version = await fetch(`http://127.0.0.1:${bridge.port}/version`)
    assert.match(await version.text(), /^surrealdb-3\.\d+\.\d+/)
    assert.equal(await db.call('version'), `surrealdb-${bridge.version}`)
    assert.equal((await fetch(`http://127.0.0.1:${bridge.port}/sql`, { method: 'POST' })).status, 404)
    const request = get({ port: bridge.port, path: '/version', headers: { connection: 'upgrade', upgrade: 'h2c' } })
    const [response] = await once(request, 'response')
    assert.equal(String(await response.toArray()), `surrealdb-${bridge.version}`)
  })

  for (const [path, ...protocols] of [['/rpc', 'json'], ['/rpc'], ['/', 'cbor']]) {
    test(`upgrade refused: ${path} with sub-protocol [${protocols}]`, async () => {
      const socket = new WebSocket(`ws://127.0.0.1:${bridge.port}${path}`, protocols)
      const [failure] = await once(socket, 'error')
      assert.match(failure.message, /40[04]/)
    })
  }

  test('sign-in: nothing before it, wrong refused, right taken, given back', async () => {
    const guest = await Client.connect(bridge.port)
    for (const [method, params] of [['query', ['RETURN 1']], ['use', ['n', 'd']], ['begin', []], ['live', ['t']]]) {
      const { error } = await guest.ask(method, params)
      assert.deepEqual([error.code, error.kind], [-32002, 'NotAllowed'], method)
    }
    const wrong = guest.call('signin', [{ user: USER, pass: 'wrong' }])
    await assert.rejects(wrong, { kind: 'NotAllowed', message: /authentication/ })
    await assert.rejects(guest.query('RETURN 1'), { kind: 'NotAllowed' })
    const token = await guest.call('signin', [{ user: USER, pass: PASSWORD }])
    assert.deepEqual(await guest.query('RETURN 1'), [1])
    await guest.call('invalidate')
    await assert.rejects(guest.query('RETURN 1'), { kind: 'NotAllowed' })
    await guest.call('authenticate', [token])
    assert.deepEqual(await guest.query('RETURN 1'), [1])
    await guest.close()
  })

  test('sign-in of a user of a namespace and of one who may only read', async () => {
    await db.query("DEFINE USER OVERWRITE reader ON ROOT PASSWORD 'r' ROLES VIEWER")
    await db.query("DEFINE USER OVERWRITE own ON NAMESPACE PASSWORD 'o' ROLES OWNER")
    await db.query('DEFINE TABLE OVERWRITE guarded; CREATE guarded:1')
    const reader = await Client.connect(bridge.port)
    await reader.call('signin', [{ user: 'reader', pass: 'r' }])
    await reader.call('use', ['n', 'd'])
    assert.equal((await reader.query('SELECT * FROM guarded'))[0].length, 1)
    await assert.rejects(reader.query('DEFINE TABLE other'), /permission/)
    assert.deepEqual(await reader.query('CREATE guarded:2'), [[]])
    await reader.call('signin', [{ NS: 'n', user: 'own', pass: 'o' }])
    await reader.call('use', ['n', 'd'])
    assert.equal((await reader.query('CREATE guarded:3'))[0].length, 1)
    await reader.close()
  })

  test('sign-in of a record', async () => {
    await db.query('DEFINE TABLE OVERWRITE person PERMISSIONS FOR select WHERE id = $auth.id')
    await db.query(`CREATE person:1; CREATE person:2; DEFINE ACCESS OVERWRITE entry ON DATABASE TYPE RECORD
      SIGNIN (SELECT * FROM type::record('person', $number) WHERE $secret = 'open')`)
    const person = await Client.connect(bridge.port)
    const entry = { NS: 'n', DB: 'd', AC: 'entry', number: 1 }
    await assert.rejects(person.call('signin', [{ ...entry, secret: 'closed' }]))
    await person.call('signin', [{ ...entry, secret: 'open' }])
    assert.equal((await person.query('SELECT * FROM person'))[0].length, 1)
    await person.close()
  })

  test('sessions do not see each other', async () => {
    const other = await Client.signedIn(bridge.port, 'n', 'elsewhere')
    await db.call('let', ['mine', 7])
    await db.query('DEFINE TABLE OVERWRITE place; CREATE place:1')
    assert.deepEqual(await db.query('RETURN $mine'), [7])
    assert.notEqual((await other.query('RETURN $mine'))[0], 7)
    await assert.rejects(other.query('SELECT * FROM place'), /does not exist/)
    assert.equal((await other.query('RETURN $session.db'))[0], 'elsewhere')
    assert.equal((await db.query('RETURN $session.db'))[0], 'd')

    const transaction = await db.call('begin')
    await assert.rejects(other.query('RETURN 1', {}, { txn: transaction }), /Transaction not found/)
    await assert.rejects(other.call('commit', [transaction]), /Transaction not found/)
    await db.call('cancel', [transaction])
    await other.close()
  })

  test('a connection may attach sessions of its own', async () => {
    const more = { session: uuidOf(0x41) }
    await db.call('attach', [], more)
    assert.equal((await db.call('sessions')).length, 1)
    await assert.rejects(db.query('RETURN 1', {}, more), { kind: 'NotAllowed' })
    await db.call('signin', [{ user: USER, pass: PASSWORD }], more)
    assert.deepEqual(await db.query('RETURN 1', {}, more), [1])
    const other = await Client.signedIn(bridge.port)
    await assert.rejects(other.query('RETURN 1', {}, more), { kind: 'NotFound' })
    await other.close()
    await db.call('detach', [], more)
    await assert.rejects(db.query('RETURN 1', {}, more), { kind: 'NotFound' })
  })

  test('bytes pass unchanged, in keys and values, up to 4 MiB', async () => {
    await db.query('DEFINE TABLE OVERWRITE blob SCHEMAFULL; DEFINE FIELD data ON blob TYPE bytes')
    for (const size of [0, 1, 255, 256, 65_536, 4 * 1024 * 1024]) {
      const [key, data] = [randomBytes(32), randomBytes(size)]
      const rows = [{ id: ['space', key], data }]
      assert.equal((await db.query('INSERT IGNORE INTO blob $rows RETURN VALUE id', { rows }))[0].length, 1)
      const [found] = await db.query('RETURN $ids.data', { ids: [new Tagged(8, ['blob', ['space', key]])] })
      same(found[0], data)
    }
    assert.deepEqual((await db.query('SELECT count() FROM blob GROUP ALL'))[0], [{ count: 6 }])
  })

  test('a query with BEGIN is all or nothing', async () => {
    await db.query('DEFINE TABLE OVERWRITE head; CREATE head:1 SET at = 1')
    const append = expected => db.query(`BEGIN;
      LET $at = (SELECT VALUE at FROM ONLY head:1);
      CREATE head SET after = $expected;
      IF $at != $expected { THROW 'stale' };
      UPDATE head:1 SET at += 1;
      COMMIT`, { expected })
    await append(1)
    await assert.rejects(append(1), /stale/)
    assert.deepEqual(await db.query('SELECT VALUE at FROM ONLY head:1'), [2])
    assert.deepEqual(await db.query('SELECT VALUE after FROM head WHERE after'), [[1]])
  })

  test('RPC transactions: unseen until committed, gone when cancelled or when the connection is', async () => {
    await db.query('DEFINE TABLE OVERWRITE step')
    const count = async (client = db, more) => (await client.query('SELECT VALUE id FROM step', {}, more))[0].length
    const txn = await db.call('begin')
    await db.query('CREATE step:1', {}, { txn })
    assert.deepEqual([await count(), await count(db, { txn })], [0, 1])
    await db.call('commit', [txn])
    assert.equal(await count(), 1)
    await assert.rejects(db.call('commit', [txn]), /Transaction not found/)

    const cancelled = await db.call('begin')
    await db.query('CREATE step:2', {}, { txn: cancelled })
    await db.call('cancel', [cancelled])
    const leaving = await Client.signedIn(bridge.port)
    await leaving.query('CREATE step:3', {}, { txn: await leaving.call('begin') })
    await leaving.close()
    await db.query('CREATE step:3')
    assert.equal(await count(), 2)
  })

  test('live notifications go to who asked, and end with KILL', async () => {
    await db.query('DEFINE TABLE OVERWRITE seen')
    const watcher = await Client.signedIn(bridge.port)
    const bystander = await Client.signedIn(bridge.port)
    const [bySql] = await watcher.query('LIVE SELECT * FROM seen')
    const byRpc = await watcher.call('live', ['seen'])
    const heard = async count => {
      while (watcher.notifications.length < count) {
        await once(watcher.socket, 'notification')
      }
      return watcher.notifications.splice(0)
    }
    await db.query('CREATE seen:1 SET data = $data', { data: Uint8Array.of(1, 2) })
    const created = await heard(2)
    assert.deepEqual(created.map(({ id }) => Buffer.from(id.value).toString('hex')).sort(),
      [bySql, byRpc].map(({ value }) => Buffer.from(value).toString('hex')).sort())
    created.forEach(({ action, result }) => {
      assert.equal(action, 'CREATE')
      same(result.data, [1, 2])
    })
    await watcher.call('kill', [byRpc])
    assert.equal((await heard(1))[0].action, 'KILLED')
    await db.query('DELETE seen:1')
    const deleted = await heard(1)
    assert.deepEqual(deleted.map(({ action, id }) => [action, id.value]), [['DELETE', bySql.value]])
    assert.deepEqual([bystander.notifications.length, db.notifications.length], [0, 0])
    await Promise.all([watcher.close(), bystander.close()])
    while (Object.keys((await db.query('INFO FOR TABLE seen'))[0].lives).length > 0) {
      await setImmediate()
    }
  })

  test('requests in flight run side by side', async () => {
    let slept = false
    const slow = db.query('SLEEP 2s').then(() => { slept = true })
    assert.deepEqual(await db.query('RETURN 1'), [1])
    assert.equal(slept, false)
    const answers = await Promise.all(Array.from({ length: 600 }, (_, i) => db.query('RETURN $i', { i })))
    answers.forEach((answer, i) => assert.deepEqual(answer, [i]))
    await slow
  })

  test('what is not a request is answered, and the connection stays', async () => {
    const broken = ['', '01', 'a1ff', 'a1626964', 'bf', '5bffffffffffffffff', '81'.repeat(300)]
    for (const hex of broken) {
      db.socket.send(Buffer.from(hex, 'hex'))
      await once(db.socket, 'notification')
    }
    const answers = db.notifications.splice(0)
    assert.equal(answers.length, broken.length)
    await assert.rejects(db.call('nosuch'), { code: -32601 })
    await assert.rejects(db.query('SELEC 1'), /Parse error/)
    assert.deepEqual(await db.query('RETURN 1'), [1])
  })

  test('text and messages above 128 MiB end the connection', async () => {
    const talker = await Client.signedIn(bridge.port)
    talker.socket.send('{"id":1,"method":"ping"}')
    assert.equal((await once(talker.socket, 'close'))[0], 1003)
    const heavy = await Client.signedIn(bridge.port)
    heavy.socket.on('error', () => {}).send(Buffer.alloc(128 * 1024 * 1024 + 1))
    assert.ok([1006, 1009].includes((await once(heavy.socket, 'close'))[0]))
  })

  test('the official client', async () => {
    const official = new Surreal({ websocketImpl: WebSocket })
    await official.connect(`ws://127.0.0.1:${bridge.port}/rpc`)
    await official.signin({ username: USER, password: PASSWORD })
    await official.use({ namespace: 'official', database: 'd' })
    assert.equal((await official.version()).version, `surrealdb-${bridge.version}`)
    assert.deepEqual(await official.query('RETURN $a + 1', { a: 1 }), [2])
    await official.close()
  })
})

for (const kind of ['rocksdb', 'surrealkv']) {
  describe(`bridge on ${kind}`, () => {
    let folder

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), `peerkit-${kind}-`))
    })

    after(() => rm(folder, { recursive: true }))

    test('kill -9 loses nothing that was answered; a second process is refused; an end by input is clean', async () => {
      const storage = `${kind}://${join(folder, 'db')}`
      const data = randomBytes(256)
      let kept = 0
      for (let round = 0; round < 3; round++) {
        const bridge = await Bridge.start(storage, '--watch-stdin')
        const db = await Client.signedIn(bridge.port)
        await db.query('DEFINE TABLE IF NOT EXISTS row SCHEMAFULL; DEFINE FIELD IF NOT EXISTS data ON row TYPE bytes')
        const rows = (await db.query('SELECT id, data FROM row'))[0]
        assert.ok(rows.length >= kept && rows.length % 10 === 0, `${rows.length} rows, ${kept} answered`)
        rows.forEach(row => same(row.data, data))
        if (round === 1) {
          await assert.rejects(Bridge.start(storage), /ended with 1: cannot open/)
        }
        if (round === 2) {
          bridge.child.stdin.end()
          assert.equal((await bridge.exited)[0], 0)
          break
        }
        kept = rows.length
        const batch = async () => {
          await db.query('INSERT IGNORE INTO row $rows RETURN NONE',
            { rows: Array.from({ length: 10 }, () => ({ id: ['s', randomBytes(32)], data })) })
          kept += 10
        }
        const writing = Promise.allSettled(Array.from({ length: 200 }, batch))
        while (kept < rows.length + 500) {
          await once(db.socket, 'message')
        }
        await bridge.kill('SIGKILL')
        await writing
      }
    })
  })
}

test('without credentials it does not start', async () => {
  const child = spawn(process.execPath, [BRIDGE], { env: {}, stdio: 'ignore' })
  assert.equal((await once(child, 'exit'))[0], 2)
})

test('CBOR of every shape is passed over, cut anywhere it is refused', () => {
  const whole = Buffer.from(
    'bf' + '626964' + '1903e8' + '666d6574686f64' + '7f657175657279ff' + '66706172616d73' +
    '9f83f5fb3ff8000000000000c1d82540a16161f6ff' + 'ff', 'hex')
  assert.deepEqual([...rawEntries(whole, 16).keys()], ['id', 'method', 'params'])
  assert.equal(endOf(whole, 0), whole.length)
  for (let length = 0; length < whole.length; length++) {
    assert.throws(() => endOf(whole.subarray(0, length), 0), RangeError)
  }
})
