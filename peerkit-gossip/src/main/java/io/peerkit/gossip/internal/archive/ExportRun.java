// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.archive;

import io.peerkit.api.BlobHash;
import io.peerkit.api.InvalidSettingException;
import io.peerkit.api.NetworkId;
import io.peerkit.api.StorageException;
import io.peerkit.api.gossip.EntryHeader;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StoredChunk;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.gossip.archive.ArchiveSummary;
import io.peerkit.gossip.archive.EntryChunks;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * One export: walks the store in the order of its keys and writes what it finds, behind what an export before it that was
 * cut has left in {@code FILE.part}. Reads one page ahead of what it writes, and holds no more.
 */
public final class ExportRun {
    /** Entries asked for at once. */
    private static final int PAGE_ENTRIES = 1_024;

    /** Bytes asked for at once. */
    private static final int PAGE_BYTES = 2 * 1_048_576;

    private final Parts parts;
    private final RecentChunks recent = new RecentChunks();
    private long chunksDone;

    /**
     * What an export works with.
     *
     * @param storage open; not closed here
     * @param network whose entries are wanted; if absent, all have to be of one
     * @param chunks names the chunks of entries
     * @param sectionBytes where sections are closed
     * @param progress is told what is written, after each section
     */
    public record Parts(
            Storage storage,
            Optional<NetworkId> network,
            EntryChunks chunks,
            int sectionBytes,
            Consumer<ArchiveSummary> progress) {}

    /**
     * @param parts what it works with
     */
    public ExportRun(Parts parts) {
        this.parts = parts;
    }

    /**
     * Runs. Blocks until the file is complete and in its place.
     *
     * @throws StorageException when the store or the file cannot be read or written
     * @throws InvalidSettingException when no network was named and the store does not tell which
     */
    public ArchiveSummary to(Path file) {
        try (PartFile part = PartFile.open(file)) {
            ArchiveSummary written = write(part.channel());
            part.complete();
            return written;
        } catch (IOException e) {
            throw new StorageException(file + " cannot be written: " + e, e);
        }
    }

    private ArchiveSummary write(FileChannel channel) throws IOException {
        NetworkId network = parts.network().orElseGet(this::onlyNetwork);
        Optional<ExportResume> before = ExportResume.read(channel, parts.storage(), network, recent);
        Optional<EntryKey> after = Optional.empty();
        ArchiveWriter writer;
        if (before.isPresent()) {
            ExportResume there = before.get();
            channel.truncate(there.total().bytes()).position(there.total().bytes());
            writer = ArchiveWriter.resume(channel, parts.sectionBytes(), there.digest(), there.total());
            after = there.last().map(StoredEntry::key);
            chunksDone = there.chunksDone();
            if (there.last().isPresent()) {
                StoredEntry last = there.last().get();
                writeChunks(writer, last, StoreCalls.header(last), chunksDone);
            }
        } else {
            channel.truncate(0).position(0);
            writer = ArchiveWriter.begin(channel, parts.sectionBytes(), new ArchiveFrame.Start(network));
        }
        writeEntries(writer, network, after);
        writer.end(chunksDone);
        return writer.written();
    }

    private NetworkId onlyNetwork() {
        List<StoredEntry> first = StoreCalls.await(parts.storage().scan(Optional.empty(), 1, 1));
        if (first.isEmpty()) {
            throw new InvalidSettingException("the store has no entries: say of which network the archive should be");
        }
        return StoreCalls.header(first.get(0)).network();
    }

    private void writeEntries(ArchiveWriter writer, NetworkId network, Optional<EntryKey> after) throws IOException {
        CompletableFuture<List<StoredEntry>> ahead = parts.storage().scan(after, PAGE_ENTRIES, PAGE_BYTES);
        for (List<StoredEntry> page = StoreCalls.await(ahead); !page.isEmpty(); page = StoreCalls.await(ahead)) {
            EntryKey last = page.get(page.size() - 1).key();
            ahead = parts.storage().scan(Optional.of(last), PAGE_ENTRIES, PAGE_BYTES);
            for (StoredEntry entry : page) {
                EntryHeader header = StoreCalls.header(entry);
                if (header.network().equals(network)) {
                    add(writer, new ArchiveFrame.Entry(entry.envelope(), entry.blob()));
                    chunksDone = 0;
                    writeChunks(writer, entry, header, 0);
                } else if (parts.network().isEmpty()) {
                    throw new InvalidSettingException("the store has entries of network " + network + " and of "
                            + header.network() + ": say of which the archive should be");
                }
            }
        }
    }

    private void add(ArchiveWriter writer, ArchiveFrame item) throws IOException {
        if (writer.add(item, chunksDone)) {
            parts.progress().accept(writer.written());
        }
    }

    private void writeChunks(ArchiveWriter writer, StoredEntry entry, EntryHeader header, long skipped)
            throws IOException {
        Iterator<BlobHash> names = parts.chunks().of(entry, header, this::chunk);
        for (long i = 0; i < skipped && names.hasNext(); i++) {
            names.next();
        }
        List<BlobHash> group = new ArrayList<>();
        while (names.hasNext()) {
            group.add(names.next());
            if (group.size() == ArchiveFormat.MAX_SECTION_CHUNKS || !names.hasNext()) {
                writeGroup(writer, group);
                group.clear();
            }
        }
    }

    private Optional<byte[]> chunk(BlobHash hash) {
        List<StoredChunk> found = StoreCalls.await(parts.storage().chunks(List.of(hash), StoredChunk.MAX_BYTES));
        return found.isEmpty() ? Optional.empty() : Optional.of(found.get(0).bytes());
    }

    /** Writes those of the chunks that are there and were not written lately. */
    private void writeGroup(ArchiveWriter writer, List<BlobHash> group) throws IOException {
        int next = 0;
        while (next < group.size()) {
            List<BlobHash> rest = List.copyOf(group.subList(next, group.size()));
            List<StoredChunk> found = StoreCalls.await(parts.storage()
                    .chunks(rest.stream().filter(name -> !recent.contains(name)).toList(), PAGE_BYTES));
            long bytes = 0;
            for (StoredChunk chunk : found) {
                // Those between the last written and this one are here already, or nowhere.
                int place = next + group.subList(next, group.size()).indexOf(chunk.hash());
                chunksDone += place - next;
                if (!recent.contains(chunk.hash())) {
                    add(writer, new ArchiveFrame.Chunk(chunk.bytes()));
                    recent.add(chunk.hash());
                }
                chunksDone++;
                next = place + 1;
                bytes += chunk.bytes().length;
            }
            if (bytes <= PAGE_BYTES) {
                chunksDone += group.size() - next;
                next = group.size();
            }
        }
    }
}
