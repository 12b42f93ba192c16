// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.epoch;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.StorageException;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.api.storage.RecordKey;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StoredRecord;
import io.peerkit.api.storage.WriteBatch;
import io.peerkit.gossip.NodeLoop;
import io.peerkit.gossip.internal.entry.EntryKeys;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Keeps what the ledger decides. Everything is written under the number of an epoch, so that what a crash left behind is told apart from
 * what counts; only the head's metadata says what counts. Belongs to the node loop.
 */
final class EpochStore {
    /** For how many closed epochs the lists are kept. Who was away for longer gets the list of all that is live. */
    static final int HISTORY = 8;

    /** The most keys in a record of the open epoch. */
    static final int OPEN_KEYS = 1_024;

    private static final int PAGE_RECORDS = 64;
    private static final int WRITE_RECORDS = 1_024;
    private static final int PAGE_BYTES = 4 * 1_048_576;
    private static final byte[] NOTHING = {};

    private final NodeLoop loop;
    private final Storage storage;

    /**
     * What is kept of the last adoption.
     *
     * @param head the last snapshot that was adopted
     * @param listsFrom the first epoch whose lists are kept; behind the head when there are none
     */
    record Kept(EpochLedger.Head head, long listsFrom) {
        static final Kept NONE = new Kept(EpochLedger.Head.NONE, 1);

        byte[] encode() {
            byte[] value = Arrays.copyOf(EpochRecords.head(head), 6 * Long.BYTES);
            ByteBuffer.wrap(value).putLong(5 * Long.BYTES, listsFrom);
            return value;
        }

        static Kept decode(byte[] value) {
            if (value.length != 6 * Long.BYTES) {
                throw new StorageException("metadata " + EpochRecords.HEAD_METADATA + " of " + value.length
                        + " bytes, must be " + 6 * Long.BYTES);
            }
            return new Kept(
                    EpochRecords.readHead(Arrays.copyOf(value, 5 * Long.BYTES)),
                    ByteBuffer.wrap(value).getLong(5 * Long.BYTES));
        }
    }

    EpochStore(NodeLoop loop, Storage storage) {
        this.loop = loop;
        this.storage = storage;
    }

    /** What counts. */
    CompletableFuture<Kept> kept() {
        return storage.metadata(EpochRecords.HEAD_METADATA)
                .thenApplyAsync(value -> value.map(Kept::decode).orElse(Kept.NONE), loop);
    }

    /** Puts everything back into a ledger, but for which of the awaited entries are here. */
    CompletableFuture<Kept> load(EpochLedger ledger) {
        return kept().thenCompose(kept -> awaited(kept.head().epoch())
                .thenCompose(list -> {
                    ledger.restore(kept.head(), list);
                    return open(ledger);
                })
                .thenCompose(done -> dropped(ledger))
                .thenCompose(done -> each(
                        EpochRecords.TOMBSTONE,
                        EpochRecords.number(ledger.openEpoch()),
                        EpochRecords.number(ledger.openEpoch()),
                        record -> EpochRecords.restoreTombstone(ledger, record)))
                .thenApply(done -> kept));
    }

    private CompletableFuture<Void> dropped(EpochLedger ledger) {
        byte[] head = EpochRecords.number(ledger.head().epoch());
        return each(
                EpochRecords.DROPPED,
                head,
                head,
                record -> ledger.awaitedDigests().expect(EpochRecords.readDropped(record)));
    }

    private CompletableFuture<Void> open(EpochLedger ledger) {
        byte[] epoch = EpochRecords.number(ledger.openEpoch());
        return each(EpochRecords.OPEN, epoch, epoch, record -> {
            byte[] packed = record.value();
            if (packed.length % EntryKeys.KEY_BYTES != 0) {
                throw new StorageException("keys of the open epoch of " + packed.length
                        + " bytes, must be a multiple of " + EntryKeys.KEY_BYTES);
            }
            for (int at = 0; at < packed.length; at += EntryKeys.KEY_BYTES) {
                ledger.restoreOpen(EntryKeys.key(packed, at));
            }
        });
    }

