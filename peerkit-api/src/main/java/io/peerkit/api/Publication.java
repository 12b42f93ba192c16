// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api;

/**
 * What publishing a blob made.
 *
 * @param entry the signed entry
 * @param hash names the blob in it
 */
public record Publication(EntryId entry, BlobHash hash) {}
