// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api.transport;

/**
 * Bytes on the wire since the transport started, encryption and framing included, of closed connections too.
 *
 * @param bytesIn received
 * @param bytesOut sent
 */
public record Traffic(long bytesIn, long bytesOut) {}