    private CompletableFuture<DigestList> awaited(long head) {
        byte[] start = EpochRecords.number(head);
        return list(EpochRecords.AWAITED, start);
    }

    /** A list of an epoch. */
    CompletableFuture<DigestList> list(long epoch, EpochRecords.Kind kind) {
        return list(EpochRecords.LIST, EpochRecords.listStart(epoch, kind));
    }

    private CompletableFuture<DigestList> list(String collection, byte[] start) {
        DigestList.Builder list = new DigestList.Builder();
        return each(collection, start, start, record -> {
                    try {
                        list.addInOrder(record.value());
                    } catch (InvalidBytesException e) {
                        throw new StorageException("a list of digests in the store is damaged", e);
                    }
                })
                .thenApply(done -> list.build());
    }

    /** The part of a list behind a part, or from the beginning. */
    CompletableFuture<Optional<StoredRecord>> part(long epoch, EpochRecords.Kind kind, Optional<byte[]> after) {
        byte[] start = EpochRecords.listStart(epoch, kind);
        return storage.records(EpochRecords.LIST, Optional.of(after.orElse(start)), 1, PAGE_BYTES)
                .thenApplyAsync(
                        found -> found.stream()
                                .filter(record -> startsWith(record.key().key(), start))
                                .findFirst(),
                        loop);
    }

    /** The statements behind an epoch, in order. */
    CompletableFuture<List<SignedStatement>> statements(long after, int limit) {
        return storage.records(EpochRecords.STATEMENT, Optional.of(EpochRecords.number(after)), limit, PAGE_BYTES)
                .thenApplyAsync(
                        found -> found.stream()
                                .map(record -> statement(record.value()))
                                .toList(),
                        loop);
    }

    /** The statement of an epoch. */
    CompletableFuture<Optional<SignedStatement>> statement(long epoch) {
        return storage.record(RecordKey.of(EpochRecords.STATEMENT, EpochRecords.number(epoch)))
                .thenApplyAsync(found -> found.map(EpochStore::statement), loop);
    }

    private static SignedStatement statement(byte[] value) {
        try {
            return SignedStatement.decode(value);
        } catch (InvalidBytesException e) {
            throw new StorageException("a statement in the store is damaged", e);
        }
    }

    /** Keeps what an adoption needs, so that it can begin anew after a crash; then the intention. */
    CompletableFuture<Void> begin(CatchUp.Result result) {
        List<StoredRecord> records = new ArrayList<>();
        long target;
        boolean leap = result instanceof CatchUp.Result.Leap;
        List<EpochStep> steps;
        if (result instanceof CatchUp.Result.Leap far) {
            far.chain().forEach(signed -> records.add(EpochRecords.statement(signed)));
            steps = far.leap().recent();
            target = far.leap().statement().number();
            records.addAll(
                    EpochRecords.list(target, EpochRecords.Kind.LIVE, far.leap().live()));
        } else {
            CatchUp.Result.Steps near = (CatchUp.Result.Steps) result;
            near.chain().forEach(signed -> records.add(EpochRecords.statement(signed)));
            steps = near.steps();
            target = steps.get(steps.size() - 1).statement().number();
        }
        for (EpochStep step : steps) {
            records.addAll(EpochRecords.list(step.statement().number(), EpochRecords.Kind.ADDED, step.added()));
            records.addAll(EpochRecords.list(step.statement().number(), EpochRecords.Kind.DELETED, step.deleted()));
        }
        long from = target - steps.size() + 1;
        byte[] intention = ByteBuffer.allocate(2 * Long.BYTES + 1)
                .putLong(target)
                .putLong(from)
                .put((byte) (leap ? 1 : 0))
                .array();
        // An attempt that was cut off before the intention may have left longer lists under the same numbers.
        return removeLists(from)
                .thenCompose(done -> writeAll(records))
                .thenCompose(done -> write(WriteBatch.builder().metadata(EpochRecords.ADOPTING_METADATA, intention)));
    }

