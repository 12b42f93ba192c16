// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.sim;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.api.BlobHash;
import io.peerkit.api.EntryId;
import io.peerkit.api.NodeListener;
import io.peerkit.api.Removed;
import io.peerkit.api.gossip.Authority;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StoredEntry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;

/**
 * One network with an authority through a bad day: members publish and delete, are cut off for long, die at any write and come back, while
 * the authority closes epochs, and now and then a member pretends to be the authority. In the end all agree, what was deleted is nowhere, and nothing else is lost.
 */
final class EpochDays {
    private static final int MIB = 1_048_576;
    private static final int STEPS = 60;
    private static final List<String> WORK =
            List.of("tombstone", "epoch-open", "epoch-leaving", "epoch-reissue", "epoch-redelete");

    /** What became of something that was published. */
    private static final class Item {
        private final int author;
        private final BlobHash hash;
        private EntryId entry;
        private boolean deleted;

        /** A delete was not acknowledged, or the content was given back to the application. */
        private boolean open;

        Item(int author, EntryId entry, BlobHash hash) {
            this.author = author;
            this.entry = entry;
            this.hash = hash;
        }
    }

    private final long seed;
    private final SplittableRandom random;
    private final Simulation simulation;
    private final List<SimulatedNode> nodes = new ArrayList<>();
    private final Map<EntryId, Item> items = new LinkedHashMap<>();
    private final List<Item> all = new ArrayList<>();
    private final List<Long> heads = new ArrayList<>();
    private Optional<SimulatedNode> pretender = Optional.empty();
    private int contents;

    EpochDays(long seed) {
        this.seed = seed;
        this.random = new SplittableRandom(seed);
        this.simulation = new Simulation(seed);
    }

    void run() {
        NodePlan first = NodePlan.member().authority(Authority::of);
        add(first);
        int members = 3 + random.nextInt(3);
        for (int i = 0; i < members; i++) {
            add(NodePlan.member()
                    .authority(self -> Authority.of(nodes.get(0).agentId()))
                    .bootstrap(nodes.get(0).addresses()));
        }
        if (random.nextInt(3) == 0) {
            pretender = Optional.of(simulation.add(NodePlan.member()
                    .pretendingAuthority(Authority.of(nodes.get(0).agentId()))
                    .bootstrap(nodes.get(0).addresses())));
        }
        pass(Duration.ofSeconds(20));
        for (int step = 0; step < STEPS; step++) {
            act();
            pass(Duration.ofMillis(random.nextInt(100) < 15 ? 60_000 : random.nextInt(8_000)));
            checkHeads();
        }
        settle();
        check();
    }

    private void add(NodePlan plan) {
        int index = nodes.size();
        heads.add(0L);
        nodes.add(simulation.add(plan.listener(new NodeListener() {
            @Override
            public void reissued(EntryId before, EntryId again) {
                Item item = items.get(before);
                if (item != null) {
                    item.entry = again;
                    items.put(again, item);
                }
            }

            @Override
            public void removed(Removed gone) {
                Item item = items.get(gone.entry());
                if (item != null && gone.reason() == Removed.Reason.UNRESOLVED && item.author == index) {
                    item.open = true;
                }
            }
        })));
    }

    private void act() {
        pretender.ifPresent(this::pretend);
        int kind = random.nextInt(100);
        int index = random.nextInt(nodes.size());
        SimulatedNode node = nodes.get(index);
        if (kind < 8) {
            List<SimulatedNode> part =
                    nodes.stream().filter(each -> random.nextBoolean()).toList();
            simulation.partition(part.stream().filter(each -> each.isRunning()).toList());
        } else if (kind < 18) {
            simulation.network().heal();
        } else if (!node.isRunning()) {
            simulation.await(node.start());
        } else if (kind < 22) {
            node.crash();
        } else if (kind < 28) {
            node.crashAtWrite(1 + random.nextInt(8));
        } else if (kind < 46) {
            if (nodes.get(0).isRunning()) {
                nodes.get(0).gossip().closeEpoch().exceptionally(busy -> 0L);
            }
        } else if (kind < 62) {
            delete(index, node);
        } else {
            publish(index, node);
        }
    }

