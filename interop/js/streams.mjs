// SPDX-License-Identifier: Apache-2.0

/**
 * Sends bytes and waits until the stream takes more.
 *
 * `stream.onDrain()` is avoided on purpose: in libp2p 3.3 its promise is made once, so from the second time on it is
 * already settled and a writer that relies on it spins and buffers without bound.
 */
export async function write (stream, bytes) {
  stream.send(bytes)
  while (stream.writableNeedsDrain) {
    await nextDrain(stream)
  }
}

function nextDrain (stream) {
  return new Promise((resolve, reject) => {
    const onDrain = () => settle(resolve)
    const onClose = event => settle(reject, event.error ?? new Error('stream closed while bytes waited to be sent'))
    const settle = (how, error) => {
      stream.removeEventListener('drain', onDrain)
      stream.removeEventListener('close', onClose)
      how(error)
    }
    stream.addEventListener('drain', onDrain)
    stream.addEventListener('close', onClose)
  })
}

/**
 * Hands every received piece to `take`, and resolves when the remote has sent its FIN; rejects on a reset.
 *
 * The stream's own async iterator is avoided on purpose: attached after data and FIN it never ends, and it ends
 * before the data of a frame that carries FIN too.
 */
export function readToEnd (stream, take) {
  return new Promise((resolve, reject) => {
    const onMessage = event => take(event.data)
    const onClose = event => settle(event.error)
    const onEnd = () => queueMicrotask(() => settle())
    const settle = error => {
      stream.removeEventListener('message', onMessage)
      stream.removeEventListener('close', onClose)
      stream.removeEventListener('end', onEnd)
      const failure = error ?? failureOf(stream)
      failure == null ? resolve() : reject(failure)
    }
    stream.addEventListener('close', onClose)
    stream.addEventListener('end', onEnd)
    stream.addEventListener('message', onMessage)
    if (stream.readableEnded || failureOf(stream) != null) {
      onEnd()
    }
  })
}

function failureOf (stream) {
  if (stream.status !== 'reset' && stream.status !== 'aborted') {
    return undefined
  }
  const error = new Error(`stream is ${stream.status}`)
  error.name = stream.status === 'reset' ? 'StreamResetError' : 'StreamAbortedError'
  return error
}

/** Stops window updates while the stream cannot take what was echoed so far, so nothing piles up here. */
export async function echo (stream, count) {
  await readToEnd(stream, bytes => {
    count(bytes.byteLength)
    if (!stream.send(bytes) && stream.readStatus === 'readable') {
      stream.pause()
      resumeWhenDrained(stream)
    }
  })
  await stream.close()
}

async function resumeWhenDrained (stream) {
  try {
    while (stream.writableNeedsDrain) {
      await nextDrain(stream)
    }
    if (stream.readStatus === 'paused') {
      stream.resume()
    }
  } catch {
    // The stream has ended; readToEnd reports how.
  }
}
