// SPDX-License-Identifier: Apache-2.0

// js-libp2p 3 needs what Node has from version 22 on only. Import this before libp2p.

import { WebSocket } from 'ws'

if (Promise.withResolvers == null) {
  Promise.withResolvers = function () {
    let resolve
    let reject
    const promise = new this((onResolve, onReject) => {
      resolve = onResolve
      reject = onReject
    })
    return { promise, resolve, reject }
  }
}

globalThis.WebSocket ??= WebSocket
