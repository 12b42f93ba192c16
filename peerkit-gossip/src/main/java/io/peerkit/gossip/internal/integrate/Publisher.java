// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.integrate;

import io.peerkit.api.AgentId;
import io.peerkit.api.Audience;
import io.peerkit.api.BlobHash;
import io.peerkit.api.ClosedException;
import io.peerkit.api.EntryId;
import io.peerkit.api.LimitExceededException;
import io.peerkit.api.NetworkId;
import io.peerkit.api.Publication;
import io.peerkit.api.gossip.EntryHeader;
import io.peerkit.api.storage.RecordCondition;
import io.peerkit.api.storage.RecordKey;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.storage.StoredRecord;
import io.peerkit.api.storage.WriteBatch;
import io.peerkit.gossip.NodeLoop;
import io.peerkit.gossip.internal.entry.EntrySealer;
import io.peerkit.gossip.internal.entry.HybridClock;
import io.peerkit.gossip.internal.entry.SealedEntry;
import io.peerkit.gossip.internal.epoch.Admitted;
import io.peerkit.gossip.internal.epoch.Again;
import io.peerkit.gossip.internal.epoch.EpochLedger;
import io.peerkit.gossip.internal.epoch.Epochs;
import io.peerkit.gossip.internal.reconcile.EntrySet;
import io.peerkit.gossip.internal.scope.ScopeSets;
import io.peerkit.gossip.internal.stream.LoopHop;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores what the local application publishes, and acknowledges it when it is durable.
 *
 * <p>While a batch is being written later publications gather; then they are signed together and written together. Each
 * call goes into one batch, so it is stored whole or not at all. Belongs to the node loop.
 */
public final class Publisher {
    /** The most entries that wait, those being written included. */
    public static final int MAX_WAITING_ENTRIES = 65_536;

    /** The most bytes of blobs that wait, those being written included. */
    public static final long MAX_WAITING_BYTES = 64L * 1_048_576;

    /** The name under which the greatest time handed out was stored before stores could be shared. */
    public static final String OLD_CLOCK_METADATA = "hlc";

    /** So much of an agent's id fits into a name of metadata: 60 hexadecimal digits, 240 bits. */
    private static final int NAME_DIGITS = 60;

    /** Two, so that one batch is signed while the one before it is being committed. */
    private static final int MAX_WRITES = 2;

    /** The most bytes of blobs in one call. */
    static final long MAX_CALL_BYTES = 16L * 1_048_576;

    /** A batch ends with the call that reaches this many bytes. */
    private static final long MAX_WRITE_BYTES = 16L * 1_048_576;

    /** The most deletes of one call. */
    public static final int MAX_DELETES = 16;

    private static final Logger LOG = LoggerFactory.getLogger(Publisher.class);

    /** Says what is stored in one batch with an entry. */
    @FunctionalInterface
    public interface EntryRecords {
        /**
         * The records of an entry.
         *
         * @param index of its blob in the call
         * @param entry that was made of it
         * @return the records
         */
        List<StoredRecord> of(int index, EntryId entry);
    }