    /**
     * An adoption that was written down.
     *
     * @param listsFrom the first epoch whose lists came with it
     */
    record Begun(Adoption adoption, long listsFrom, boolean leap) {}

    /** The adoption that was under way, read back. */
    CompletableFuture<Optional<Begun>> interrupted(EpochLedger ledger) {
        return storage.metadata(EpochRecords.ADOPTING_METADATA)
                .thenComposeAsync(
                        found -> {
                            if (found.isEmpty() || found.get().length == 0) {
                                return CompletableFuture.completedFuture(Optional.empty());
                            }
                            ByteBuffer in = ByteBuffer.wrap(found.get());
                            long target = in.getLong();
                            long from = in.getLong();
                            boolean leap = in.get() == 1;
                            return steps(from, target, new ArrayList<>())
                                    .thenCompose(steps -> leap
                                            ? leap(ledger, target, steps)
                                            : CompletableFuture.completedFuture(new Adoption(ledger, steps)))
                                    .thenApply(adoption -> Optional.of(new Begun(adoption, from, leap)));
                        },
                        loop);
    }

    private CompletableFuture<Adoption> leap(EpochLedger ledger, long target, List<EpochStep> steps) {
        return required(target)
                .thenCompose(statement -> list(target, EpochRecords.Kind.LIVE)
                        .thenApply(live -> new Adoption(ledger, new EpochLeap(statement, live, steps))));
    }

    private CompletableFuture<EpochStatement> required(long epoch) {
        return statement(epoch)
                .thenApply(found -> found.orElseThrow(
                                () -> new StorageException("the store lacks the statement of epoch " + epoch))
                        .statement());
    }

    private CompletableFuture<List<EpochStep>> steps(long from, long to, List<EpochStep> before) {
        if (from > to) {
            return CompletableFuture.completedFuture(before);
        }
        return required(from)
                .thenCompose(statement -> list(from, EpochRecords.Kind.ADDED)
                        .thenCompose(added -> list(from, EpochRecords.Kind.DELETED)
                                .thenCompose(deleted -> {
                                    before.add(new EpochStep(statement, added, deleted));
                                    return steps(from + 1, to, before);
                                })));
    }

    /** Makes a snapshot the head; what is to be issued anew is found by {@link #pending}. */
    CompletableFuture<Void> finish(Kept next, DigestList awaited, List<StoredRecord> pending) {
        List<StoredRecord> records = new ArrayList<>(pending);
        records.addAll(EpochRecords.awaited(next.head().epoch(), awaited));
        return writeAll(records)
                .thenCompose(done -> write(WriteBatch.builder()
                        .metadata(EpochRecords.HEAD_METADATA, next.encode())
                        .metadata(EpochRecords.ADOPTING_METADATA, NOTHING)));
    }

    /** Removes what does not count any more: idempotent, so it is done after an adoption and at every start. */
    CompletableFuture<Void> tidy(Kept kept) {
        long head = kept.head().epoch();
        return removeBefore(EpochRecords.OPEN, head + 1)
                .thenCompose(done -> removeBefore(EpochRecords.TOMBSTONE, head + 1))
                .thenCompose(done -> removeBefore(EpochRecords.AWAITED, head))
                .thenCompose(done -> removeBefore(EpochRecords.DROPPED, head))
                .thenCompose(done -> removeBefore(EpochRecords.LIST, kept.listsFrom()))
                .thenCompose(done -> removeLive(head));
    }

    private CompletableFuture<Void> removeLists(long from) {
        return storage.records(EpochRecords.LIST, Optional.of(EpochRecords.number(from)), PAGE_RECORDS, PAGE_BYTES)
                .thenComposeAsync(
                        found -> found.isEmpty()
                                ? CompletableFuture.completedFuture(null)
                                : write(WriteBatch.builder()
                                                .removeRecords(found.stream()
                                                        .map(StoredRecord::key)
                                                        .toList()))
                                        .thenCompose(done -> removeLists(from)),
                        loop);
    }

