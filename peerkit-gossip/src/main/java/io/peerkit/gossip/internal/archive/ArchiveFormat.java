// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.archive;

import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.storage.WriteBatch;
import io.peerkit.gossip.archive.EntryChunks;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The shape of an archive, and its bounds.
 *
 * <pre>{@code
 *   magic (8)   frame(start)   section*   frame(end)
 *   section = frame(entry | chunk)+  frame(section end)
 *   frame   = varint length, then that many bytes of deterministic CBOR
 * }</pre>
 *
 * <p>A section is what a reader takes in at once and writes as one batch: so whatever happens, a store has whole sections.
 * The hash in a section's end covers the file from its first byte up to that frame.
 */
public final class ArchiveFormat {
    /** The longest section in bytes, its end not counted; also what a reader has in memory. */
    public static final int MAX_SECTION_BYTES = 4 * 1_048_576;

    /** The least length that a writer may be told to keep sections to, in bytes; a longer entry has one for itself. */
    public static final int MIN_SECTION_BYTES = 1_024;

    /** The most chunks in a section: as many as a batch takes. */
    public static final int MAX_SECTION_CHUNKS = WriteBatch.MAX_CHUNKS;

    /** The most entries and chunks in a section: a batch takes them with a record each, a few for each chunk, and one more. */
    public static final int MAX_SECTION_ITEMS =
            WriteBatch.MAX_RECORDS - 1 - EntryChunks.MAX_RECORDS_OF_CHUNK * MAX_SECTION_CHUNKS;

    /** The longest frame in bytes: the longest blob and envelope, keys and lengths. */
    static final int MAX_FRAME_BYTES = StoredEntry.MAX_BLOB_BYTES + StoredEntry.MAX_ENVELOPE_BYTES + 64;

    static final int VERSION = 1;
    static final int HASH_BYTES = 32;

    /** Not text in its first byte; line ends of both kinds and an end-of-file mark show a transfer that mangled them. */
    private static final byte[] MAGIC = {(byte) 0x89, 'P', 'K', 'A', '\r', '\n', 0x1a, '\n'};

    private ArchiveFormat() {}

    static byte[] magic() {
        return MAGIC.clone();
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    /** The hash of what a digest was given so far; the digest goes on. */
    static byte[] sofar(MessageDigest digest) {
        return copy(digest).digest();
    }

    static MessageDigest copy(MessageDigest digest) {
        try {
            return (MessageDigest) digest.clone();
        } catch (CloneNotSupportedException e) {
            throw new AssertionError("SHA-256 of every Java platform can be copied", e);
        }
    }
}
