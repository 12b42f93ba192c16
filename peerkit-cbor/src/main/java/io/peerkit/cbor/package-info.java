// SPDX-License-Identifier: Apache-2.0
/**
 * Deterministic CBOR values, the codec between them and bytes, and frames behind a varint length.
 *
 * <p>Everything here is either immutable or, like {@link io.peerkit.cbor.FrameReader} and
 * {@link io.peerkit.cbor.CborMapBuilder}, for one thread at a time; nothing blocks.
 */
package io.peerkit.cbor;
