// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.entry;

/**
 * A signed header as it travels and rests: the header's bytes and the proof that its author signed them.
 *
 * @param header the encoded header; its SHA-256 is the entry's id
 * @param signature by the author over the domain and the root of the batch, {@value EntryCodec#SIGNATURE_BYTES} bytes
 * @param index of the entry in its batch
 * @param size of the batch
 * @param path inclusion path from the entry to the root, 32 bytes for each sibling
 */
public record EntryEnvelope(byte[] header, byte[] signature, int index, int size, byte[] path) {}