    private CompletableFuture<Void> removeBefore(String collection, long number) {
        return storage.records(collection, Optional.empty(), PAGE_RECORDS, PAGE_BYTES)
                .thenComposeAsync(
                        found -> {
                            List<RecordKey> old = found.stream()
                                    .map(StoredRecord::key)
                                    .filter(key -> EpochRecords.readNumber(key.key()) < number)
                                    .toList();
                            if (old.isEmpty()) {
                                return CompletableFuture.completedFuture(null);
                            }
                            return write(WriteBatch.builder().removeRecords(old))
                                    .thenCompose(done -> removeBefore(collection, number));
                        },
                        loop);
    }

    /** A list of all live entries is only needed while it is adopted. */
    private CompletableFuture<Void> removeLive(long head) {
        return part(head, EpochRecords.Kind.LIVE, Optional.empty())
                .thenCompose(found -> found.isEmpty()
                        ? CompletableFuture.completedFuture(null)
                        : write(WriteBatch.builder()
                                        .removeRecords(List.of(found.get().key())))
                                .thenCompose(done -> removeLive(head)));
    }

    /** What an adoption left to do: all records of a collection, in order. */
    CompletableFuture<Void> pending(String collection, Consumer<StoredRecord> reader) {
        return each(collection, NOTHING, NOTHING, reader);
    }

    /** Some of what an adoption left to do. */
    CompletableFuture<List<StoredRecord>> pending(String collection, Optional<byte[]> after, int limit) {
        return storage.records(collection, after, limit, PAGE_BYTES).thenApplyAsync(found -> found, loop);
    }

    /** Keeps what contradicts a statement of the authority. */
    CompletableFuture<Void> forked(SignedStatement other) {
        return write(WriteBatch.builder().metadata(EpochRecords.FORK_METADATA, other.encode()));
    }

    /** What contradicts a statement of the authority, if anything does. */
    CompletableFuture<Optional<SignedStatement>> fork() {
        return storage.metadata(EpochRecords.FORK_METADATA)
                .thenApplyAsync(found -> found.map(EpochStore::statement), loop);
    }

    /** The record of the keys that a batch adds to the open epoch. */
    StoredRecord openRecord(long epoch, List<EntryKey> keys) {
        return EpochRecords.open(epoch, loop.random().nextLong(), EntryKeys.pack(keys));
    }

    private CompletableFuture<Void> writeAll(List<StoredRecord> records) {
        CompletableFuture<Void> done = CompletableFuture.completedFuture(null);
        int from = 0;
        while (from < records.size()) {
            int to = from;
            long bytes = 0;
            while (to < records.size() && to - from < WRITE_RECORDS && bytes < PAGE_BYTES) {
                bytes += records.get(to++).value().length;
            }
            List<StoredRecord> some = records.subList(from, to);
            done = done.thenCompose(before -> write(WriteBatch.builder().records(some)));
            from = to;
        }
        return done;
    }

    private CompletableFuture<Void> write(WriteBatch.Builder batch) {
        return storage.write(batch.build()).thenApplyAsync(done -> null, loop);
    }

    /** Reads all records of a collection whose keys begin with something. */
    private CompletableFuture<Void> each(
            String collection, byte[] after, byte[] beginning, Consumer<StoredRecord> reader) {
        Optional<byte[]> from = after.length == 0 ? Optional.empty() : Optional.of(after);
        return storage.records(collection, from, PAGE_RECORDS, PAGE_BYTES)
                .thenComposeAsync(
                        found -> {
                            for (StoredRecord record : found) {
                                if (!startsWith(record.key().key(), beginning)) {
                                    return CompletableFuture.completedFuture(null);
                                }
                                reader.accept(record);
                            }
                            return found.isEmpty()
                                    ? CompletableFuture.completedFuture(null)
                                    : each(
                                            collection,
                                            found.get(found.size() - 1).key().key(),
                                            beginning,
                                            reader);
                        },
                        loop);
    }

    private static boolean startsWith(byte[] key, byte[] beginning) {
        return key.length >= beginning.length
                && Arrays.equals(key, 0, beginning.length, beginning, 0, beginning.length);
    }
}
