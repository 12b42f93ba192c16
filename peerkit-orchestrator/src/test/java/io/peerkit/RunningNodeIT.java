// SPDX-License-Identifier: Apache-2.0
package io.peerkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.agent.FileKeyStore;
import io.peerkit.agent.NetworkAccess;
import io.peerkit.api.AccessDeniedException;
import io.peerkit.api.BlobHash;
import io.peerkit.api.ClosedException;
import io.peerkit.api.Incoming;
import io.peerkit.api.IntegrationVerdict;
import io.peerkit.api.KeyedBlob;
import io.peerkit.api.LimitExceededException;
import io.peerkit.api.NodeListener;
import io.peerkit.api.PeerUnreachableException;
import io.peerkit.api.PeerkitNode;
import io.peerkit.api.PeerkitRelay;
import io.peerkit.api.Publication;
import io.peerkit.api.StorageException;
import io.peerkit.api.StorageHooks;
import io.peerkit.storage.sealed.SealedStorage;
import io.peerkit.storage.sealed.StorageKey;
import io.peerkit.storage.sqlite.SqliteStorage;
import io.peerkit.transport.libp2p.Libp2pTransport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whole nodes of real parts: libp2p on loopback, SQLite files. */
@Timeout(120)
class RunningNodeIT {
    private static final byte[] KEY = "0123456789abcdef0123456789abcdef".getBytes(UTF_8);

    @TempDir
    private Path folder;

    private final BlockingQueue<Incoming> integrated = new LinkedBlockingQueue<>();
    private final NodeListener listener = new NodeListener() {
        @Override
        public void integrated(Incoming incoming) {
            integrated.add(incoming);
        }
    };

    private NodeBuilder node(String name) {
        return Peerkit.node()
                .storage(SqliteStorage.at(folder.resolve(name + ".db")))
                .transport(Libp2pTransport.builder().listen("/ip4/127.0.0.1/tcp/0"))
                .access(NetworkAccess.sharedKey(KEY));
    }

    private Incoming nextIntegrated() throws InterruptedException {
        return Optional.ofNullable(integrated.poll(30, TimeUnit.SECONDS)).orElseThrow();
    }

    @Test
    void publish_beforeAndAfterConnecting_bothArrive() throws Exception {
        try (PeerkitNode one = node("one").start().join();
                PeerkitNode two = node("two").listener(listener).start().join()) {
            BlobHash before = one.publish("before".getBytes(UTF_8)).join();
            two.connect(one.addresses().get(0)).join();
            assertThat(nextIntegrated().header().blobHash()).isEqualTo(before);

            BlobHash after = one.publish("after".getBytes(UTF_8)).join();

            assertThat(nextIntegrated().header().blobHash()).isEqualTo(after);
            assertThat(two.get(before).join().orElseThrow()).isEqualTo("before".getBytes(UTF_8));
            assertThat(two.status().join().fingerprint())
                    .isEqualTo(one.status().join().fingerprint());
        }
    }

    @Test
    void sealedStore_restarted_blobIsThereAndTheStoreBelowIsRefused() {
        SealedStorage sealed = SealedStorage.of(SqliteStorage.at(folder.resolve("one.db")), StorageKey.of(KEY));
        Path keys = folder.resolve("one.keys");
        BlobHash hash;
        try (PeerkitNode one = node("one")
                .storage(sealed)
                .keys(FileKeyStore.at(keys, KEY))
                .start()
                .join()) {
            hash = one.publish("at rest".getBytes(UTF_8)).join();
        }
        assertThatThrownBy(() -> node("one").start().join())
                .hasRootCauseInstanceOf(StorageException.class)
                .hasRootCauseMessage("the store is sealed; open it by SealedStorage with its key");
        try (PeerkitNode one = node("one")
                .storage(sealed)
                .keys(FileKeyStore.at(keys, KEY))
                .start()
                .join()) {
            sealed.rotate().join();
            assertThat(one.get(hash).join()).hasValue("at rest".getBytes(UTF_8));
        }
    }

