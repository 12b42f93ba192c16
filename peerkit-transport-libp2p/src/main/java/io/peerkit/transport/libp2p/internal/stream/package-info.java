// SPDX-License-Identifier: Apache-2.0
/** What applications and protocols use of a stream: its bytes for any thread, and frames of bounded length. */
package io.peerkit.transport.libp2p.internal.stream;
