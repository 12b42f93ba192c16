// SPDX-License-Identifier: Apache-2.0

// How fast the bare engine is on this machine, inside this process and without a socket, rocksdb on disk, each commit
// synced: the measure for what a store makes of it. Prints one JSON object, rows/s as medians of the rounds, the best
// round beside them, and rows for each second of processor time, which others on the machine disturb less.
//   node bench.mjs [--rows 50000] [--rounds 5] [--storage rocksdb|surrealkv] [--directory DIR] [--only insert]

import { decode, encode } from '@surrealdb/cbor'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { itemCount, text } from './cbor.mjs'
import { openEngine, VERSION } from './engine.mjs'

const ROW_BYTES = 256
const KEY_BYTES = 32
const BATCH_ROWS = 500
const IN_FLIGHT = 4
/** Into how many parts of equal size the keys are split for the scan that reads them side by side. */
const PARTS = 4
const SPACE = 'space'
/** What stands before the rows of an answer, and before the bytes of each key. */
const RESULT = text('result')
const KEY_HEAD = Buffer.concat([text(SPACE), Buffer.of(0x58, KEY_BYTES)])

const INSERTS = {
  insert: 'INSERT INTO row $rows RETURN NONE',
  insertIgnoreReturnId: 'INSERT IGNORE INTO row $rows RETURN VALUE id',
  insertIgnoreReturnNone: 'INSERT IGNORE INTO row $rows RETURN NONE'
}
const SCANS = {
  ids: 'SELECT VALUE id FROM',
  rows: 'SELECT id, data FROM'
}

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '50000' },
    rounds: { type: 'string', default: '5' },
    storage: { type: 'string', default: 'rocksdb' },
    directory: { type: 'string', default: tmpdir() },
    only: { type: 'string', default: '' }
  }
})
const [rowsPerRound, rounds] = [values.rows, values.rounds].map(Number)
const counted = rowsPerRound % BATCH_ROWS === 0 && rowsPerRound > 0 && rounds > 0
if (!counted || !/^(rocksdb|surrealkv)$/.test(values.storage)) {
  console.error(`usage: node bench.mjs [--rows N*${BATCH_ROWS}] [--rounds N]\n` +
    '    [--storage rocksdb|surrealkv] [--directory DIR] [--only insert|…]')
  process.exit(2)
}

const folder = await mkdtemp(join(values.directory, 'peerkit-surreal-bench-'))
const engine = await openEngine(`${values.storage}://${join(folder, 'db')}`)
const figures = {}
try {
  await call('use', ['bench', 'bench'])
  for (const [name, sql] of Object.entries(INSERTS).filter(([name]) => values.only === '' || name === values.only)) {
    figures[name] = await measured(() => insert(sql))
  }
  await insert(INSERTS.insert) // what the scans read
  for (const [name, sql] of values.only === '' ? Object.entries(SCANS) : []) {
    for (const limit of [1000, 2000, 5000]) {
      figures[`${name}By${limit}`] = await measured(() => scan(sql, limit, 1))
    }
    figures[`${name}By2000In${PARTS}Parts`] = await measured(() => scan(sql, 2000, PARTS))
  }
} finally {
  await engine.free()
  await rm(folder, { recursive: true })
}
console.log(JSON.stringify({
  engine: VERSION, storage: values.storage, node: process.version, cores: cpus().length,
  rowBytes: ROW_BYTES, batchRows: BATCH_ROWS, inFlight: IN_FLIGHT, rowsPerRound, rounds, ...figures
}))
process.exit(0)

async function measured (round) {
  await round() // compiles and warms up
  const taken = []
  for (let i = 0; i < rounds; i++) {
    taken.push(await round())
  }
  const perSecond = key => taken.map(each => rowsPerRound / each[key]).sort((a, b) => a - b)
  const [wall, processor] = [perSecond('seconds'), perSecond('processorSeconds')]
  const middle = Math.floor(rounds / 2)
  return {
    rowsPerSecond: Math.round(wall[middle]),
    best: Math.round(wall.at(-1)),
    rowsPerProcessorSecond: Math.round(processor[middle])
  }
}

