// SPDX-License-Identifier: Apache-2.0
/** What every way to carry many streams over one connection has in common. */
package io.peerkit.transport.libp2p.internal.muxer;
