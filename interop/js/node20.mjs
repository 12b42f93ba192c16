// SPDX-License-Identifier: Apache-2.0
// js-libp2p 3.3 calls what Node 20 does not have yet; it runs there with this one function added.
Promise.withResolvers ??= function () {
  const parts = {}
  parts.promise = new this((resolve, reject) => Object.assign(parts, { resolve, reject }))
  return parts
}