    /** Closes epochs as if it were the authority, deletes what others wrote, and publishes under whatever label it has come to (I12). */
    private void pretend(SimulatedNode node) {
        CompletableFuture<?> unused = switch (random.nextInt(4)) {
            case 0 -> node.gossip().closeEpoch();
            case 1 -> node.gossip().publishAll(List.of(("pretended " + ++contents).getBytes(UTF_8)));
            case 2 ->
                all.isEmpty()
                        ? new CompletableFuture<>()
                        : node.gossip().delete(List.of(all.get(random.nextInt(all.size())).entry));
            default -> new CompletableFuture<>();
        };
    }

    private void publish(int index, SimulatedNode node) {
        byte[] blob = ("seed " + seed + " content " + ++contents).getBytes(UTF_8);
        CompletableFuture<Void> unused = node.gossip().publishAll(List.of(blob)).thenAccept(published -> {
            Item item =
                    new Item(index, published.get(0).entry(), published.get(0).hash());
            items.put(item.entry, item);
            all.add(item);
        });
    }

    private void delete(int index, SimulatedNode node) {
        List<Item> own = all.stream()
                .filter(item -> !item.deleted && (item.author == index || index == 0))
                .toList();
        if (own.isEmpty()) {
            return;
        }
        Item item = own.get(random.nextInt(own.size()));
        EntryId named = item.entry;
        boolean before = item.open;
        item.open = true;
        CompletableFuture<Void> unused = node.gossip().delete(List.of(named)).thenAccept(gone -> {
            item.deleted |= !gone.isEmpty();
            item.open = before;
        });
    }

    private void pass(Duration duration) {
        simulation.time().advance(duration);
    }

    /** Heads never go back (I6). */
    private void checkHeads() {
        for (int i = 0; i < nodes.size(); i++) {
            if (nodes.get(i).isRunning()) {
                long head = simulation.await(nodes.get(i).gossip().status()).epoch();
                assertThat(head).as("seed %d, head of node %d", seed, i).isGreaterThanOrEqualTo(heads.get(i));
                heads.set(i, head);
            }
        }
    }

    private void settle() {
        simulation.network().heal();
        for (SimulatedNode node : nodes) {
            if (node.isRunning()) {
                node.crash(); // So that no death is left armed.
            }
            simulation.await(node.start());
        }
        pass(Duration.ofMinutes(4));
        // The first closes what came anew, the second forgets its deletes.
        for (int i = 0; i < 2; i++) {
            simulation.await(nodes.get(0).gossip().closeEpoch());
            pass(Duration.ofMinutes(2));
        }
    }

    private void check() {
        SimulatedNode first = nodes.get(0);
        String fingerprint = simulation.await(first.gossip().status()).fingerprint();
        long epoch = simulation.await(first.gossip().status()).epoch();
        Set<BlobHash> there = blobs(first);
        for (int i = 0; i < nodes.size(); i++) {
            SimulatedNode node = nodes.get(i);
            assertThat(simulation.await(node.gossip().status()).epoch())
                    .as("seed %d, epoch of node %d", seed, i)
                    .isEqualTo(epoch);
            assertThat(blobs(node)).as("seed %d, store of node %d", seed, i).isEqualTo(there);
            assertThat(simulation.await(node.gossip().status()).fingerprint())
                    .as("seed %d, set of node %d", seed, i)
                    .isEqualTo(fingerprint);
            for (String collection : WORK) {
                assertThat(node.contents()
                                .records(collection, Optional.empty(), 100, MIB)
                                .join())
                        .as("seed %d, %s of node %d", seed, collection, i)
                        .isEmpty();
            }
        }
        for (Item item : all) {
            if (item.deleted) {
                assertThat(there).as("seed %d, deleted", seed).doesNotContain(item.hash);
            } else if (!item.open) {
                assertThat(there)
                        .as("seed %d, written by %d", seed, item.author)
                        .contains(item.hash);
            }
        }
    }

    private static Set<BlobHash> blobs(SimulatedNode node) {
        Set<BlobHash> blobs = new TreeSet<>();
        for (StoredEntry entry : node.contents()
                .scan(Optional.empty(), Storage.MAX_IDS, 16 * MIB)
                .join()) {
            blobs.add(entry.blobHash());
        }
        return blobs;
    }
}
