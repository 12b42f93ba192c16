// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.epoch;

import io.peerkit.api.AgentId;
import io.peerkit.api.EntryId;
import io.peerkit.api.NetworkId;
import io.peerkit.api.gossip.Authority;
import io.peerkit.api.storage.EntryKey;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * A network of ledgers that write, delete, meet, lose each other, crash and close epochs at random, and the invariants that must hold
 * whatever happens.
 */
final class EpochModel {
    /** For how many epochs peers keep lists here; short, so that absences go beyond it. */
    static final int HISTORY = 3;

    private static final NetworkId NETWORK = NetworkId.named("epoch-model");

    /** An entry; {@code content} is what a person wrote, whichever entry carries it. */
    private record Item(
            EntryId id,
            long time,
            int author,
            long label,
            Optional<EntryId> origin,
            List<EntryId> deletes,
            int content) {
        boolean isDelete() {
            return !deletes.isEmpty();
        }

        EntryKey key() {
            return new EntryKey(time, id);
        }
    }

    private final class Peer {
        private final int index;
        private final EpochLedger ledger;
        private final Map<EntryId, Item> held = new LinkedHashMap<>();
        private final Set<EntryId> handedOut = new HashSet<>();
        private final Set<Integer> unresolved = new HashSet<>();
        private int away;

        Peer(int index) {
            this.index = index;
            this.ledger = new EpochLedger(agent(index), NETWORK, Optional.of(Authority.of(agent(0))));
        }

        void publish(int content, Optional<EntryId> origin) {
            receive(item(index, ledger.openEpoch(), origin, List.of(), content));
        }

        void delete(EntryId target) {
            receive(item(index, ledger.openEpoch(), Optional.empty(), List.of(target), -1));
        }

        void receive(Item item) {
            if (held.containsKey(item.id())) {
                return;
            }
            EpochLedger.Admission admission =
                    ledger.admit(item.id(), agent(item.author()), item.label(), item.isDelete());
            if (admission != EpochLedger.Admission.OPEN && admission != EpochLedger.Admission.CLOSED) {
                return;
            }
            held.put(item.id(), item);
            ledger.added(item.key(), admission);
            if (item.isDelete()) {
                ledger.claimed(item.id(), agent(item.author()), item.deletes());
                for (EntryId target : item.deletes()) {
                    Item there = held.get(target);
                    if (there != null && ledger.mayDelete(agent(item.author()), agent(there.author()))) {
                        held.remove(target);
                        ledger.removed(there.key());
                    }
                }
            }
        }

        void adopt(long to) {
            while (ledger.head().epoch() < to) {
                Adoption adoption = adoption(to);
                if (sweep(adoption)) {
                    List<EntryId> deletes = adoption.deletesToReissue();
                    List<Item> again = new ArrayList<>(pending);
                    pending.clear();
                    adoption.finish();
                    for (Item item : again) {
                        held.remove(item.id());
                        publish(item.content(), Optional.of(item.id()));
                    }
                    deletes.forEach(this::delete);
                }
            }
        }

        private final List<Item> pending = new ArrayList<>();

        private Adoption adoption(long to) {
            long from = ledger.head().epoch();
            if (to - from <= HISTORY) {
                return new Adoption(ledger, steps.subList((int) from, (int) to));
            }
            EpochStep last = steps.get((int) to - 1);
            return new Adoption(
                    ledger,
                    new EpochLeap(
                            last.statement(), lives.get((int) to - 1), steps.subList((int) to - HISTORY, (int) to)));
        }

