// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.integrate;

import io.peerkit.api.AgentId;
import io.peerkit.api.NodeId;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.api.storage.RecordKey;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.storage.StoredRecord;
import io.peerkit.api.storage.WriteBatch;
import io.peerkit.gossip.NodeLoop;
import io.peerkit.gossip.internal.stream.LoopHop;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts the stored entries that this version does not understand, and at start hands on those that it understands and the
 * version before did not, a page at a time. One on which the application's hook fails stays until the next start. Belongs to the
 * node loop.
 */
final class OpaqueEntries implements EntrySource {
    /** The most entries in a page. */
    static final int PAGE = 256;

    /** The most bytes of entries that are read at once. */
    private static final int PAGE_BYTES = 2 * 1_048_576;

    /** The most new ones told apart from those that are still to be read; above it the count may be too high. */
    private static final int MAX_MEANWHILE = 65_536;

    private static final NodeId NOWHERE = new NodeId("own-store");
    private static final Logger LOG = LoggerFactory.getLogger(OpaqueEntries.class);

    private final NodeLoop loop;
    private final AgentId self;
    private final Storage storage;
    private final Integrator integrator;
    private final Set<EntryKey> cameMeanwhile = new HashSet<>();
    private boolean reading;
    private long count;
    private int underWay;
    private Runnable next = () -> {};

    OpaqueEntries(NodeLoop loop, AgentId self, Storage storage, Integrator integrator) {
        this.loop = loop;
        this.self = self;
        this.storage = storage;
        this.integrator = integrator;
    }

    void start() {
        reading = true;
        page(Optional.empty());
    }

    /** An entry is stored that was not there before, or was there as opaque. */
    void count(Arrival arrival) {
        if (!arrival.isNews()) {
            count--;
        } else if (!arrival.isUnderstood()) {
            count++;
            if (reading && cameMeanwhile.size() < MAX_MEANWHILE) {
                cameMeanwhile.add(arrival.entry().stored().key());
            }
        }
    }

    /** How many there are. */
    long count() {
        return count;
    }

    private void page(Optional<byte[]> after) {
        LoopHop.then(
                loop,
                storage.records(SideRecords.OPAQUE, after, PAGE, Integer.MAX_VALUE),
                this::found,
                OpaqueEntries::failed);
    }

    private void found(List<StoredRecord> records) {
        if (records.isEmpty()) {
            reading = false;
            cameMeanwhile.clear();
            return;
        }
        List<EntryKey> keys = records.stream().map(SideRecords::entry).toList();
        count += keys.stream().filter(key -> !cameMeanwhile.contains(key)).count();
        read(keys, records.get(records.size() - 1).key().key());
    }

    /** Reads entries until all of the page are seen: large ones need several reads. */
    private void read(List<EntryKey> keys, byte[] last) {
        LoopHop.then(
                loop,
                storage.entries(keys.stream().map(EntryKey::id).toList(), PAGE_BYTES),
                entries -> process(keys, entries, last),
                OpaqueEntries::failed);
    }

    private void process(List<EntryKey> keys, List<StoredEntry> entries, byte[] last) {
        long bytes = entries.stream().mapToLong(StoredEntry::bytes).sum();
        boolean cut = !entries.isEmpty() && bytes > PAGE_BYTES;
        int seen = cut ? keys.indexOf(entries.get(entries.size() - 1).key()) + 1 : keys.size();
        Map<EntryKey, StoredEntry> found =
                entries.stream().collect(Collectors.toMap(StoredEntry::key, Function.identity()));
        List<RecordKey> gone = new ArrayList<>();
        next = () -> {
            if (seen < keys.size()) {
                read(keys.subList(seen, keys.size()), last);
            } else {
                page(Optional.of(last));
            }
        };
        underWay = 1;
        for (EntryKey key : keys.subList(0, seen)) {
            StoredEntry entry = found.get(key);
            if (entry == null || entry.blob().isEmpty()) {
                gone.add(SideRecords.opaqueKey(key));
                count--;
            } else if (integrator.reprocess(this, entry)) {
                underWay++;
            }
        }
        integrator.flush();
        if (gone.isEmpty()) {
            ended();
        } else {
            LoopHop.then(
                    loop,
                    storage.write(WriteBatch.builder().removeRecords(gone).build()),
                    done -> ended(),
                    OpaqueEntries::failed);
        }
    }

    private void ended() {
        if (--underWay == 0) {
            next.run();
        }
    }

    private static void failed(Throwable reason) {
        LOG.debug("entries that an earlier version did not understand are looked at again at the next start", reason);
    }

    @Override
    public AgentId agent() {
        return self;
    }

    @Override
    public NodeId node() {
        return NOWHERE;
    }

    @Override
    public void stored(EntryKey key) {
        ended();
    }

    @Override
    public void dropped(EntryKey key) {
        ended();
    }

    @Override
    public void storageFailed(EntryKey key, Throwable reason) {
        ended();
    }
}