    /**
     * One call.
     *
     * @param blobs not changed by anyone any more
     * @param hashes of them
     * @param kind of the entries
     * @param links of each entry, or nothing when none has any
     * @param replicas how many agents should hold them, where the caller says so
     * @param records what to store with each entry, at most 4
     * @param once whether nothing is to be stored if one of the records is there already; in a store that has conditions
     * @param again what each entry issues anew, or nothing when they are new
     * @param finished records that go with the batch
     * @param done completes when they are stored, or fails with {@link AlreadyThereException}
     * @param audience for whom they are
     */
    public record Call(
            List<byte[]> blobs,
            List<BlobHash> hashes,
            int kind,
            List<List<EntryId>> links,
            OptionalInt replicas,
            EntryRecords records,
            boolean once,
            List<Again> again,
            List<RecordKey> finished,
            CompletableFuture<List<Publication>> done,
            Audience audience) {
        /** The empty blob of deletes. */
        private static final byte[] NOTHING = {};

        private static final EntryRecords NO_RECORDS = (index, entry) -> List.of();

        /** A call without links. */
        public Call(
                List<byte[]> blobs,
                List<BlobHash> hashes,
                int kind,
                EntryRecords records,
                CompletableFuture<List<Publication>> done) {
            this(
                    blobs,
                    hashes,
                    kind,
                    List.of(),
                    OptionalInt.empty(),
                    records,
                    false,
                    List.of(),
                    List.of(),
                    done,
                    Audience.everybody());
        }

        /** The same call for entries that so many agents should hold. */
        public Call withReplicas(int number) {
            return new Call(
                    blobs, hashes, kind, links, OptionalInt.of(number), records, once, again, finished, done, audience);
        }

        /**
         * A call that deletes.
         *
         * @param targets entries, at most {@link EntryHeader#MAX_LINKS} for each delete, at most {@link #MAX_DELETES} times
         */
        public static Call deletes(List<List<EntryId>> targets, CompletableFuture<List<Publication>> done) {
            return deletes(targets, List.of(), done);
        }

        /**
         * A call that deletes.
         *
         * @param targets as above
         * @param finished records that go with it
         */
        public static Call deletes(
                List<List<EntryId>> targets, List<RecordKey> finished, CompletableFuture<List<Publication>> done) {
            return new Call(
                    Collections.nCopies(targets.size(), NOTHING),
                    Collections.nCopies(targets.size(), BlobHash.ofBlob(NOTHING)),
                    EntryHeader.KIND_DELETE,
                    targets,
                    OptionalInt.empty(),
                    NO_RECORDS,
                    false,
                    List.of(),
                    finished,
                    done,
                    Audience.everybody());
        }

        /** A call that issues entries anew, each in place of its first. */
        public static Call again(List<Again> entries, CompletableFuture<List<Publication>> done) {
            return new Call(
                    entries.stream().map(Again::blob).toList(),
                    entries.stream().map(entry -> entry.header().blobHash()).toList(),
                    EntryHeader.KIND_BLOB,
                    List.of(),
                    OptionalInt.empty(),
                    NO_RECORDS,
                    false,
                    entries,
                    entries.stream().map(Again::record).toList(),
                    done,
                    Audience.everybody());
        }

        /** A call that publishes ordinary blobs, and nothing with them. */
        public Call(List<byte[]> blobs, List<BlobHash> hashes, CompletableFuture<List<Publication>> done) {
            this(blobs, hashes, done, Audience.everybody());
        }

        /** A call that publishes ordinary blobs for somebody, and nothing with them. */
        public Call(
                List<byte[]> blobs,
                List<BlobHash> hashes,
                CompletableFuture<List<Publication>> done,
                Audience audience) {
            this(
                    blobs,
                    hashes,
                    EntryHeader.KIND_BLOB,
                    List.of(),
                    OptionalInt.empty(),
                    NO_RECORDS,
                    false,
                    List.of(),
                    List.of(),
                    done,
                    audience);
        }

        long bytes() {
            long sum = 0;
            for (byte[] blob : blobs) {
                sum += blob.length;
            }
            return sum;
        }
    }

    /**
     * What a publisher works with.
     *
     * @param keepsBlobs whether the application has the blobs, so that the store gets only the headers
     */
    public record Parts(
            NodeLoop loop,
            AgentId self,
            NetworkId network,
            Storage storage,
            EntrySet set,
            HybridClock clock,
            EntrySealer sealer,
            boolean keepsBlobs,
            Epochs epochs,
            ScopeSets scopes) {}

    private final Parts parts;
    private final Consumer<List<SealedEntry>> push;
    private final Deque<Call> waiting = new ArrayDeque<>();
    private final List<CompletableFuture<Void>> idle = new ArrayList<>();
    private int writes;
    private int waitingEntries;
    private long waitingBytes;
    private boolean stopped;
    private boolean paused;

