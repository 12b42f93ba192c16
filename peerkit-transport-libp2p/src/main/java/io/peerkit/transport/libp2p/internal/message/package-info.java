// SPDX-License-Identifier: Apache-2.0
/**
 * Messages of bounded length, each on a stream of its own.
 *
 * <pre>{@code
 *   sender                                    receiver
 *     | varint length | message, end of stream   |
 *     | ---------------------------------------> |   hands it on
 *     |                            end of stream |
 *     | <--------------------------------------- |   the receipt
 * }</pre>
 */
package io.peerkit.transport.libp2p.internal.message;
