// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.reconcile;

import java.util.Optional;

/**
 * What an initiator learned from one message, and what it says next.
 *
 * @param have the entries of its snapshot that the partner lacks; none is repeated in a later step
 * @param need the entries that the partner says it has and the snapshot lacks. Where frames are limited an id may come
 *     again in a later step. A hostile partner may also repeat it at once, name one that does not exist, or one that the
 *     snapshot holds outside the range in question
 * @param next the message to send, or empty when the session is complete
 */
public record NegentropyStep(IndexRanges have, IdList need, Optional<byte[]> next) {}
