// SPDX-License-Identifier: Apache-2.0

// Writes and waits for room. stream.onDrain() waits only the first time (js-libp2p 3.3.11), so the event is used.
export async function write (stream, bytes) {
  if (stream.send(bytes)) {
    return
  }
  await new Promise((resolve, reject) => {
    const done = () => {
      stream.removeEventListener('drain', drained)
      stream.removeEventListener('close', closed)
    }
    const drained = () => { done(); resolve() }
    const closed = () => { done(); reject(new Error('stream closed while writing')) }
    stream.addEventListener('drain', drained)
    stream.addEventListener('close', closed)
  })
}

// Bytes that show when they are out of order.
export function pattern (length) {
  const bytes = new Uint8Array(length)
  for (let i = 0; i < length; i++) {
    bytes[i] = (i * 31 + (i >> 8) * 17 + (i >> 16)) & 0xff
  }
  return bytes
}
