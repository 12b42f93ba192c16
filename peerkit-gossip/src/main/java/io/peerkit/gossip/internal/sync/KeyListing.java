// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.sync;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.gossip.internal.entry.EntryKeys;
import io.peerkit.gossip.internal.reconcile.EntrySetLoader;
import io.peerkit.gossip.internal.reconcile.EntrySnapshot;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The keys that the smaller side of a bulk session lists, as the larger side takes them. */
final class KeyListing {
    private final EntrySnapshot snapshot;
    private final EntrySetLoader peerKeys = new EntrySetLoader();
    private Optional<EntryKey> resumeAfter = Optional.empty();
    private boolean begun;
    private long keys;
    private long unknown;

    KeyListing(EntrySnapshot snapshot) {
        this.snapshot = snapshot;
    }

    /** How many keys came. */
    long keys() {
        return keys;
    }

    /** How many entries of this side the peer lacks, when it has listed all: those behind where it began but for those it listed. */
    long lacking() {
        int before = resumeAfter
                .map(key -> {
                    byte[] id = key.id().toBytes();
                    int index = snapshot.lowerBound(key.time(), id, 0);
                    return snapshot.contains(key.time(), id, 0) ? index + 1 : index;
                })
                .orElse(0);
        return Math.max(0, snapshot.size() - before - (keys - unknown));
    }

    /**
     * Takes a part; asks for what it shows, and when it is the last, gives all that the peer lacks.
     *
     * @throws InvalidBytesException when keys are not in order
     */
    List<SyncAction> take(SyncFrame.Keys frame) {
        int count = frame.keys().length / EntryKeys.KEY_BYTES;
        keys += count;
        if (!begun) {
            resumeAfter = frame.after();
            begun = true;
        }
        byte[] missing = missing(frame.keys(), count);
        List<SyncAction> actions = new ArrayList<>();
        if (missing.length > 0) {
            actions.add(new SyncAction.Send(new SyncFrame.Want(missing)));
        }
        if (frame.last()) {
            actions.add(new SyncAction.Feed(new SyncAction.AllBut(resumeAfter, peerKeys.load())));
        }
        return actions;
    }

    private byte[] missing(byte[] packed, int count) {
        ByteArrayOutputStream missing = new ByteArrayOutputStream();
        long[] times = new long[count];
        byte[] ids = new byte[count * EntryKeys.ID_BYTES];
        for (int i = 0; i < count; i++) {
            int at = i * EntryKeys.KEY_BYTES;
            times[i] = EntryKeys.time(packed, at);
            System.arraycopy(packed, at + EntryKeys.ID_OFFSET, ids, i * EntryKeys.ID_BYTES, EntryKeys.ID_BYTES);
            if (!snapshot.contains(times[i], ids, i * EntryKeys.ID_BYTES)) {
                unknown++;
                missing.write(ids, i * EntryKeys.ID_BYTES, EntryKeys.ID_BYTES);
            }
        }
        try {
            peerKeys.append(times, ids, count);
        } catch (IllegalArgumentException e) {
            throw new InvalidBytesException("list of keys is not in order", e);
        }
        return missing.toByteArray();
    }
}
