// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.archive;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.NetworkId;
import io.peerkit.cbor.FrameReader;
import io.peerkit.cbor.Frames;
import io.peerkit.gossip.archive.ArchiveSummary;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Takes an archive apart, a section at a time, and checks its shape and its hashes; what the entries say is for others to
 * check. Holds one section. For one thread.
 *
 * <p>A file that ends early is good up to its last whole section: {@link #next} then gives nothing more and {@link #isComplete} says
 * no. Every other departure from the format is an {@link InvalidBytesException} that names the byte where the frame begins.
 */
public final class ArchiveReader {
    private static final int BUFFER_BYTES = 65_536;

    private final ReadableByteChannel source;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES).limit(0);
    private final MessageDigest digest = ArchiveFormat.sha256();
    private final FrameReader frames = new FrameReader(ArchiveFormat.MAX_FRAME_BYTES);
    private final NetworkId network;
    private byte[] payload = {};
    private long offset;
    private ArchiveSummary total;
    private boolean complete;
    private boolean cut;

    /**
     * A frame and its place.
     *
     * @param offset of its first byte
     * @param frame an entry or a chunk
     */
    public record Placed(long offset, ArchiveFrame frame) {}

    /**
     * A whole section.
     *
     * @param items at least one
     * @param total all up to its end
     * @param prefixHash of the file up to its end
     * @param chunksDone as in {@link ArchiveFrame.SectionEnd}
     */
    public record Section(List<Placed> items, ArchiveSummary total, byte[] prefixHash, long chunksDone) {}

    /**
     * Reads the beginning.
     *
     * @param source at its first byte; not closed here
     * @throws InvalidBytesException when it is no archive, of another version, or ends before its first section
     */
    public ArchiveReader(ReadableByteChannel source) throws IOException {
        this.source = source;
        byte[] magic = ArchiveFormat.magic();
        for (byte expected : magic) {
            if ((!buffer.hasRemaining() && !fill()) || buffer.get() != expected) {
                throw new InvalidBytesException("this is no archive: it does not begin with its eight bytes");
            }
        }
        digest.update(magic);
        offset = magic.length;
        Optional<ArchiveFrame> first = read();
        if (first.isEmpty() || !(first.get() instanceof ArchiveFrame.Start start)) {
            throw bad(cut ? "the file ends in the middle of its first frame" : "the first frame is no start");
        }
        network = start.network();
        take();
        total = new ArchiveSummary(0, 0, 0, offset);
    }

    /** Where the entries are said to belong. */
    public NetworkId network() {
        return network;
    }

    /** All up to the end of the last whole section. */
    public ArchiveSummary total() {
        return total;
    }

    /** Whether the last frame was read and all was right. */
    public boolean isComplete() {
        return complete;
    }

    /** What the running hash has seen, up to the end of the last section; only right before and after {@link #next}. */
    MessageDigest digest() {
        return ArchiveFormat.copy(digest);
    }

    /**
     * Passes over what was read before. Only before the first {@link #next}; when it fails the reader is of no use.
     *
     * @param there what stands up to there
     * @param prefixHash of the file up to there
     * @return whether the file has that beginning
     */
    public boolean skipTo(ArchiveSummary there, byte[] prefixHash) throws IOException {
        while (offset < there.bytes()) {
            if (!buffer.hasRemaining() && !fill()) {
                return false;
            }
            int count = (int) Math.min(buffer.remaining(), there.bytes() - offset);
            digest.update(buffer.array(), buffer.position(), count);
            buffer.position(buffer.position() + count);
            offset += count;
        }
        total = there;
        return offset == there.bytes() && Arrays.equals(ArchiveFormat.sofar(digest), prefixHash);
    }

    /**
     * Reads the next section.
     *
     * @return nothing at the end, and where the file ends in the middle of a section
     * @throws InvalidBytesException when the file is damaged or over a bound
     */
    public Optional<Section> next() throws IOException {
        List<Placed> items = new ArrayList<>();
        int chunks = 0;
        long sectionStart = offset;
        while (!complete && !cut) {
            Optional<ArchiveFrame> read = read();
            if (read.isEmpty()) {
                break;
            }
            ArchiveFrame frame = read.get();
            if (frame instanceof ArchiveFrame.SectionEnd end) {
                return Optional.of(section(items, end));
            } else if (frame instanceof ArchiveFrame.End end) {
                end(items, end);
            } else if (frame instanceof ArchiveFrame.Start) {
                throw bad("a second start");
            } else {
                items.add(new Placed(offset, frame));
                chunks += frame instanceof ArchiveFrame.Chunk ? 1 : 0;
                take();
                requireBounds(items.size(), chunks, offset - sectionStart);
            }
        }
        return Optional.empty();
    }

    private Section section(List<Placed> items, ArchiveFrame.SectionEnd end) {
        requireHash(end.hash());
        if (items.isEmpty()) {
            throw bad("a section without items");
        }
        take();
        long entries = total.entries();
        long withoutBlob = total.withoutBlob();
        long chunks = total.chunks();
        for (Placed item : items) {
            if (item.frame() instanceof ArchiveFrame.Entry entry) {
                entries++;
                withoutBlob += entry.blob().isEmpty() ? 1 : 0;
            } else {
                chunks++;
            }
        }
        total = new ArchiveSummary(entries, withoutBlob, chunks, offset);
        return new Section(List.copyOf(items), total, ArchiveFormat.sofar(digest), end.chunksDone());
    }

    private void end(List<Placed> items, ArchiveFrame.End end) throws IOException {
        requireHash(end.hash());
        if (!items.isEmpty()) {
            throw bad("the end in the middle of a section");
        }
        if (end.entries() != total.entries()
                || end.withoutBlob() != total.withoutBlob()
                || end.chunks() != total.chunks()) {
            throw bad("the end counts " + end.entries() + " entries, " + end.withoutBlob() + " without a blob, and "
                    + end.chunks() + " chunks, but there are " + total.entries() + ", " + total.withoutBlob() + " and "
                    + total.chunks());
        }
        take();
        if (buffer.hasRemaining() || fill()) {
            throw bad("bytes behind the end");
        }
        total = new ArchiveSummary(total.entries(), total.withoutBlob(), total.chunks(), offset);
        complete = true;
    }

    /** Reads a frame, which {@link #take} then counts in; nothing, and {@code cut}, where the file ends. */
    private Optional<ArchiveFrame> read() throws IOException {
        try {
            Optional<byte[]> whole = frames.next(buffer);
            while (whole.isEmpty()) {
                if (!fill()) {
                    cut = true;
                    return Optional.empty();
                }
                whole = frames.next(buffer);
            }
            payload = whole.get();
            return Optional.of(ArchiveFrameCodec.decode(payload));
        } catch (InvalidBytesException e) {
            throw new InvalidBytesException("archive at byte " + offset + ": " + e.getMessage(), e);
        }
    }

    private void take() {
        byte[] prefix = Frames.prefix(payload.length);
        digest.update(prefix);
        digest.update(payload);
        offset += prefix.length + payload.length;
    }

    private boolean fill() throws IOException {
        buffer.clear();
        int count = source.read(buffer);
        buffer.flip();
        return count > 0;
    }

    private void requireHash(byte[] hash) {
        if (!Arrays.equals(ArchiveFormat.sofar(digest), hash)) {
            throw bad("the bytes before it do not have the hash it gives: the file is damaged");
        }
    }

    private void requireBounds(int items, int chunks, long bytes) {
        if (items > ArchiveFormat.MAX_SECTION_ITEMS
                || chunks > ArchiveFormat.MAX_SECTION_CHUNKS
                || bytes > ArchiveFormat.MAX_SECTION_BYTES) {
            throw bad("a section of " + items + " items, " + chunks + " chunks and " + bytes + " bytes, at most "
                    + ArchiveFormat.MAX_SECTION_ITEMS + ", " + ArchiveFormat.MAX_SECTION_CHUNKS + " and "
                    + ArchiveFormat.MAX_SECTION_BYTES);
        }
    }

    private InvalidBytesException bad(String what) {
        return new InvalidBytesException("archive at byte " + offset + ": " + what);
    }
}
