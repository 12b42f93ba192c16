// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.blob;

import io.peerkit.api.BlobHash;
import io.peerkit.api.NodeId;
import io.peerkit.gossip.internal.chunk.BlobManifest;
import io.peerkit.gossip.internal.chunk.ChunkPage;
import io.peerkit.gossip.internal.chunk.ChunkRef;
import io.peerkit.gossip.internal.chunk.ContentChunker;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SplittableRandom;

/** Runs a {@link FetchMachine} against peers and a store that are made of numbers, in time of its own. */
final class FetchSimulation {
    /** A blob of made-up chunks; only its pages have bytes. */
    record Content(BlobHash blob, BlobManifest manifest, Map<BlobHash, byte[]> pages, List<ChunkRef> chunks) {}

    /** A peer: what it has, how fast it is, how often it sends wrong bytes. */
    static final class Source {
        final NodeId node;
        final long bytesPerSecond;
        final int latencyMillis;
        final Set<BlobHash> has = new LinkedHashSet<>();
        double wrong;
        boolean silent;
        long sentBytes;
        long busyUntil;

        Source(String name, long bytesPerSecond, int latencyMillis) {
            this.node = new NodeId(name);
            this.bytesPerSecond = bytesPerSecond;
            this.latencyMillis = latencyMillis;
        }
    }

    private record Event(long at, long number, Runnable task) {}

    final Map<BlobHash, Integer> store = new HashMap<>();
    final Map<NodeId, Source> providers = new LinkedHashMap<>();
    final Set<BlobHash> fetched = new LinkedHashSet<>();
    final Set<NodeId> banned = new LinkedHashSet<>();
    final List<String> lies = new ArrayList<>();
    final SplittableRandom random;
    FetchMachine machine = new FetchMachine();
    long now;
    long receivedBytes;
    long renewals;
    long mostTaken;
    boolean storeFails;
    private final Map<BlobHash, Integer> lengths = new HashMap<>();
    private final Map<BlobHash, byte[]> pageBytes = new HashMap<>();
    private final PriorityQueue<Event> events =
            new PriorityQueue<>(Comparator.comparingLong(Event::at).thenComparingLong(Event::number));
    private long number;
    private int run;
    private long takenBytes;

    FetchSimulation(long seed) {
        random = new SplittableRandom(seed);
        tick();
    }

    private void tick() {
        after(1_000, () -> {
            perform(machine.tick(now));
            tick();
        });
    }

    /** Makes up a blob. */
    Content content(long size, int seed) {
        SplittableRandom lengthsOf = new SplittableRandom(seed);
        List<ChunkRef> chunks = new ArrayList<>();
        long left = size;
        while (left > 0) {
            int length =
                    (int) Math.min(left, lengthsOf.nextInt(ContentChunker.MIN_BYTES, ContentChunker.MAX_BYTES + 1));
            byte[] name =
                    ByteBuffer.allocate(8).putInt(seed).putInt(chunks.size()).array();
            chunks.add(new ChunkRef(BlobHash.ofBlob(name), length));
            left -= length;
        }
        return content(size, chunks);
    }

    Content content(long size, List<ChunkRef> chunks) {
        Map<BlobHash, byte[]> pages = new LinkedHashMap<>();
        for (int from = 0; from < chunks.size(); from += ChunkPage.MAX_CHUNKS) {
            byte[] page = ChunkPage.encode(chunks.subList(from, Math.min(from + ChunkPage.MAX_CHUNKS, chunks.size())));
            pages.put(BlobHash.ofBlob(page), page);
        }
        BlobManifest manifest = new BlobManifest(BlobHash.ofBlob(new byte[0]), size, List.copyOf(pages.keySet()));
        chunks.forEach(chunk -> lengths.put(chunk.hash(), chunk.length()));
        pages.forEach((hash, bytes) -> lengths.put(hash, bytes.length));
        pageBytes.putAll(pages);
        return new Content(BlobHash.ofBlob(manifest.encode()), manifest, pages, chunks);
    }

    /** What a chunk truly has, whatever its page says. */
    void trueLength(BlobHash chunk, int length) {
        lengths.put(chunk, length);
    }

    Source provider(String name, long bytesPerSecond, int latencyMillis, Content... contents) {
        Source provider = new Source(name, bytesPerSecond, latencyMillis);
        for (Content content : contents) {
            content.chunks().forEach(chunk -> provider.has.add(chunk.hash()));
            provider.has.addAll(content.pages().keySet());
        }
        providers.put(provider.node, provider);
        perform(machine.peerUp(provider.node, now));
        return provider;
    }

    void begin(Content content) {
        perform(machine.begin(content.blob(), content.manifest(), now));
    }

    /** The connection to a peer breaks, and comes back. */
    void cut(Source provider, int millis) {
        perform(machine.peerDown(provider.node, now));
        provider.busyUntil = now;
        int before = ++generations(provider)[0];
        after(millis, () -> {
            if (generations(provider)[0] == before && !banned.contains(provider.node)) {
                perform(machine.peerUp(provider.node, now));
            }
        });
    }

