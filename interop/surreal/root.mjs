// SPDX-License-Identifier: Apache-2.0

import { array, map, text } from './cbor.mjs'

/** What needs no escaping, neither in an identifier nor between quotes. */
const PLAIN = /^[A-Za-z0-9_-]{1,128}$/

/** Makes the root user, or gives it this password; the engine keeps a hash. */
export async function defineRoot (engine, user, password) {
  if (!PLAIN.test(user) || !PLAIN.test(password)) {
    console.error(`SURREAL_USER and SURREAL_PASS must match ${PLAIN}`)
    process.exit(2)
  }
  const statement = `DEFINE USER OVERWRITE \`${user}\` ON ROOT PASSWORD '${password}' ROLES OWNER`
  const request = map([['method', text('query')], ['params', array([text(statement)])]])
  const answer = Buffer.from(await engine.execute(request))
  if (!answer.includes('bOK')) {
    throw new Error('the engine did not take the root user')
  }
}
