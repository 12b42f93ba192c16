// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.archive;

import io.peerkit.api.BlobHash;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.NetworkId;
import io.peerkit.api.StorageException;
import io.peerkit.api.agent.Agent;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StoredChunk;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.storage.StoredRecord;
import io.peerkit.api.storage.WriteBatch;
import io.peerkit.gossip.GossipSettings;
import io.peerkit.gossip.archive.ArchiveSummary;
import io.peerkit.gossip.archive.EntryChunks;
import io.peerkit.gossip.internal.entry.EntryVerifier;
import io.peerkit.gossip.internal.entry.OpenedEntry;
import io.peerkit.gossip.internal.entry.WireEntry;
import io.peerkit.gossip.internal.integrate.SideRecords;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * One import: proves each section as if a peer had sent it and writes it as one batch, with the place where the next import
 * goes on. While one section is being written the next is proven, and no more is held.
 */
public final class ImportRun {
    private static final byte[] NO_BLOB = {};

    private final Parts parts;
    private Optional<BlobHash> owner = Optional.empty();
    private CompletableFuture<BitSet> writing = CompletableFuture.completedFuture(new BitSet());

    /**
     * What an import works with.
     *
     * @param storage open; not closed here
     * @param agent checks signatures
     * @param network where the archive has to belong; if absent, where the store's entries do, and if it has none, anywhere
     * @param chunks what keeps chunks
     * @param clock the wall clock
     * @param progress is told what was read, after each section
     */
    public record Parts(
            Storage storage,
            Agent agent,
            Optional<NetworkId> network,
            EntryChunks chunks,
            InstantSource clock,
            Consumer<ArchiveSummary> progress) {}

    /**
     * @param parts what it works with
     */
    public ImportRun(Parts parts) {
        this.parts = parts;
    }

    /**
     * Runs. Blocks until all is stored.
     *
     * @throws InvalidBytesException when the file is cut, damaged, of another network or holds what a peer may not send
     * @throws StorageException when the store or the file cannot be read or written
     */
    public ArchiveSummary from(Path file) {
        try {
            return read(file);
        } catch (IOException e) {
            throw new StorageException(file + " cannot be read: " + e, e);
        }
    }

    private ArchiveSummary read(Path file) throws IOException {
        Optional<ImportPosition> position = ImportPosition.read(parts.storage());
        if (position.isPresent()) {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
                ArchiveReader reader = open(channel);
                if (reader.skipTo(position.get().total(), position.get().prefixHash())) {
                    owner = position.get().owner();
                    return read(reader);
                }
            }
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return read(open(channel));
        }
    }

    private ArchiveReader open(FileChannel channel) throws IOException {
        ArchiveReader reader = new ArchiveReader(channel);
        Optional<NetworkId> wanted = parts.network().or(this::networkOfStore);
        if (wanted.isPresent() && !wanted.get().equals(reader.network())) {
            throw new InvalidBytesException(
                    "archive of network " + reader.network() + ", wanted is one of network " + wanted.get());
        }
        return reader;
    }

    private Optional<NetworkId> networkOfStore() {
        return StoreCalls.await(parts.storage().scan(Optional.empty(), 1, 1)).stream()
                .map(entry -> StoreCalls.header(entry).network())
                .findFirst();
    }

    private ArchiveSummary read(ArchiveReader reader) throws IOException {
        EntryVerifier verifier = new EntryVerifier(
                parts.agent(),
                reader.network(),
                GossipSettings.Timing.defaults().maxClockDrift());
        try {
            for (Optional<ArchiveReader.Section> section = reader.next();
                    section.isPresent();
                    section = reader.next()) {
                WriteBatch batch = batch(section.get(), verifier);
                StoreCalls.await(writing);
                writing = parts.storage().write(batch);
                parts.progress().accept(section.get().total());
            }
        } catch (IOException | RuntimeException e) {
            finishWriting(e);
            throw e;
        }
        StoreCalls.await(writing);
        if (!reader.isComplete()) {
            throw new InvalidBytesException("archive is cut off: its last whole section ends at byte "
                    + reader.total().bytes() + "; the " + reader.total().entries() + " entries and "
                    + reader.total().chunks() + " chunks up to there are stored");
        }
        StoreCalls.await(parts.storage()
                .write(WriteBatch.builder()
                        .removeRecords(List.of(ImportPosition.KEY))
                        .build()));
        return reader.total();
    }

    /** What went wrong first is what the caller has to hear. */
    private void finishWriting(Exception first) {
        try {
            StoreCalls.await(writing);
        } catch (RuntimeException e) {
            if (e != first) {
                first.addSuppressed(e);
            }
        }
    }

    private WriteBatch batch(ArchiveReader.Section section, EntryVerifier verifier) {
        List<StoredEntry> entries = new ArrayList<>();
        List<StoredChunk> chunks = new ArrayList<>();
        List<StoredRecord> records = new ArrayList<>();
        for (ArchiveReader.Placed item : section.items()) {
            if (item.frame() instanceof ArchiveFrame.Chunk chunk) {
                BlobHash name = BlobHash.ofBlob(chunk.bytes());
                chunks.add(new StoredChunk(name, chunk.bytes()));
                records.addAll(parts.chunks()
                        .recordsOf(
                                name,
                                owner.orElseThrow(() ->
                                        refused(item.offset(), "chunk", "it stands behind no entry that has chunks"))));
            } else if (item.frame() instanceof ArchiveFrame.Entry entry) {
                OpenedEntry proven = proven(item.offset(), entry, verifier);
                StoredEntry stored = new StoredEntry(
                        proven.id(),
                        proven.header().time(),
                        proven.header().blobHash(),
                        entry.envelope(),
                        entry.blob());
                entries.add(stored);
                if (!proven.understood() && stored.blob().isPresent()) {
                    records.add(SideRecords.opaque(stored.key()));
                }
                Optional<StoredRecord> record = parts.chunks().recordOf(stored, proven.header());
                owner = record.map(some -> stored.blobHash());
                record.ifPresent(records::add);
            }
        }
        records.add(new ImportPosition(section.total(), section.prefixHash(), owner).record());
        return WriteBatch.builder()
                .entries(entries)
                .chunks(chunks)
                .records(records)
                .build();
    }

    private OpenedEntry proven(long offset, ArchiveFrame.Entry entry, EntryVerifier verifier) {
        WireEntry wire = new WireEntry(entry.envelope(), entry.blob().orElse(NO_BLOB));
        OpenedEntry opened = verifier.open(wire).orElseThrow(() -> refused(offset, "entry", "malformed"));
        long nowMillis = parts.clock().millis();
        EntryVerifier.Checked checked = entry.blob().isPresent()
                ? verifier.check(opened, nowMillis)
                : verifier.checkWithoutBlob(opened, nowMillis);
        if (checked instanceof EntryVerifier.Refused no) {
            throw refused(offset, "entry", opened.id() + " " + no.reason());
        }
        if (checked instanceof EntryVerifier.Held wait) {
            throw refused(
                    offset,
                    "entry",
                    opened.id() + " lies in the future of this clock; it can be imported from "
                            + Instant.ofEpochMilli(wait.untilMillis()) + " on");
        }
        return opened;
    }

    private static InvalidBytesException refused(long offset, String what, String why) {
        return new InvalidBytesException("archive at byte " + offset + ": " + what + " refused: " + why);
    }
}