        /** Asks about every entry; false when the process died on the way. */
        private boolean sweep(Adoption adoption) {
            pending.clear();
            for (Item item : List.copyOf(held.values())) {
                if (random.nextInt(200) == 0) {
                    return false;
                }
                if (!ledger.isOpen(item.key())) {
                    if (adoption.needsScan() && !adoption.keeps(item.id().toBytes(), 0)) {
                        held.remove(item.id());
                    }
                    continue;
                }
                Adoption.Fate fate = adoption.fate(item.id(), item.author() == index, handedOut.contains(item.id()));
                if (naive && fate == Adoption.Fate.GONE && item.author() == index && !item.isDelete()) {
                    fate = Adoption.Fate.REISSUE;
                }
                switch (fate) {
                    case STAYS -> {}
                    case REISSUE -> pending.add(item);
                    case UNRESOLVED -> {
                        unresolved.add(item.content());
                        held.remove(item.id());
                    }
                    default -> held.remove(item.id());
                }
            }
            return true;
        }

        void close() {
            Closing closing = new Closing(ledger);
            DigestList.Builder live = new DigestList.Builder();
            for (Item item : held.values()) {
                if (ledger.isOpen(item.key())) {
                    closing.open(item.id());
                } else {
                    closing.closed(item.id().toBytes(), 0);
                }
            }
            EpochStep step = closing.finish(clock);
            for (Item item : held.values()) {
                if (!item.isDelete()) {
                    live.add(ledger.digests().of(item.id()));
                }
            }
            ledger.awaitedDigests().copyTo(live, step.deleted());
            steps.add(step);
            lives.add(live.build());
            adopt(steps.size());
        }

        Set<Integer> contents() {
            Set<Integer> contents = new LinkedHashSet<>();
            held.values().stream().filter(item -> !item.isDelete()).forEach(item -> contents.add(item.content()));
            return contents;
        }
    }

    private final SplittableRandom random;
    private final boolean naive;
    private final List<Peer> peers = new ArrayList<>();
    private final List<EpochStep> steps = new ArrayList<>();
    private final List<DigestList> lives = new ArrayList<>();
    private final Map<Integer, EntryId> deletedContents = new TreeMap<>();
    private final Map<EntryId, Integer> contentOf = new LinkedHashMap<>();
    private int contents;
    private long clock;

    EpochModel(long seed, int count, boolean naive) {
        this.random = new SplittableRandom(seed);
        this.naive = naive;
        for (int i = 0; i < count; i++) {
            peers.add(new Peer(i));
        }
    }

    private static AgentId agent(int index) {
        byte[] bytes = new byte[32];
        bytes[0] = (byte) (index + 1);
        return AgentId.of(bytes);
    }

    private Item item(int author, long label, Optional<EntryId> origin, List<EntryId> deletes, int content) {
        byte[] header = ByteBuffer.allocate(16).putLong(++clock).putInt(author).array();
        EntryId id = EntryId.ofHeader(header);
        if (content >= 0) {
            contentOf.put(id, content);
        }
        return new Item(id, clock, author, label, origin, deletes, content);
    }

    /** Lets things happen; gives the first violation. */
    Optional<String> run(int events) {
        for (int i = 0; i < events; i++) {
            step();
            Optional<String> wrong = violation();
            if (wrong.isPresent()) {
                return wrong;
            }
        }
        return heal();
    }

    private void step() {
        peers.forEach(peer -> peer.away = Math.max(0, peer.away - 1));
        int what = random.nextInt(100);
        Peer peer = peers.get(random.nextInt(peers.size()));
        if (what < 25) {
            peer.publish(contents++, Optional.empty());
        } else if (what < 35) {
            deleteOne(peer);
        } else if (what < 85) {
            Peer other = peers.get(random.nextInt(peers.size()));
            if (peer != other && peer.away == 0 && other.away == 0) {
                meet(peer, other, random.nextInt(3) > 0);
            }
        } else if (what < 92) {
            if (peer.index != 0) {
                peer.away = 5 + random.nextInt(145);
            }
        } else {
            peers.get(0).close();
        }
    }

    private void deleteOne(Peer peer) {
        List<Item> may = peer.held.values().stream()
                .filter(item -> !item.isDelete() && (item.author() == peer.index || peer.index == 0))
                .toList();
        if (!may.isEmpty()) {
            Item target = may.get(random.nextInt(may.size()));
            deletedContents.put(target.content(), target.id());
            peer.delete(target.id());
        }
    }

