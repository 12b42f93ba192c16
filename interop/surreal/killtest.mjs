// SPDX-License-Identifier: Apache-2.0

// Does the engine keep what it acknowledged? Without any Peerkit: transactions of the shape that its store sends (a fence on the lane's
// row, deletions, rows, a journal row, a record, sometimes a chunk, the lane's number) on four connections, until the engine is killed; then
// a new one on the same files must have every transaction that was answered, and each whole. Prints a JSON line for each lane that
// lost something (numbers of transactions: at the last start, answered, sent, found again; and rows) and one in the end.
//   node killtest.mjs [--storage rocksdb|surrealkv] [--kills 200] [--minutes 30] [--directory DIR] [--seed N] [--connections 4]

import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Bridge, Client, Tagged } from './client.mjs'

const { values } = parseArgs({
  options: {
    storage: { type: 'string', default: 'surrealkv' },
    kills: { type: 'string', default: '200' },
    minutes: { type: 'string', default: '30' },
    directory: { type: 'string', default: tmpdir() },
    seed: { type: 'string', default: String(Date.now() % 1e9) },
    connections: { type: 'string', default: '4' }
  }
})
const [kills, minutes, seed, connections] =
  [values.kills, values.minutes, values.seed, values.connections].map(Number)
if (!/^(rocksdb|surrealkv)$/.test(values.storage) || !(kills > 0 && minutes > 0 && connections > 0)) {
  console.error('usage: node killtest.mjs [--storage rocksdb|surrealkv] [--kills N] [--minutes N] [--directory DIR] ' +
    '[--seed N] [--connections N]')
  process.exit(2)
}

/** How long the engine lives from its first answer on, in milliseconds. */
const [SHORTEST_LIFE, LONGEST_LIFE] = [20, 900]
/** Most transactions are small groups of 6 rows for a batch, as in CrashWorkload; some are large. */
const [BATCH_ROWS, MOST_BATCHES, LARGE_ROWS, LARGE_SHARE] = [5, 8, 500, 0.05]
const [ROW_BYTES, REMOVED_BEHIND, CHUNK_EVERY, CHUNK_BYTES] = [696, 10, 4, 120_000]

const DEFINE = ['lane', 'timeline', 'journal', 'record', 'chunk'].map(table =>
  `DEFINE TABLE IF NOT EXISTS ${table} TYPE NORMAL SCHEMAFULL;` + (table === 'lane'
    ? 'DEFINE FIELD IF NOT EXISTS seq ON lane TYPE int; DEFINE FIELD IF NOT EXISTS entries ON lane TYPE int;'
    : `DEFINE FIELD IF NOT EXISTS data ON ${table} TYPE bytes;`)).join('\n')

const WRITE = `BEGIN;
LET $was = $lane.seq;
IF $was = NONE { THROW 'lost' };
IF $was >= $seq { THROW 'done' };
DELETE $gone RETURN NONE;
INSERT INTO timeline $rows RETURN NONE;
INSERT INTO journal $journal RETURN NONE;
INSERT INTO record $records ON DUPLICATE KEY UPDATE data = $input.data RETURN NONE;
INSERT IGNORE INTO chunk $chunks RETURN NONE;
UPDATE $lane SET seq = $seq, entries += $added RETURN NONE;
COMMIT;`

const random = generator(seed)
const deadline = Date.now() + minutes * 60_000
const totals = { storage: values.storage, seed, kills: 0, transactions: 0, losses: 0, stores: 0 }
while (totals.kills < kills && Date.now() < deadline) {
  await oneStore()
}
console.log(JSON.stringify(totals))
process.exit(totals.losses === 0 ? 0 : 1)

/** Kills engines on one set of files until something is lost or it has had fifty. */
async function oneStore () {
  const folder = await mkdtemp(join(values.directory, 'peerkit-surreal-kill-'))
  totals.stores++
  const lanes = Array.from({ length: connections }, (_, number) => ({ number, started: 0, answered: 0, sent: 0 }))
  let lost = false
  for (let life = 0; life < 50 && !lost && totals.kills < kills && Date.now() < deadline; life++) {
    const bridge = await Bridge.start(`${values.storage}://${join(folder, 'db')}`)
    lost = await checked(bridge, lanes, life)
    await live(bridge, lanes)
    totals.kills++
  }
  if (!lost) {
    const bridge = await Bridge.start(`${values.storage}://${join(folder, 'db')}`)
    await checked(bridge, lanes, 50)
    await bridge.kill('SIGKILL')
  }
  await rm(folder, { recursive: true })
}