function clock () {
  const [start, processor] = [performance.now(), process.cpuUsage()]
  return () => {
    const { user, system } = process.cpuUsage(processor)
    return { seconds: (performance.now() - start) / 1e3, processorSeconds: (user + system) / 1e6 }
  }
}

/** Fresh keys into a fresh table; requests are encoded before the clock starts. */
async function insert (sql) {
  await query('REMOVE TABLE IF EXISTS row; DEFINE TABLE row SCHEMAFULL; DEFINE FIELD data ON row TYPE bytes')
  const batches = Array.from({ length: rowsPerRound / BATCH_ROWS }, freshRows)
  const requests = batches.map(rows => request('query', [sql, { rows }]))
  const time = clock()
  const answers = await inFlight(requests.map(bytes => () => engine.execute(bytes)))
  const taken = time()
  answers.forEach(bytes => checked(decode(bytes)))
  const [[{ count }]] = await query('SELECT count() FROM row GROUP ALL')
  if (count !== rowsPerRound) {
    throw new Error(`${count} rows instead of ${rowsPerRound}`)
  }
  return taken
}

function freshRows () {
  return Array.from({ length: BATCH_ROWS },
    () => ({ id: [SPACE, randomBytes(KEY_BYTES)], data: randomBytes(ROW_BYTES) }))
}

/** All rows in the order of their keys, page by page, the parts side by side. */
async function scan (select, limit, parts) {
  const time = clock()
  const counts = await Promise.all(Array.from({ length: parts }, (_, part) => scanPart(select, limit, part, parts)))
  const taken = time()
  const count = counts.reduce((sum, each) => sum + each)
  if (count !== rowsPerRound) {
    throw new Error(`${count} rows instead of ${rowsPerRound}`)
  }
  return taken
}

async function scanPart (select, limit, part, parts) {
  const end = part === parts - 1 ? Buffer.alloc(KEY_BYTES + 1, 0xff) : Buffer.of((part + 1) * 256 / parts)
  let after = Buffer.of(part * 256 / parts)
  for (let count = 0; ;) {
    const sql = `${select} type::record('row', $after>..$end) LIMIT ${limit}`
    const { buffer } = await engine.execute(request('query', [sql, { after: [SPACE, after], end: [SPACE, end] }]))
    const answer = Buffer.from(buffer)
    // Decoding the rows would be measured too and take longer than the engine does; their number and the last key do.
    const rows = itemCount(answer, answer.indexOf(RESULT) + RESULT.length)
    count += rows
    if (rows < limit) {
      return count
    }
    const at = answer.lastIndexOf(KEY_HEAD) + KEY_HEAD.length
    const key = answer.subarray(at, at + KEY_BYTES)
    if (Buffer.compare(key, after) <= 0) {
      throw new Error('the page does not come in the order of its keys')
    }
    after = key
  }
}

/** Runs the tasks in order, a few at a time. */
async function inFlight (tasks) {
  const results = []
  let next = 0
  await Promise.all(Array.from({ length: IN_FLIGHT }, async () => {
    while (next < tasks.length) {
      const task = next++
      results[task] = await tasks[task]()
    }
  }))
  return results
}

async function query (sql, parameters = {}) {
  return checked(await call('query', [sql, parameters])).map(({ result }) => result)
}

async function call (method, params) {
  return decode(await engine.execute(request(method, params)))
}

function request (method, params) {
  return encode({ method, params })
}

function checked (answers) {
  const failed = Array.isArray(answers) ? answers.find(({ status }) => status === 'ERR') : answers
  if (failed != null) {
    throw new Error(failed.result ?? failed.error.message)
  }
  return answers
}
