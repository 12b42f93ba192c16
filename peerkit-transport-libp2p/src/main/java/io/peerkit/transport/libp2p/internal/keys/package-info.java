// SPDX-License-Identifier: Apache-2.0
/** The keys that name and authenticate nodes. */
package io.peerkit.transport.libp2p.internal.keys;
