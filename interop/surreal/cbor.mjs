// SPDX-License-Identifier: Apache-2.0

// As much of CBOR (RFC 8949) as rewriting an envelope takes: where an item ends, without decoding what is inside.

/** How deep items may nest; the engine's own bound is lower. */
const MAX_DEPTH = 256

/** The bytes that a UUID takes: tag 37, a byte string of 16. */
export const UUID_BYTES = 19
const UUID_HEAD = Buffer.of(0xd8, 37, 0x50)
const INDEFINITE = 31
const BREAK = 0xff

/** The head of the item at `at`: its major type, its argument (-1 when indefinite) and where its content begins. */
function head (bytes, at) {
  if (at >= bytes.length) {
    throw new RangeError(`item at ${at} of ${bytes.length} bytes`)
  }
  const major = bytes[at] >> 5
  const info = bytes[at] & 31
  if (info < 24) {
    return { major, value: info, next: at + 1 }
  }
  if (info === INDEFINITE) {
    return { major, value: -1, next: at + 1 }
  }
  const size = 2 ** (info - 24)
  if (size > 8 || at + 1 + size > bytes.length) {
    throw new RangeError(`head at ${at} is cut or reserved`)
  }
  const value = size === 8 ? Number(bytes.readBigUInt64BE(at + 1)) : bytes.readUIntBE(at + 1, size)
  return { major, value, next: at + 1 + size }
}

/** Where the item that begins at `at` ends. */
export function endOf (bytes, at) {
  const open = [] // items left in each open container, Infinity until its break
  for (;;) {
    if (open.length > 0 && open.at(-1) === Infinity && bytes[at] === BREAK) {
      open.pop()
      at++
    } else {
      if (open.length > 0) {
        open[open.length - 1]--
      }
      const { major, value, next } = head(bytes, at)
      at = next
      if (value === -1) {
        if (major < 2 || major > 5) {
          throw new RangeError(`item before ${at} cannot be indefinite`)
        }
        open.push(Infinity)
      } else if (major === 2 || major === 3) {
        at += value
      } else if (major === 4 || major === 5) {
        open.push(major === 4 ? value : 2 * value)
      } else if (major === 6) {
        open.push(1)
      }
      if (at > bytes.length || open.length > MAX_DEPTH) {
        throw new RangeError(`item ends at ${at} of ${bytes.length} bytes, nested ${open.length} deep`)
      }
    }
    while (open.length > 0 && open.at(-1) === 0) {
      open.pop()
    }
    if (open.length === 0) {
      return at
    }
  }
}

/** The text at `at`, which is short: a key or the name of a method. */
function shortText (bytes, at) {
  const { major, value, next } = head(bytes, at)
  if (major !== 3 || value < 0 || value > 64 || next + value > bytes.length) {
    throw new RangeError(`no short text at ${at}`)
  }
  return bytes.toString('utf8', next, next + value)
}

/** The raw bytes of each value of a map with text keys, which is all there is in `bytes`. */
export function rawEntries (bytes, maxEntries) {
  const { major, value, next } = head(bytes, 0)
  if (major !== 5 || value > maxEntries) {
    throw new RangeError(`a map of at most ${maxEntries} entries was expected`)
  }
  const entries = new Map()
  let at = next
  while (value === -1 ? bytes[at] !== BREAK : entries.size < value) {
    const key = shortText(bytes, at)
    const begin = endOf(bytes, at)
    at = endOf(bytes, begin)
    if (entries.has(key) || entries.size === maxEntries) {
      throw new RangeError(`key ${key} twice, or more than ${maxEntries} entries`)
    }
    entries.set(key, bytes.subarray(begin, at))
  }
  if (at + (value === -1 ? 1 : 0) !== bytes.length) {
    throw new RangeError(`${bytes.length - at} bytes after the map`)
  }
  return entries
}

/** The raw bytes of each item of an array, which is all there is in `bytes`. */
export function rawItems (bytes) {
  const { major, value, next } = head(bytes, 0)
  if (major !== 4) {
    throw new RangeError('an array was expected')
  }
  const items = []
  for (let at = next; value === -1 ? bytes[at] !== BREAK : items.length < value;) {
    const end = endOf(bytes, at)
    items.push(bytes.subarray(at, end))
    at = end
  }
  return items
}

/** How many items the array at `at` has. */
export function itemCount (bytes, at) {
  const { major, value } = head(bytes, at)
  if (major !== 4 || value < 0) {
    throw new RangeError(`no array of known length at ${at}`)
  }
  return value
}

/** The text that `raw` is. */
export function asText (raw) {
  return shortText(raw, 0)
}

/** The UUID that `raw` is, as 32 hex digits, or undefined when it is something else. */
export function asUuid (raw) {
  const is = raw?.length === UUID_BYTES && raw.subarray(0, UUID_HEAD.length).equals(UUID_HEAD)
  return is ? raw.toString('hex', UUID_HEAD.length) : undefined
}

export function uuid (hex) {
  return Buffer.concat([UUID_HEAD, Buffer.from(hex, 'hex')])
}

/** A text of at most 65,535 bytes. */
export function text (string) {
  const utf8 = Buffer.from(string)
  const { length } = utf8
  return Buffer.concat([length < 24 ? Buffer.of(0x60 + length) : Buffer.of(0x79, length >> 8, length & 255), utf8])
}

/** An array of at most 255 raw items. */
export function array (items) {
  const { length } = items
  return Buffer.concat([length < 24 ? Buffer.of(0x80 + length) : Buffer.of(0x98, length), ...items])
}

/** A map of at most 23 text keys to raw values. */
export function map (entries) {
  return Buffer.concat([Buffer.of(0xa0 + entries.length), ...entries.flatMap(([key, raw]) => [text(key), raw])])
}