    /**
     * @param parts what it works with
     * @param push gets entries that are stored, to send to the peers
     */
    public Publisher(Parts parts, Consumer<List<SealedEntry>> push) {
        this.parts = parts;
        this.push = push;
    }

    /**
     * The name under which the greatest time that an agent handed out is stored: 8 bytes, most significant first. Each has one of its own, as
     * several may share a store.
     */
    public static String clockMetadata(AgentId agent) {
        return OLD_CLOCK_METADATA + "-" + agent.toString().substring(0, NAME_DIGITS);
    }

    /** Takes a call. */
    public void publish(Call call) {
        if (stopped) {
            call.done().completeExceptionally(new ClosedException("node is closed"));
            return;
        }
        long bytes = call.bytes();
        if (waitingEntries + call.blobs().size() > MAX_WAITING_ENTRIES || waitingBytes + bytes > MAX_WAITING_BYTES) {
            call.done()
                    .completeExceptionally(new LimitExceededException("publications that wait to be stored: "
                            + waitingEntries + " of " + waitingBytes + " bytes, at most " + MAX_WAITING_ENTRIES + " of "
                            + MAX_WAITING_BYTES));
            return;
        }
        waitingEntries += call.blobs().size();
        waitingBytes += bytes;
        waiting.add(call);
        flush();
    }

    private void flush() {
        while (!waiting.isEmpty() && writes < MAX_WRITES && !paused) {
            write();
        }
    }

    private void write() {
        List<Call> calls = new ArrayList<>();
        List<EntryHeader> headers = new ArrayList<>();
        List<byte[]> blobs = new ArrayList<>();
        long nowMillis = parts.loop().now().toEpochMilli();
        long bytes = 0;
        int deletes = 0;
        while (!waiting.isEmpty()
                && bytes < MAX_WRITE_BYTES
                && headers.size() + waiting.element().blobs().size() <= WriteBatch.MAX_ENTRIES
                && deletes + waiting.element().links().size() <= MAX_DELETES) {
            Call call = waiting.remove();
            calls.add(call);
            bytes += call.bytes();
            deletes += call.links().size();
            for (int i = 0; i < call.blobs().size(); i++) {
                headers.add(header(call, i, parts.clock().next(nowMillis)));
                blobs.add(call.blobs().get(i));
            }
        }
        List<SealedEntry> sealed = parts.sealer().seal(headers, blobs);
        WriteBatch.Builder batch = WriteBatch.builder();
        parts.epochs().addTo(batch, admitted(sealed));
        List<RecordCondition> conditions = new ArrayList<>();
        int at = 0;
        for (Call call : calls) {
            for (int i = 0; i < call.blobs().size(); i++) {
                StoredEntry entry = sealed.get(at).stored();
                int kind = sealed.get(at++).header().kind();
                if (!call.again().isEmpty()) {
                    batch.removeEntries(List.of(call.again().get(i).first()));
                }
                List<StoredRecord> records = call.records().of(i, entry.id());
                batch.entries(List.of(toStore(kind, entry))).records(records);
                if (call.once()) {
                    records.forEach(record -> conditions.add(RecordCondition.absent(record.key())));
                }
            }
            batch.removeRecords(call.finished());
        }
        batch.metadata(
                clockMetadata(parts.self()),
                ByteBuffer.allocate(Long.BYTES).putLong(parts.clock().last()).array());
        writes++;
        LoopHop.then(
                parts.loop(),
                store(conditions, batch.build()),
                added -> added.ifPresentOrElse(stored -> written(calls, sealed), () -> outrun(calls)),
                reason -> failed(calls, reason));
    }

    private CompletableFuture<Optional<BitSet>> store(List<RecordCondition> conditions, WriteBatch batch) {
        return conditions.isEmpty()
                ? parts.storage().write(batch).thenApply(Optional::of)
                : parts.storage().writeIf(conditions, batch);
    }

