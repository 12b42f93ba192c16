// SPDX-License-Identifier: Apache-2.0
/** How one of a node's several addresses is reached. */
package io.peerkit.transport.libp2p.internal.dial;
