// SPDX-License-Identifier: Apache-2.0

/** A repeatable sequence of bytes (xorshift32), so that a receiver can check what it gets without keeping what was sent. */
export class RandomBytes {
  #state
  #word = 0
  #left = 0

  constructor (seed) {
    // Zero is the one state that xorshift never leaves. The first words after a small seed are small; skip them.
    this.#state = (seed | 0) === 0 ? 0x9e3779b9 : seed | 0
    for (let i = 0; i < 16; i++) {
      this.#next()
    }
  }

  take (count) {
    const bytes = new Uint8Array(count)
    for (let i = 0; i < count; i++) {
      bytes[i] = this.#nextByte()
    }
    return bytes
  }

  /** A number from 1 to `bound`. */
  upTo (bound) {
    return 1 + (this.#next() >>> 0) % bound
  }

  #nextByte () {
    if (this.#left === 0) {
      this.#word = this.#next()
      this.#left = 4
    }
    this.#left--
    const byte = this.#word & 0xff
    this.#word >>>= 8
    return byte
  }

  #next () {
    let x = this.#state
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    this.#state = x
    return x
  }
}
