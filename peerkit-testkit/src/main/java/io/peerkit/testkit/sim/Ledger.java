// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.sim;

import io.peerkit.api.AgentId;
import io.peerkit.api.BlobHash;
import io.peerkit.api.EntryId;
import io.peerkit.api.Incoming;
import io.peerkit.api.Publication;
import io.peerkit.gossip.GossipWatcher;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What was published in a simulation, what of it was acknowledged, and how far each entry came. */
final class Ledger {
    private final Set<BlobHash> attempted = new HashSet<>();
    private final Map<EntryId, Acknowledged> acknowledged = new LinkedHashMap<>();
    private final Map<AgentId, Integer> numbers = new HashMap<>();
    private final Map<EntryId, Spread> spreads = new LinkedHashMap<>();
    private long usefulBytes;
    private long duplicateBytes;
    private long publishedBytes;
    private int deepest;

    /** What was promised, and by whom. */
    record Acknowledged(BlobHash hash, SimulatedNode by) {}

    void joined(SimulatedNode node) {
        numbers.put(node.agentId(), numbers.size());
    }

    void attempted(List<byte[]> blobs) {
        for (byte[] blob : blobs) {
            attempted.add(BlobHash.ofBlob(blob));
            publishedBytes += blob.length;
        }
    }

    boolean wasAttempted(BlobHash hash) {
        return attempted.contains(hash);
    }

    void acknowledged(SimulatedNode by, List<Publication> publications, long nanos) {
        for (Publication publication : publications) {
            if (by.plan().isCorrect()) {
                acknowledged.put(publication.entry(), new Acknowledged(publication.hash(), by));
            }
            spread(publication.entry()).reached(number(by.agentId()), 0, nanos);
        }
    }

    int acknowledgedCount() {
        return acknowledged.size();
    }

    /** What must not be lost: those who acknowledged it are still there, or come back with their disks. */
    Map<EntryId, BlobHash> required() {
        Map<EntryId, BlobHash> required = new LinkedHashMap<>();
        acknowledged.forEach((entry, promise) -> {
            if (!promise.by().isGone()) {
                required.put(entry, promise.hash());
            }
        });
        return required;
    }

    int requiredCount() {
        int count = 0;
        for (Acknowledged promise : acknowledged.values()) {
            if (!promise.by().isGone()) {
                count++;
            }
        }
        return count;
    }

    /** An entry came to a node and is stored there. */
    void integrated(AgentId node, Incoming incoming, long nanos) {
        Spread spread = spread(incoming.entry());
        int hops = incoming.from().map(from -> spread.hopsAt(number(from)) + 1).orElse(1);
        deepest = Math.max(deepest, hops);
        spread.reached(number(node), hops, nanos);
    }

    private Spread spread(EntryId entry) {
        return spreads.computeIfAbsent(entry, first -> new Spread());
    }

    /** -1 for who is no whole node. */
    private int number(AgentId agent) {
        return numbers.getOrDefault(agent, -1);
    }

    /** Counts what entries cost, and lets the node's own watcher know. */
    GossipWatcher counting(GossipWatcher next) {
        return (from, entry, bytes, known) -> {
            if (known) {
                duplicateBytes += bytes;
            } else {
                usefulBytes += bytes;
            }
            next.entryReceived(from, entry, bytes, known);
        };
    }

    long usefulBytes() {
        return usefulBytes;
    }

    long duplicateBytes() {
        return duplicateBytes;
    }

    long publishedBytes() {
        return publishedBytes;
    }

    int deepest() {
        return deepest;
    }

    List<Spread> spreads() {
        return new ArrayList<>(spreads.values());
    }
}
