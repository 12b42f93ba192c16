// SPDX-License-Identifier: Apache-2.0
/**
 * Finding nodes on the same link without an address typed: libp2p's mDNS on a small DNS codec of our own.
 *
 * @see <a href="https://github.com/libp2p/specs/blob/master/discovery/mdns.md">libp2p mDNS, r2</a>
 */
package io.peerkit.transport.libp2p.internal.mdns;
