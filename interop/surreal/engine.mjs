// SPDX-License-Identifier: Apache-2.0

// The engine inside @surrealdb/node, below what that package exports: `execute` takes one CBOR request, with the
// session it belongs to, and gives the CBOR of its bare result or of {error}.

import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const { glibcVersionRuntime } = process.report.getReport().header
const SUFFIX = { linux: glibcVersionRuntime ? '-gnu' : '-musl', win32: '-msvc', darwin: '' }
const FOLDER = dirname(fileURLToPath(import.meta.resolve('@surrealdb/node')))
const FILE = `surrealdb-node.${process.platform}-${process.arch}${SUFFIX[process.platform]}.node`
const { SurrealNodeEngine } = createRequire(import.meta.url)(join(FOLDER, FILE))

/** As in "3.0.2". */
export const VERSION = SurrealNodeEngine.version()

/** `mem://`, `rocksdb://DIR` or `surrealkv://DIR`; at most one process may have a directory open. */
export function openEngine (storage) {
  return SurrealNodeEngine.connect(storage, { capabilities: { guest_access: false } })
}