    /** Another process stored one of the records first; what came into one batch with that by chance is stored after all. */
    private void outrun(List<Call> calls) {
        List<Call> ended = calls.stream().filter(Call::once).toList();
        List<Call> again = new ArrayList<>(calls);
        again.removeAll(ended);
        Collections.reverse(again);
        again.forEach(waiting::addFirst);
        ended.forEach(call -> call.done().completeExceptionally(new AlreadyThereException()));
        ended(ended);
    }

    /** A record of a call that was to be stored once is there already. */
    static final class AlreadyThereException extends RuntimeException {
        private static final long serialVersionUID = 1;

        AlreadyThereException() {
            super("published by another process meanwhile");
        }
    }

    /** A manifest stays in the store: its chunks are there too. */
    private StoredEntry toStore(int kind, StoredEntry entry) {
        return parts.keepsBlobs() && kind == EntryHeader.KIND_BLOB ? Arrival.headerOnly(entry) : entry;
    }

    private EntryHeader header(Call call, int index, long time) {
        if (!call.again().isEmpty()) {
            Again again = call.again().get(index);
            return again.header().anew(time, parts.epochs().ledger().openEpoch(), again.first());
        }
        return new EntryHeader(
                parts.network(),
                parts.self(),
                time,
                parts.epochs().ledger().openEpoch(),
                call.audience().topic(),
                call.kind(),
                call.hashes().get(index),
                call.blobs().get(index).length,
                call.links().isEmpty() ? List.of() : call.links().get(index),
                Optional.empty(),
                call.audience().recipients(),
                call.replicas());
    }

    private static List<Admitted> admitted(List<SealedEntry> sealed) {
        return sealed.stream()
                .map(entry -> new Admitted(entry, EpochLedger.Admission.OPEN, true))
                .toList();
    }

    private void written(List<Call> calls, List<SealedEntry> sealed) {
        for (SealedEntry entry : sealed) {
            parts.set().add(entry.stored().time(), entry.stored().id().toBytes(), 0);
            parts.scopes().sort(entry.header(), entry.stored().key());
        }
        parts.epochs().stored(admitted(sealed));
        push.accept(sealed);
        int at = 0;
        for (Call call : calls) {
            List<Publication> publications = new ArrayList<>(call.blobs().size());
            for (int i = 0; i < call.blobs().size(); i++) {
                publications.add(new Publication(
                        sealed.get(at++).stored().id(), call.hashes().get(i)));
            }
            call.done().complete(publications);
        }
        ended(calls);
    }

    private void failed(List<Call> calls, Throwable reason) {
        LOG.debug("publications could not be stored: {} calls fail", calls.size(), reason);
        calls.forEach(call -> call.done().completeExceptionally(reason));
        ended(calls);
    }

    private void ended(List<Call> calls) {
        writes--;
        for (Call call : calls) {
            waitingEntries -= call.blobs().size();
            waitingBytes -= call.bytes();
        }
        flush();
        if (writes == 0 && (paused || waiting.isEmpty())) {
            List<CompletableFuture<Void>> told = List.copyOf(idle);
            idle.clear();
            told.forEach(future -> future.complete(null));
        }
    }

    /** Calls wait from now on until {@link #unpause}; completes when nothing is being written. */
    public CompletableFuture<Void> pause() {
        paused = true;
        CompletableFuture<Void> future = new CompletableFuture<>();
        if (writes == 0) {
            future.complete(null);
        } else {
            idle.add(future);
        }
        return future;
    }

    /** Goes on. */
    public void unpause() {
        paused = false;
        flush();
    }

    /** Takes no more calls; the future completes when those taken have ended. */
    public CompletableFuture<Void> stop() {
        stopped = true;
        if (paused) {
            waiting.forEach(call -> call.done().completeExceptionally(new ClosedException("node is closed")));
            waiting.clear();
        }
        CompletableFuture<Void> future = new CompletableFuture<>();
        if (writes == 0 && waiting.isEmpty()) {
            future.complete(null);
        } else {
            idle.add(future);
        }
        return future;
    }
}
