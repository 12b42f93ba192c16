// SPDX-License-Identifier: Apache-2.0
/** Where this node can be reached from the internet: what peers see of it, and what routers opened. */
package io.peerkit.transport.libp2p.internal.reach;
