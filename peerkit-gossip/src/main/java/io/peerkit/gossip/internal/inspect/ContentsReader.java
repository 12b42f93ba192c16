// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.inspect;

import io.peerkit.api.AgentId;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.NetworkId;
import io.peerkit.api.StorageException;
import io.peerkit.api.gossip.EntryHeader;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.gossip.StoredContents;
import io.peerkit.gossip.StoredContents.Share;
import io.peerkit.gossip.internal.chunk.BlobManifest;
import io.peerkit.gossip.internal.entry.EntryCodec;
import io.peerkit.gossip.internal.reconcile.FingerprintSum;
import java.util.ArrayList;
import java.util.List;

/** Adds up what the entries of a store say, of which it is told one after the other. For one thread. */
public final class ContentsReader {
    /** The most networks, kinds and epochs listed. */
    private static final int MAX_LISTED = 16;

    private static final int KILO = 1_024;

    /** A class of blobs by length, up to and with {@code maxBytes}. */
    private record SizeClass(String label, int maxBytes) {}

    private static final List<SizeClass> SIZES = List.of(
            new SizeClass("0 B", 0),
            new SizeClass("up to 64 B", 64),
            new SizeClass("up to 256 B", 256),
            new SizeClass("up to 1 KiB", KILO),
            new SizeClass("up to 4 KiB", 4 * KILO),
            new SizeClass("up to 16 KiB", 16 * KILO),
            new SizeClass("up to 64 KiB", 64 * KILO),
            new SizeClass("up to 256 KiB", 256 * KILO),
            new SizeClass("up to 1 MiB", KILO * KILO));

    private final FingerprintSum fingerprint = new FingerprintSum();
    private final Tally<NetworkId> networks = new Tally<>();
    private final Tally<AgentId> authors = new Tally<>();
    private final Tally<String> kinds = new Tally<>();
    private final Tally<Long> epochs = new Tally<>();
    private final long[] sizeEntries = new long[SIZES.size()];
    private final long[] sizeBytes = new long[SIZES.size()];
    private long entries;
    private long withoutBlob;
    private long envelopeBytes;
    private long blobBytes;
    private long largeBlobBytes;

    /**
     * Adds an entry.
     *
     * @throws StorageException when its envelope is none
     */
    public void add(StoredEntry entry) {
        EntryHeader header = header(entry);
        int blob = entry.blob().map(bytes -> bytes.length).orElse(0);
        long bytes = entry.envelope().length + (long) blob;
        fingerprint.add(entry.id().toBytes());
        networks.add(header.network(), bytes);
        authors.add(header.author(), bytes);
        kinds.add(kind(header.kind()), bytes);
        epochs.add(header.epoch(), bytes);
        int size = sizeClass(header.blobSize());
        sizeEntries[size]++;
        sizeBytes[size] += bytes;
        entries++;
        withoutBlob += entry.blob().isEmpty() ? 1 : 0;
        envelopeBytes += entry.envelope().length;
        blobBytes += blob;
        if (header.kind() == EntryHeader.KIND_LARGE_BLOB && entry.blob().isPresent()) {
            largeBlobBytes += manifest(entry).size();
        }
    }

    private static EntryHeader header(StoredEntry entry) {
        try {
            return EntryCodec.headerOf(entry.envelope());
        } catch (InvalidBytesException e) {
            throw new StorageException("the store is damaged: entry " + entry.id() + ": " + e.getMessage(), e);
        }
    }

    private static BlobManifest manifest(StoredEntry entry) {
        try {
            return BlobManifest.decode(entry.blob().orElseThrow());
        } catch (InvalidBytesException e) {
            throw new StorageException("the store is damaged: entry " + entry.id() + ": " + e.getMessage(), e);
        }
    }

    private static int sizeClass(int bytes) {
        int size = 0;
        while (size < SIZES.size() - 1 && bytes > SIZES.get(size).maxBytes()) {
            size++;
        }
        return size;
    }

    private static String kind(int kind) {
        return switch (kind) {
            case EntryHeader.KIND_BLOB -> "blob";
            case EntryHeader.KIND_LARGE_BLOB -> "large-blob";
            default -> "kind " + kind;
        };
    }

    /** The sums so far. */
    public StoredContents contents(int maxAuthors) {
        List<Share> sizes = new ArrayList<>();
        for (int i = 0; i < SIZES.size(); i++) {
            if (sizeEntries[i] > 0) {
                sizes.add(new Share(SIZES.get(i).label(), sizeEntries[i], sizeBytes[i]));
            }
        }
        return new StoredContents(
                entries,
                fingerprint.fingerprint().toString(),
                withoutBlob,
                envelopeBytes,
                blobBytes,
                largeBlobBytes,
                networks.top(MAX_LISTED),
                authors.top(maxAuthors),
                kinds.top(MAX_LISTED),
                sizes,
                epochs.top(MAX_LISTED));
    }
}
