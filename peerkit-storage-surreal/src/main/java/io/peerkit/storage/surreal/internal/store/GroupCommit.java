// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.store;

import io.peerkit.api.EntryId;
import io.peerkit.api.StorageException;
import io.peerkit.storage.surreal.internal.index.Removal;
import io.peerkit.storage.surreal.internal.rpc.QueryFailedException;
import io.peerkit.storage.surreal.internal.rpc.ServerError;
import io.peerkit.storage.surreal.internal.session.Query;
import io.peerkit.storage.surreal.internal.session.SurrealSession;
import io.peerkit.storage.surreal.internal.value.RecordId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Commits what queues, one group on each lane at a time. Groups that are about the same things are never under way together, so that
 * for each thing the order of the calls is kept. Belongs to the session's thread.
 *
 * <p>A group is sent in the hope that all its entries are new. When one is not, nothing is written; then the store is asked which are
 * there, and the others are sent.
 */
final class GroupCommit {
    /** How often a group is sent anew because others wrote the same entries in between. */
    private static final int MAX_ATTEMPTS = 16;

    /** Between attempts to seal a lane while the server is away, in nanoseconds: 1 s. */
    private static final long SEAL_PAUSE_NANOS = 1_000_000_000L;

    /**
     * A group is sent beside others when at least a half as much waits as is under way. Without that, a lane that becomes free takes what
     * little has come by then: 64 callers with an entry each made groups of 13, with it of 20 (in virtual time), and each group costs some 0.5 ms.
     */
    private static final int WAITING_SHARE = 2;

    private static final String SEAL = "UPDATE $lane SET seq = $seq WHERE seq < $seq RETURN NONE";

    private final SurrealSession session;
    private final WriteQueue queue;
    private final WriteStatements statements;
    private final EntryReader reader;
    private final EntryIndex index;
    private final IndexTables tables;
    private final IndexMerger merger;
    private final Runnable onLost;
    private final Deque<Lane> free = new ArrayDeque<>();
    private final List<WriteGroup> underWay = new ArrayList<>();
    private final Set<WriteGroup> sealing = new HashSet<>();
    private final CompletableFuture<Void> idle = new CompletableFuture<>();
    private boolean finishing;

    /**
     * Makes one.
     *
     * @param onLost told when somebody took the space over
     */
    GroupCommit(
            SurrealSession session,
            WriteQueue queue,
            WriteStatements statements,
            EntryReader reader,
            EntryIndex index,
            IndexTables tables,
            Space space,
            List<Lane> lanes,
            Runnable onLost) {
        this.session = session;
        this.queue = queue;
        this.statements = statements;
        this.reader = reader;
        this.index = index;
        this.tables = tables;
        merger = new IndexMerger(session, space, index, tables, this::dispatch);
        this.onLost = onLost;
        free.addAll(lanes);
    }

    /** Sends what waits as far as it can be sent. */
    void dispatch() {
        // What is not merged yet is in memory: writing waits when that grows faster than it is merged.
        while (!free.isEmpty() && (finishing || !index.isFull()) && isEnoughWaiting()) {
            Optional<WriteGroup> group = queue.takeGroup(underWay);
            if (group.isEmpty()) {
                break;
            }
            Lane lane = free.remove();
            underWay.add(group.get());
            commit(lane, group.get());
        }
        if (finishing && underWay.isEmpty() && queue.isEmpty()) {
            idle.complete(null);
        }
    }

    private boolean isEnoughWaiting() {
        int all = underWay.stream().mapToInt(WriteGroup::items).sum();
        // What is being sealed may take until the server is back: others must find out by themselves that it is away.
        int busy = all - sealing.stream().mapToInt(WriteGroup::items).sum();
        return WAITING_SHARE * (queue.items() - all) >= busy;
    }

    /** Merges what is due. */
    CompletableFuture<Void> merge() {
        return merger.mergeIfDue();
    }

    /** Deletes journals whose records are all in others, or in buckets. */
    CompletableFuture<Void> delete(List<RecordId> journals) {
        return merger.delete(journals);
    }

    /** Ends merging; to be asked for when nothing more comes. */
    CompletableFuture<Void> stopMerging() {
        return merger.stop();
    }

    /** Completes when nothing waits or is under way any more; to be asked for when nothing more comes. */
    CompletableFuture<Void> finish() {
        finishing = true;
        dispatch();
        return idle;
    }

