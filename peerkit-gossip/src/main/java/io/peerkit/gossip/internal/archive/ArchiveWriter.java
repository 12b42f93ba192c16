// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.archive;

import io.peerkit.cbor.Frames;
import io.peerkit.gossip.archive.ArchiveSummary;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.security.MessageDigest;

/** Puts an archive together, a section at a time. Holds one section. For one thread. */
final class ArchiveWriter {
    private final WritableByteChannel target;
    private final int sectionBytes;
    private final MessageDigest digest;
    private final ByteArrayOutputStream section = new ByteArrayOutputStream();
    private int items;
    private int sectionChunks;
    private ArchiveSummary written;
    private long entries;
    private long withoutBlob;
    private long chunks;
    private long length;

    private ArchiveWriter(WritableByteChannel target, int sectionBytes, MessageDigest digest, ArchiveSummary written) {
        this.target = target;
        this.sectionBytes = sectionBytes;
        this.digest = digest;
        this.written = written;
        this.entries = written.entries();
        this.withoutBlob = written.withoutBlob();
        this.chunks = written.chunks();
        this.length = written.bytes();
    }

    /** Begins an archive in an empty file. */
    static ArchiveWriter begin(WritableByteChannel target, int sectionBytes, ArchiveFrame.Start start)
            throws IOException {
        ArchiveWriter writer = new ArchiveWriter(target, sectionBytes, ArchiveFormat.sha256(), ArchiveSummary.EMPTY);
        writer.section.writeBytes(ArchiveFormat.magic());
        writer.append(ArchiveFrameCodec.encode(start));
        writer.flush();
        return writer;
    }

    /**
     * Goes on behind the last whole section.
     *
     * @param target at that place, and nothing behind it
     * @param digest of the file up to there
     * @param written what stands up to there
     */
    static ArchiveWriter resume(
            WritableByteChannel target, int sectionBytes, MessageDigest digest, ArchiveSummary written) {
        return new ArchiveWriter(target, sectionBytes, digest, written);
    }

    /**
     * Adds an entry or a chunk, to a new section when it does not fit.
     *
     * @param chunksDone how many chunks of the last entry were looked at before
     * @return whether a section was closed for it
     */
    boolean add(ArchiveFrame item, long chunksDone) throws IOException {
        byte[] payload = ArchiveFrameCodec.encode(item);
        boolean isChunk = item instanceof ArchiveFrame.Chunk;
        boolean full = section.size() + Frames.MAX_PREFIX_BYTES + payload.length > sectionBytes
                || items == ArchiveFormat.MAX_SECTION_ITEMS
                || (isChunk && sectionChunks == ArchiveFormat.MAX_SECTION_CHUNKS);
        boolean closes = full && items > 0;
        if (closes) {
            endSection(chunksDone);
        }
        append(payload);
        items++;
        if (isChunk) {
            sectionChunks++;
            chunks++;
        } else {
            entries++;
            withoutBlob +=
                    item instanceof ArchiveFrame.Entry entry && entry.blob().isEmpty() ? 1 : 0;
        }
        return closes;
    }

    private void endSection(long chunksDone) throws IOException {
        flush();
        append(ArchiveFrameCodec.encode(new ArchiveFrame.SectionEnd(ArchiveFormat.sofar(digest), chunksDone)));
        flush();
        items = 0;
        sectionChunks = 0;
        written = new ArchiveSummary(entries, withoutBlob, chunks, length);
    }

    /**
     * Closes the last section and the archive.
     *
     * @param chunksDone how many chunks of the last entry were looked at
     */
    void end(long chunksDone) throws IOException {
        if (items > 0) {
            endSection(chunksDone);
        }
        append(ArchiveFrameCodec.encode(
                new ArchiveFrame.End(ArchiveFormat.sofar(digest), entries, withoutBlob, chunks)));
        flush();
        written = new ArchiveSummary(entries, withoutBlob, chunks, length);
    }

    /** What stands in the file, up to its last whole section. */
    ArchiveSummary written() {
        return written;
    }

    private void append(byte[] payload) {
        section.writeBytes(Frames.prefix(payload.length));
        section.writeBytes(payload);
    }

    private void flush() throws IOException {
        byte[] bytes = section.toByteArray();
        section.reset();
        digest.update(bytes);
        ByteBuffer rest = ByteBuffer.wrap(bytes);
        while (rest.hasRemaining()) {
            target.write(rest);
        }
        length += bytes.length;
    }
}
