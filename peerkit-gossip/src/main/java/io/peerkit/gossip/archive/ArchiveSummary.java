// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.archive;

/**
 * What an archive holds so far.
 *
 * @param entries how many entries, those without a blob included
 * @param withoutBlob how many of them have no blob: the application keeps it itself, or declined it
 * @param chunks how many chunks of large blobs
 * @param bytes the length of the file up to here
 */
public record ArchiveSummary(long entries, long withoutBlob, long chunks, long bytes) {
    /** Nothing yet. */
    public static final ArchiveSummary EMPTY = new ArchiveSummary(0, 0, 0, 0);
}