    /** Brings two to the same head, then gives each what the other lacks, in any order, perhaps not to the end. */
    private void meet(Peer one, Peer other, boolean whole) {
        long head = Math.max(one.ledger.head().epoch(), other.ledger.head().epoch());
        one.adopt(head);
        other.adopt(head);
        give(one, other, whole);
        give(other, one, whole);
    }

    private void give(Peer from, Peer to, boolean whole) {
        List<Item> items = new ArrayList<>(from.held.values());
        items.removeIf(item -> to.held.containsKey(item.id()));
        Collections.shuffle(items, new java.util.Random(random.nextLong()));
        int count = whole ? items.size() : random.nextInt(items.size() + 1);
        for (Item item : items.subList(0, count)) {
            from.handedOut.add(item.id());
            to.receive(item);
        }
    }

    private Optional<String> violation() {
        for (Peer peer : peers) {
            long head = peer.ledger.head().epoch();
            for (Item item : peer.held.values()) {
                byte[] digest = peer.ledger.digests().of(item.id());
                for (int i = 0; i < head; i++) {
                    if (steps.get(i).deleted().contains(digest)) {
                        return Optional.of("resurrected: peer " + peer.index + " with head " + head + " holds content "
                                + item.content() + ", deleted in epoch " + (i + 1));
                    }
                }
                boolean closed = item.label() <= head;
                if (closed && !lives.get((int) head - 1).contains(digest)) {
                    return Optional.of("outside: peer " + peer.index + " holds content " + item.content()
                            + ", which snapshot " + head + " does not have");
                }
                if (!naive) {
                    continue;
                }
                EntryId gone = deletedContents.get(item.content());
                if (gone != null && !gone.equals(item.id()) && isDeleted(gone, head, peer)) {
                    return Optional.of("resurrected: content " + item.content() + " by another entry");
                }
            }
        }
        return Optional.empty();
    }

    private boolean isDeleted(EntryId entry, long head, Peer peer) {
        byte[] digest = peer.ledger.digests().of(entry);
        for (int i = 0; i < head; i++) {
            if (steps.get(i).deleted().contains(digest)) {
                return true;
            }
        }
        return false;
    }

    /** Everybody meets the authority, which closes a few more epochs. */
    private Optional<String> heal() {
        for (int round = 0; round < 6; round++) {
            for (int again = 0; again < 3; again++) {
                peers.subList(1, peers.size()).forEach(peer -> meet(peers.get(0), peer, true));
            }
            peers.get(0).close();
            Optional<String> wrong = violation();
            if (wrong.isPresent()) {
                return wrong;
            }
        }
        peers.subList(1, peers.size()).forEach(peer -> meet(peers.get(0), peer, true));
        peers.subList(1, peers.size()).forEach(peer -> meet(peers.get(0), peer, true));
        return end();
    }

    private Optional<String> end() {
        Set<Integer> first = peers.get(0).contents();
        Set<Integer> reported = new HashSet<>();
        peers.forEach(peer -> reported.addAll(peer.unresolved));
        for (Peer peer : peers) {
            if (!peer.held.keySet().equals(peers.get(0).held.keySet())) {
                return Optional.of("diverged: peer " + peer.index);
            }
            if (peer.ledger.awaited() != 0) {
                return Optional.of("peer " + peer.index + " still waits for " + peer.ledger.awaited());
            }
            if (!peer.ledger.tombstones().all().isEmpty()) {
                return Optional.of("tombstones left: peer " + peer.index);
            }
        }
        for (int content = 0; content < contents; content++) {
            boolean deleted = deletedContents.containsKey(content);
            if (deleted == first.contains(content) && !(reported.contains(content) && !deleted)) {
                return Optional.of((deleted ? "delete lost: " : "write lost: ") + content);
            }
        }
        return Optional.empty();
    }
}
