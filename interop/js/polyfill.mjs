// SPDX-License-Identifier: Apache-2.0

// js-libp2p 3 calls Promise.withResolvers, which Node has from version 22 on only. Import this before libp2p.
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
