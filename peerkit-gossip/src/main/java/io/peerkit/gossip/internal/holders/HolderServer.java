// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.holders;

import io.peerkit.api.AgentId;
import io.peerkit.api.EntryId;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.gossip.EntryHeader;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.transport.PeerStream;
import io.peerkit.gossip.internal.chunk.BlobRecords;
import io.peerkit.gossip.internal.peer.Allowance;
import io.peerkit.gossip.internal.peer.FaultBudget;
import io.peerkit.gossip.internal.peer.Peer;
import io.peerkit.gossip.internal.peer.PeerWarnings;
import io.peerkit.gossip.internal.peer.SteadyClock;
import io.peerkit.gossip.internal.stream.LoopHop;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.slf4j.LoggerFactory;

/**
 * Tells peers which entries this node holds, and promises to keep them for a while. An entry is confirmed when this node should store it,
 * and it was read from the store with its payload just now; a large blob when all of it is here. Questions are answered one behind the
 * other, so that peers who ask much cannot take more of the disk than one reading at a time. Belongs to the node loop.
 */
final class HolderServer {
    /** The most questions that wait; each is of a stream. */
    static final int MAX_WAITING = 64;

    /** The most of them that are of one peer. */
    static final int MAX_PEER_WAITING = 4;

    /** For how many entries a peer may ask at once, and a second for long: each may cost a reading of a megabyte. */
    static final int BURST = 256;

    static final int PER_SECOND = 32;

    private static final int PAGE_BYTES = 1_048_576;

    /** The most peers whose questions are counted. */
    private static final int MAX_COUNTED = 1_024;

    private final HolderParts parts;
    private final Promises promises;
    private final SteadyClock clock;
    private final PeerWarnings warnings = new PeerWarnings(LoggerFactory.getLogger(HolderServer.class));
    private final Map<AgentId, Allowance> allowances = new LinkedHashMap<>();
    private final Set<ServedHolders> streams = new LinkedHashSet<>();
    private final Deque<Question> waiting = new ArrayDeque<>();
    private boolean reading;

    private final class Question {
        private final List<EntryKey> keys;
        private final CompletableFuture<HoldersFrame> answer = new CompletableFuture<>();
        private final Map<EntryId, Integer> places = new HashMap<>();
        private final BitSet held = new BitSet();

        Question(List<EntryKey> keys) {
            this.keys = keys;
            for (int i = 0; i < keys.size(); i++) {
                places.putIfAbsent(keys.get(i).id(), i);
            }
        }

        /** Promises synchronously with the look into the set: an entry that is leaving is not in it any more. */
        void confirm(StoredEntry entry) {
            if (parts.set().contains(entry.time(), entry.id().toBytes(), 0) && promises.promise(entry.id())) {
                held.set(places.getOrDefault(entry.id(), 0));
            }
        }
    }

    HolderServer(HolderParts parts, Promises promises) {
        this.parts = parts;
        this.promises = promises;
        this.clock = new SteadyClock(parts.loop());
    }

    /** A granted peer opened a stream. */
    void accept(Peer peer, PeerStream stream) {
        long own = streams.stream()
                .filter(each -> each.peer().agent().equals(peer.agent()))
                .count();
        if (own >= MAX_PEER_WAITING || streams.size() >= MAX_WAITING) {
            stream.reset();
            return;
        }
        ServedHolders served = new ServedHolders(this, parts.loop(), peer, stream);
        streams.add(served);
        served.read();
    }

    void closed(ServedHolders stream) {
        streams.remove(stream);
    }

    void lied(ServedHolders stream, InvalidBytesException reason) {
        warnings.warn(stream.peer().agent(), "gave up a holders stream", reason);
        parts.membership().misbehaved(stream.peer().agent(), FaultBudget.STREAM_FAULTS);
    }

    void peerDown(Peer peer) {
        for (ServedHolders stream : List.copyOf(streams)) {
            if (stream.peer().node().equals(peer.node())) {
                stream.close();
            }
        }
    }

    void stop() {
        waiting.clear();
        List.copyOf(streams).forEach(ServedHolders::close);
    }

    /** Answers a question; completes on the loop. */
    CompletableFuture<HoldersFrame> answer(Peer peer, HoldersFrame.Ask ask) {
        // Streams that were given up leave their questions behind, so these are bounded by themselves.
        boolean full = waiting.size() >= MAX_WAITING;
        if (full || !allowance(peer.agent()).take(ask.entries().size(), clock.millis())) {
            return CompletableFuture.completedFuture(new HoldersFrame.Busy());
        }
        Question question = new Question(ask.entries());
        waiting.add(question);
        next();
        return question.answer;
    }

    /** Counted by agent over connections, so that connecting again gains nothing. */
    private Allowance allowance(AgentId agent) {
        Allowance known = allowances.remove(agent);
        Allowance allowance = known == null ? new Allowance(BURST, PER_SECOND) : known;
        allowances.put(agent, allowance);
        if (allowances.size() > MAX_COUNTED) {
            allowances.remove(allowances.keySet().iterator().next());
        }
        return allowance;
    }

    private void next() {
        if (reading || waiting.isEmpty()) {
            return;
        }
        reading = true;
        Question question = waiting.remove();
        // Who shares a store with others has no copy of its own to vouch for.
        List<EntryId> ids = parts.storage().isShared()
                ? List.of()
                : question.keys.stream()
                        .filter(key -> parts.set().contains(key.time(), key.id().toBytes(), 0))
                        .map(EntryKey::id)
                        .distinct()
                        .toList();
        read(question, ids);
    }

    private void read(Question question, List<EntryId> ids) {
        if (ids.isEmpty()) {
            done(question);
            return;
        }
        LoopHop.then(
                parts.loop(),
                parts.served().entries(ids, PAGE_BYTES),
                found -> check(question, ids, found, 0),
                reason -> done(question));
    }

    private void check(Question question, List<EntryId> asked, List<StoredEntry> found, int at) {
        if (at == found.size()) {
            long bytes = found.stream().mapToLong(StoredEntry::bytes).sum();
            int looked = found.isEmpty() || bytes <= PAGE_BYTES
                    ? asked.size()
                    : asked.indexOf(found.get(found.size() - 1).id()) + 1;
            read(question, asked.subList(looked, asked.size()));
            return;
        }
        StoredEntry entry = found.get(at);
        Optional<EntryHeader> header = StoredHeader.of(entry)
                .filter(read ->
                        entry.blob().isPresent() && parts.distribution().get().willStore(parts.self(), read));
        if (header.isEmpty()) {
            check(question, asked, found, at + 1);
        } else if (header.get().kind() == EntryHeader.KIND_LARGE_BLOB) {
            LoopHop.then(
                    parts.loop(),
                    parts.storage().record(BlobRecords.stateKey(entry.blobHash())),
                    state -> {
                        if (state.filter(known -> BlobRecords.readState(known).complete())
                                .isPresent()) {
                            question.confirm(entry);
                        }
                        check(question, asked, found, at + 1);
                    },
                    reason -> done(question));
        } else {
            question.confirm(entry);
            check(question, asked, found, at + 1);
        }
    }

    private void done(Question question) {
        reading = false;
        question.answer.complete(new HoldersFrame.Held(question.held));
        next();
    }
}
