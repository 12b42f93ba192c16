// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api;

/**
 * A blob to publish at most once.
 *
 * @param key the application's name for this publication, 1 to {@link PeerkitNode#MAX_KEY_BYTES} bytes; not copied
 * @param blob what to publish, at most {@link PeerkitNode#MAX_BLOB_BYTES} bytes; not copied
 */
public record KeyedBlob(byte[] key, byte[] blob) {}
