// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.store;

import io.peerkit.api.StorageException;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.api.storage.StorageWatcher;
import io.peerkit.storage.surreal.internal.session.LiveListener;
import io.peerkit.storage.surreal.internal.value.RecordId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees what others commit: every transaction leaves its number and its keys in the row of its lane, so that one notification tells of
 * it all, and a gap in the numbers tells of one that was missed. Belongs to the session's thread.
 */
final class LaneWatch implements LiveListener {
    static final String LIVE = "LIVE SELECT * FROM " + Tables.LANE + " WHERE record::id(id)[0] = $space";

    /** The most lanes whose numbers are remembered; beyond it all are forgotten, and a gap may go unseen once. */
    private static final int MAX_LANES = 4_096;

    private static final Logger LOG = LoggerFactory.getLogger(LaneWatch.class);

    private final byte[] self;
    private final StorageWatcher listener;
    private final Map<String, Long> lastSeq = new HashMap<>();

    LaneWatch(byte[] self, StorageWatcher listener) {
        this.self = self.clone();
        this.listener = listener;
    }

    @Override
    public void watching() {
        lastSeq.clear();
        // What came before this, a notification that overtook the answer too, was not heard.
        tell(List.of(), List.of(), true);
    }

    @Override
    public void changed(String action, Object result) {
        if (!action.equals("UPDATE")
                || !(result instanceof Map<?, ?> lane)
                || !(lane.get("id") instanceof RecordId id)
                || !(lane.get("seq") instanceof Long seq)
                || Arrays.equals(id.bytesAt(1), self)) {
            return;
        }
        if (lastSeq.size() >= MAX_LANES) {
            lastSeq.clear();
        }
        String name = HexFormat.of().formatHex(id.bytesAt(1)) + "/" + ((List<?>) id.key()).get(2);
        Long before = lastSeq.put(name, seq);
        // Numbers are left out where a transaction failed, so only going back or a first one late would be strange.
        boolean missed = before != null && seq <= before;
        try {
            tell(keys(id, lane.get("added")), keys(id, lane.get("removed")), missed);
        } catch (StorageException e) {
            LOG.warn("news of another process cannot be read: {}", e.getMessage());
            tell(List.of(), List.of(), true);
        }
    }

    private void tell(List<EntryKey> added, List<EntryKey> removed, boolean missed) {
        try {
            if (missed) {
                listener.missed();
            }
            if (!added.isEmpty() || !removed.isEmpty()) {
                listener.changed(added, removed);
            }
        } catch (RuntimeException e) {
            LOG.warn("the listener of changes failed", e);
        }
    }

    private static List<EntryKey> keys(RecordId lane, @Nullable Object packed) {
        if (!(packed instanceof byte[] sealed)) {
            return List.of();
        }
        byte[] bytes = Checksum.open(lane, sealed);
        if (bytes.length % StoredForm.KEY_BYTES != 0) {
            throw new StorageException(
                    "keys of " + bytes.length + " bytes, must be a multiple of " + StoredForm.KEY_BYTES);
        }
        List<EntryKey> keys = new ArrayList<>(bytes.length / StoredForm.KEY_BYTES);
        for (int at = 0; at < bytes.length; at += StoredForm.KEY_BYTES) {
            keys.add(StoredForm.key(Arrays.copyOfRange(bytes, at, at + StoredForm.KEY_BYTES)));
        }
        return keys;
    }
}