    private final Map<NodeId, int[]> generationOf = new HashMap<>();

    private int[] generations(Source provider) {
        return generationOf.computeIfAbsent(provider.node, none -> new int[1]);
    }

    /** This node dies and starts again with what is in the store. */
    void restart(Content... contents) {
        run++;
        machine = new FetchMachine();
        takenBytes = 0;
        for (Source provider : providers.values()) {
            generations(provider)[0]++;
            provider.busyUntil = now;
            if (!banned.contains(provider.node)) {
                perform(machine.peerUp(provider.node, now));
            }
        }
        for (Content content : contents) {
            if (!fetched.contains(content.blob())) {
                begin(content);
            }
        }
    }

    void after(long millis, Runnable task) {
        events.add(new Event(now + millis, number++, task));
    }

    /** Lets something happen to this run of the node only. */
    private void later(long millis, Runnable task) {
        int of = run;
        after(millis, () -> {
            if (of == run) {
                task.run();
            }
        });
    }

    /** Lets time pass until all is fetched or the time is over. */
    boolean runUntilFetched(long untilMillis, Content... contents) {
        while (now < untilMillis) {
            if (List.of(contents).stream().allMatch(content -> fetched.contains(content.blob()))) {
                return true;
            }
            step();
        }
        return false;
    }

    void runUntil(long untilMillis) {
        while (events.peek().at() <= untilMillis) {
            step();
        }
        now = untilMillis;
    }

    private void step() {
        Event event = events.remove();
        now = event.at();
        event.task().run();
    }

    private void perform(List<FetchAction> actions) {
        for (FetchAction action : actions) {
            if (action instanceof FetchAction.Ask ask) {
                ask(at(ask.peer()), ask.hashes());
            } else if (action instanceof FetchAction.ReadPage read) {
                Optional<byte[]> bytes =
                        Optional.ofNullable(pageBytes.get(read.hash())).filter(page -> store.containsKey(read.hash()));
                later(1, () -> perform(machine.pageRead(read.blob(), read.page(), bytes, now)));
            } else if (action instanceof FetchAction.Claim claim) {
                later(1, () -> {
                    BitSet present = new BitSet();
                    for (int i = 0; i < claim.chunks().size(); i++) {
                        present.set(i, store.containsKey(claim.chunks().get(i).hash()));
                    }
                    perform(machine.claimed(claim.blob(), claim.page(), present, now));
                });
            } else if (action instanceof FetchAction.Fetched done) {
                fetched.add(done.blob());
            } else if (action instanceof FetchAction.Lied lied) {
                lies.add(lied.why());
            } else if (action instanceof FetchAction.Ban ban) {
                banned.add(ban.peer());
                generations(at(ban.peer()))[0]++;
            } else if (action instanceof FetchAction.Renew renew) {
                renewals++;
                Source provider = at(renew.peer());
                provider.busyUntil = now;
                int generation = ++generations(provider)[0];
                later(100, () -> {
                    if (generations(provider)[0] == generation) {
                        perform(machine.peerUp(renew.peer(), now));
                    }
                });
            }
        }
    }

    private Source at(NodeId peer) {
        return Objects.requireNonNull(providers.get(peer));
    }

    private int length(BlobHash hash) {
        return Objects.requireNonNull(lengths.get(hash));
    }

    private void ask(Source provider, List<BlobHash> hashes) {
        if (provider.silent) {
            return;
        }
        int generation = generations(provider)[0];
        for (BlobHash hash : hashes) {
            boolean present = provider.has.contains(hash);
            int bytes = present ? length(hash) : 50;
            provider.busyUntil = Math.max(provider.busyUntil, now) + bytes * 1_000L / provider.bytesPerSecond;
            later(provider.busyUntil - now + provider.latencyMillis, () -> {
                if (generations(provider)[0] == generation) {
                    answer(provider, hash, present);
                }
            });
        }
    }

    private void answer(Source provider, BlobHash hash, boolean present) {
        if (!present) {
            machine.absent(provider.node, hash, now);
        } else {
            int bytes = length(hash);
            provider.sentBytes += bytes;
            receivedBytes += bytes;
            if (machine.arrived(provider.node, hash, bytes, now)) {
                takenBytes += bytes;
                mostTaken = Math.max(mostTaken, takenBytes);
                boolean right = random.nextDouble() >= provider.wrong;
                later(1, () -> checked(provider, new ChunkRef(hash, bytes), right));
            }
        }
        perform(machine.more(provider.node, now));
    }

    private void checked(Source provider, ChunkRef chunk, boolean right) {
        perform(machine.checked(provider.node, chunk.hash(), chunk.length(), right, now));
        if (!right) {
            takenBytes -= chunk.length();
            return;
        }
        later(3, () -> {
            takenBytes -= chunk.length();
            if (storeFails) {
                machine.storeFailed(chunk, now);
            } else if (machine.isWanted(chunk)) {
                store.put(chunk.hash(), chunk.length());
                perform(machine.stored(chunk, now));
            }
        });
    }
}