async function checked (bridge, lanes, life) {
  const client = await Client.signedIn(bridge.port)
  await client.query('DEFINE NAMESPACE IF NOT EXISTS n; DEFINE DATABASE IF NOT EXISTS d; ' + DEFINE)
  let lost = false
  for (const lane of lanes) {
    if (life === 0) {
      await client.query('CREATE $lane SET seq = 0, entries = 0', { lane: laneRow(lane) })
      continue
    }
    const [found, rows] = await client.query('RETURN $lane.seq; RETURN count(SELECT VALUE id FROM ' +
      `type::record('timeline', [${lane.number}]..[${lane.number + 1}]))`, { lane: laneRow(lane) })
    const seq = Number(found ?? -1)
    const expected = rowsUpTo(lane.number, seq)
    if (seq < lane.answered || seq > lane.sent || Number(rows) !== expected) {
      lost = true
      totals.losses++
      console.log(JSON.stringify({
        lost: lane.number,
        life,
        started: lane.started,
        answered: lane.answered,
        sent: lane.sent,
        found: seq,
        rows: Number(rows),
        expected
      }))
    }
    lane.started = lane.answered = lane.sent = seq
  }
  await client.close()
  return lost
}

/** Writes on all connections until the engine is killed. */
async function live (bridge, lanes) {
  const clients = await Promise.all(lanes.map(() => Client.signedIn(bridge.port)))
  let killed = false
  const writing = lanes.map(async (lane, i) => {
    while (!killed) {
      try {
        await clients[i].query(WRITE, transaction(lane.number, ++lane.sent))
        lane.answered = lane.sent
        totals.transactions++
      } catch (failure) {
        if (!killed && /conflict|retried/i.test(failure.message)) {
          lane.sent--
        } else if (!killed) {
          throw failure
        } else {
          return
        }
      }
    }
  })
  await new Promise(resolve => setTimeout(resolve, SHORTEST_LIFE + random() * (LONGEST_LIFE - SHORTEST_LIFE)))
  killed = true
  await bridge.kill('SIGKILL')
  clients.forEach(client => client.socket.terminate())
  await Promise.all(writing)
}

function laneRow (lane) {
  return new Tagged(8, ['lane', ['space', lane.number]])
}

/** How many rows transaction `seq` of a lane adds: the same whenever it is asked. */
function rowCount (lane, seq) {
  const draw = createHash('sha256').update(`${seed} ${lane} ${seq}`).digest()
  return draw[0] < 256 * LARGE_SHARE ? LARGE_ROWS : BATCH_ROWS * (1 + draw[1] % MOST_BATCHES)
}

/** One row of each transaction is removed by the tenth behind it. */
function rowsUpTo (lane, seq) {
  let rows = 0
  for (let each = 1; each <= seq; each++) {
    rows += rowCount(lane, each)
  }
  return rows - Math.max(0, seq - REMOVED_BEHIND)
}

function transaction (lane, seq) {
  const count = rowCount(lane, seq)
  const chunks = seq % CHUNK_EVERY === 0
    ? [{ id: ['space', bytes(32, lane, seq, 'c')], data: bytes(20_000 + seq * 7919 % CHUNK_BYTES, lane, seq) }]
    : []
  const gone = seq > REMOVED_BEHIND ? [new Tagged(8, ['timeline', rowKey(lane, seq - REMOVED_BEHIND, 0)])] : []
  return {
    lane: laneRow({ number: lane }),
    seq,
    added: count - gone.length,
    gone,
    rows: Array.from({ length: count }, (_, i) => ({ id: rowKey(lane, seq, i), data: bytes(ROW_BYTES, lane, seq, i) })),
    journal: [{ id: ['space', lane, seq], data: bytes(4 + 28 * count, lane, seq) }],
    records: [{ id: ['space', 'batch', lane], data: bytes(4, lane, seq) }],
    chunks
  }
}

/** Times ascend over all, ids are random: what lies beside each other came together. */
function rowKey (lane, seq, i) {
  const time = Buffer.alloc(8)
  time.writeBigUInt64BE(BigInt(seq) * 1000n + BigInt(i))
  return [lane, Buffer.concat([time, bytes(32, lane, seq, i, 'id')])]
}

/** Bytes that do not compress, the same for the same words. */
function bytes (length, ...words) {
  const blocks = []
  for (let i = 0; i * 64 < length; i++) {
    blocks.push(createHash('sha512').update(words.join(' ') + '/' + i).digest())
  }
  return Buffer.concat(blocks).subarray(0, length)
}

/** mulberry32 */
function generator (state) {
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