    @Test
    void hooks_rejectOrThrow_blobIsNotKeptOrComesAgain() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        try (PeerkitNode one = node("one").start().join();
                PeerkitNode two = node("two")
                        .listener(listener)
                        .hooks(incoming -> {
                            String text = new String(incoming.blob(), UTF_8);
                            if (text.equals("later") && calls.incrementAndGet() == 1) {
                                throw new IllegalStateException("the application's table is locked");
                            }
                            return text.equals("unwanted") ? IntegrationVerdict.REJECTED : IntegrationVerdict.ACCEPTED;
                        })
                        .start()
                        .join()) {
            BlobHash unwanted = one.publish("unwanted".getBytes(UTF_8)).join();
            BlobHash later = one.publish("later".getBytes(UTF_8)).join();
            BlobHash wanted = one.publish("wanted".getBytes(UTF_8)).join();
            two.connect(one.addresses().get(0)).join();
            assertThat(nextIntegrated().header().blobHash()).isEqualTo(wanted);

            two.sync().join();

            assertThat(nextIntegrated().header().blobHash()).isEqualTo(later);
            assertThat(two.get(unwanted).join()).isEmpty();
            assertThat(two.status().join().fingerprint())
                    .isEqualTo(one.status().join().fingerprint());
        }
    }

    @Test
    void hooks_blobHangs_entryIsPassedOverAndTheNodeGoesOn() throws Exception {
        CountDownLatch hang = new CountDownLatch(1);
        Map<BlobHash, byte[]> table = new ConcurrentHashMap<>();
        StorageHooks hooks = new StorageHooks() {
            @Override
            public IntegrationVerdict onIntegrate(Incoming incoming) {
                table.put(incoming.header().blobHash(), incoming.blob());
                return IntegrationVerdict.KEPT;
            }

            @Override
            public Optional<byte[]> blob(BlobHash hash) {
                byte[] blob = Optional.ofNullable(table.get(hash)).orElseThrow();
                if (new String(blob, UTF_8).equals("hangs")) {
                    await(() -> hang.getCount() == 0);
                }
                return Optional.of(blob);
            }
        };
        try (PeerkitNode keeper = node("keeper").hooks(hooks).start().join()) {
            try (PeerkitNode author = node("author").start().join()) {
                author.publishAll(List.of("here".getBytes(UTF_8), "hangs".getBytes(UTF_8)))
                        .join();
                author.connect(keeper.addresses().get(0)).join();
                await(() -> keeper.status().join().entries() == 2);
            }
            try (PeerkitNode late = node("late").listener(listener).start().join()) {
                late.connect(keeper.addresses().get(0)).join();

                // One of two places hangs: while it does, others are served, and what is new comes in.
                assertThat(keeper.get(BlobHash.ofBlob("here".getBytes(UTF_8))).join())
                        .isPresent();
                BlobHash news = late.publish("news".getBytes(UTF_8)).join();
                await(() -> table.containsKey(news));
                // After the deadline the page goes out without the entry that hangs.
                assertThat(nextIntegrated().blob()).isEqualTo("here".getBytes(UTF_8));
                assertThat(late.status().join().entries()).isEqualTo(2);
            } finally {
                hang.countDown();
            }
        }
    }

    @Test
    void publishOnce_repeatedAfterARestart_samePublication() {
        byte[] key = {1};
        Publication first;
        try (PeerkitNode one = node("one").start().join()) {
            first = one.publishOnce(key, new byte[] {2}).join();
        }
        try (PeerkitNode one = node("one").start().join()) {
            assertThat(one.publishOnce(key, new byte[] {2}).join()).isEqualTo(first);
            assertThat(one.publishAllOnce(List.of(new KeyedBlob(key, new byte[] {3})))
                            .join())
                    .containsExactly(first);
            assertThat(one.status().join().entries()).isEqualTo(1);
            one.forgetPublished(List.of(key)).join();
            assertThat(one.publishOnce(key, new byte[] {2}).join()).isNotEqualTo(first);
            assertThatThrownBy(() -> one.publishOnce(new byte[0], new byte[1]).join())
                    .hasCauseInstanceOf(LimitExceededException.class);
        }
    }

    private static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!condition.getAsBoolean()) {
            assertThat(end - System.nanoTime()).isPositive();
            LockSupport.parkNanos(10_000_000);
        }
    }

    @Test
    void connect_wrongKey_accessDenied() {
        try (PeerkitNode one = node("one").start().join();
                PeerkitNode two = node("two")
                        .access(NetworkAccess.sharedKey(new byte[32]))
                        .start()
                        .join()) {
            assertThatThrownBy(() -> two.connect(one.addresses().get(0)).join())
                    .isInstanceOf(CompletionException.class)
                    .hasCauseInstanceOf(AccessDeniedException.class);
        }
    }

    @Test
    void start_portInUse_refusedAndEverythingClosedAgain() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Libp2pTransport.Builder transport =
                    Libp2pTransport.builder().listen("/ip4/127.0.0.1/tcp/" + taken.getLocalPort());

            assertThatThrownBy(() -> node("one").transport(transport).start().join())
                    .hasCauseInstanceOf(PeerUnreachableException.class);
        }
        // The store is free again, or this would be refused.
        node("one").start().join().close();
    }

    @Test
    void close_severalNodes_leavesNoThreadFileOrPort() throws Exception {
        // Once before, so that what the platform loads for good does not count.
        useAndClose();
        Set<String> threads = threads();
        Set<String> files = openFiles();

        int port = useAndClose();

        // A pool has ended when its threads have nothing more to do; the platform lists them a moment longer.
        await(() -> threads.containsAll(threads()));
        assertThat(openFiles()).isSubsetOf(files);
        new ServerSocket(port, 1, InetAddress.getLoopbackAddress()).close();
    }

    private int useAndClose() throws Exception {
        PeerkitNode one = node("one").start().join();
        String address = one.addresses().get(0).toString();
        try (PeerkitRelay relay = Peerkit.relay()
                        .transport(Libp2pTransport.builder().listen("/ip4/127.0.0.1/tcp/0"))
                        .access(NetworkAccess.sharedKey(KEY))
                        .start()
                        .join();
                PeerkitNode two = node("two").listener(listener).start().join()) {
            one.connect(relay.addresses().get(0)).join();
            two.connect(one.addresses().get(0)).join();
            one.publish("hello".getBytes(UTF_8)).join();
            nextIntegrated();
        } finally {
            one.close();
            one.close();
        }
        assertThatThrownBy(() -> one.publish(new byte[1]).join()).hasCauseInstanceOf(ClosedException.class);
        return Integer.parseInt(address.replaceAll(".*/tcp/(\\d+).*", "$1"));
    }

    private static Set<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> !name.startsWith("surefire") && !name.startsWith("ForkJoinPool"))
                .collect(Collectors.toSet());
    }

    /** What the process has open, where the platform tells; classes and libraries are no leak of ours. */
    private static Set<String> openFiles() throws IOException {
        Path descriptors = Path.of("/proc/self/fd");
        if (!Files.isDirectory(descriptors)) {
            return Set.of();
        }
        Set<String> open = new HashSet<>();
        try (Stream<Path> list = Files.list(descriptors)) {
            list.forEach(descriptor -> target(descriptor)
                    .filter(target -> !target.endsWith(".jar") && !target.endsWith(".so"))
                    .filter(target -> !target.startsWith("/proc"))
                    .ifPresent(open::add));
        }
        return open;
    }

    private static Optional<String> target(Path descriptor) {
        try {
            return Optional.of(Files.readSymbolicLink(descriptor).toString());
        } catch (IOException e) {
            // Closed since it was listed.
            return Optional.empty();
        }
    }
}