    private void commit(Lane lane, WriteGroup group) {
        // Removals need to know what they remove.
        CompletableFuture<Set<EntryId>> there =
                group.removedEntries.isEmpty() ? send(lane, group, Map.of(), 1) : lookAndSend(lane, group, 1);
        var unused = there.whenComplete((already, failure) -> {
            if (failure == null) {
                done(lane, group, () -> group.committed(already));
            } else if (isThrown(failure, WriteStatements.UNEXPECTED)) {
                done(lane, group, group::refused);
            } else if (error(failure).isEmpty()) {
                group.failed(StoreFailure.of(failure));
                seal(lane, group, lane.last());
            } else if (group.writes().size() > 1 && !isLost(failure)) {
                // One batch that the server refuses must not fail its neighbours.
                eachAlone(lane, group, 0);
            } else {
                done(lane, group, () -> group.failed(StoreFailure.of(failure)));
            }
        });
    }

    /**
     * Makes sure that a transaction whose fate is unknown is not carried out from now on, by giving its lane a higher number. Until then
     * nothing is written about the same things: it might be overwritten by what came before it.
     */
    private void seal(Lane lane, WriteGroup group, long unknown) {
        sealing.add(group);
        var unused = session.query(SEAL, Map.of("lane", lane.row(), "seq", lane.next()))
                // It may have been carried out all the same: then its entries must be found.
                .thenCompose(
                        done -> tables.journals(lane.row(), unknown - 1, (row, journal) -> committed(row, journal)))
                .whenComplete((closed, failure) -> {
                    boolean away = failure != null && cause(failure) instanceof StorageException;
                    if (away && !finishing) {
                        queue.giveUp(group)
                                .forEach(write -> write.done().completeExceptionally(StoreFailure.of(failure)));
                        session.later(() -> seal(lane, group, unknown), SEAL_PAUSE_NANOS);
                    } else {
                        done(lane, group, () -> {});
                    }
                });
    }

    private void committed(RecordId row, byte[] journal) {
        index.pending().add(row, journal);
        var unused = merger.mergeIfDue();
    }

    private void done(Lane lane, WriteGroup group, Runnable answer) {
        underWay.remove(group);
        sealing.remove(group);
        queue.finished(group);
        free.add(lane);
        answer.run();
        dispatch();
    }

    private void eachAlone(Lane lane, WriteGroup group, int index) {
        if (index == group.writes().size()) {
            done(lane, group, () -> {});
            return;
        }
        WriteGroup single = new WriteGroup();
        single.add(group.writes().get(index));
        CompletableFuture<Set<EntryId>> there = lookAndSend(lane, single, 1);
        var unused = there.whenComplete((already, failure) -> {
            if (failure == null) {
                single.committed(already);
            } else {
                single.failed(StoreFailure.of(failure));
                if (error(failure).isEmpty()) {
                    group.failed(StoreFailure.of(failure));
                    seal(lane, group, lane.last());
                    return;
                }
            }
            eachAlone(lane, group, index + 1);
        });
    }

    private CompletableFuture<Set<EntryId>> lookAndSend(Lane lane, WriteGroup group, int attempt) {
        return reader.there(group.entries.values(), group.removedEntries)
                .thenCompose(there -> send(lane, group, there, attempt));
    }

    /** Gives the entries that were there already and stay. */
    private CompletableFuture<Set<EntryId>> send(
            Lane lane, WriteGroup group, Map<EntryId, Removal> there, int attempt) {
        WriteStatements.Prepared prepared = statements.of(group, there, lane, lane.next());
        Set<EntryId> already = new HashSet<>(there.keySet());
        already.removeAll(group.removedEntries);
        CompletableFuture<?> sent = run(prepared.queries());
        return sent.thenApply(done -> committed(prepared, already)).exceptionallyCompose(failure -> {
            Optional<ServerError> error = error(failure);
            if (error.isPresent() && error.get().isThrown(WriteStatements.DONE)) {
                return CompletableFuture.completedFuture(committed(prepared, already));
            }
            if (isLost(failure)) {
                onLost.run();
            }
            boolean outrun = error.isPresent()
                    && (error.get().isAlreadyThere() || error.get().isThrown(WriteStatements.STALE));
            return outrun && attempt < MAX_ATTEMPTS
                    ? lookAndSend(lane, group, attempt + 1)
                    : CompletableFuture.failedFuture(failure);
        });
    }

    private Set<EntryId> committed(WriteStatements.Prepared prepared, Set<EntryId> already) {
        prepared.journal().ifPresent(journal -> committed(prepared.row(), journal));
        return already;
    }

    private CompletableFuture<?> run(List<Query> queries) {
        if (queries.size() > 1) {
            return session.transaction(queries);
        }
        Query only = queries.get(0);
        return session.query("BEGIN;\n" + only.statements() + "COMMIT;", only.variables());
    }

    private static boolean isLost(Throwable failure) {
        return isThrown(failure, WriteStatements.LOST);
    }

    private static boolean isThrown(Throwable failure, String what) {
        return error(failure).filter(error -> error.isThrown(what)).isPresent();
    }

    private static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    private static Optional<ServerError> error(Throwable failure) {
        return cause(failure) instanceof QueryFailedException refused ? Optional.of(refused.error()) : Optional.empty();
    }
}
