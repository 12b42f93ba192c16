// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.entry;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.cbor.CborArray;
import io.peerkit.cbor.CborBytes;
import io.peerkit.cbor.CborValue;
import java.util.ArrayList;
import java.util.List;

/** Entries in a frame: one CBOR array in which envelope and blob take turns. */
public final class WireEntries {
    /** The most entries in a frame. */
    public static final int MAX_ENTRIES = 4_096;

    private WireEntries() {}

    /** Encodes entries; their bytes are copied once, into the frame. */
    public static CborArray encode(List<WireEntry> entries) {
        List<CborValue> items = new ArrayList<>(2 * entries.size());
        for (WireEntry entry : entries) {
            items.add(CborBytes.wrap(entry.envelope()));
            items.add(CborBytes.wrap(entry.blob()));
        }
        return new CborArray(items);
    }

    /**
     * Decodes entries.
     *
     * @throws InvalidBytesException when there are too many or one is over a bound
     */
    public static List<WireEntry> decode(List<CborValue> items) {
        if (items.size() % 2 != 0) {
            throw new InvalidBytesException("entries of " + items.size() + " items, must be an even number");
        }
        List<WireEntry> entries = new ArrayList<>(items.size() / 2);
        for (int i = 0; i < items.size(); i += 2) {
            entries.add(new WireEntry(
                    items.get(i).asBytes("envelope", StoredEntry.MAX_ENVELOPE_BYTES),
                    items.get(i + 1).asBytes("blob", StoredEntry.MAX_BLOB_BYTES)));
        }
        return entries;
    }
}
