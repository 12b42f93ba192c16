// SPDX-License-Identifier: Apache-2.0
package io.peerkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.agent.NetworkAccess;
import io.peerkit.api.BlobHash;
import io.peerkit.api.EntryId;
import io.peerkit.api.NodeListener;
import io.peerkit.api.PeerkitNode;
import io.peerkit.storage.sqlite.SqliteStorage;
import io.peerkit.transport.libp2p.Libp2pTransport;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Large blobs between whole nodes of real parts: libp2p on loopback, SQLite files. */
@Timeout(300)
class LargeBlobIT {
    private static final byte[] KEY = "0123456789abcdef0123456789abcdef".getBytes(UTF_8);
    private static final long MIB = 1_048_576;
    private static final long SIZE = 64 * MIB + 12_345;

    /** So large that the bytes between the wire and the store, a few megabytes at most, are well below two percent. */
    private static final long CUT_SIZE = 256 * MIB + 1;

    @TempDir
    private Path folder;

    private final BlockingQueue<BlobHash> complete = new LinkedBlockingQueue<>();
    private final AtomicLong bytesHere = new AtomicLong();
    private final NodeListener listener = new NodeListener() {
        @Override
        public void blobProgress(EntryId entry, long here, long size) {
            bytesHere.set(here);
        }

        @Override
        public void blobComplete(EntryId entry, BlobHash hash, long size) {
            complete.add(hash);
        }
    };

    private NodeBuilder node(String name) {
        return Peerkit.node()
                .storage(SqliteStorage.at(folder.resolve(name + ".db")))
                .transport(Libp2pTransport.builder().listen("/ip4/127.0.0.1/tcp/0"))
                .access(NetworkAccess.sharedKey(KEY))
                .listener(listener);
    }

    private BlobHash nextComplete() throws InterruptedException {
        BlobHash next = complete.poll(120, TimeUnit.SECONDS);
        assertThat(next).isNotNull();
        return next;
    }

    /** The node may be dialing the old address of the other, which its card names; such a dial and this one end together. */
    private static void reconnect(PeerkitNode node, PeerkitNode other) {
        for (int tries = 0; ; tries++) {
            try {
                node.connect(other.addresses().get(0)).join();
                return;
            } catch (CompletionException e) {
                assertThat(tries).as("connecting fails with %s", e).isLessThan(20);
            }
        }
    }

    private static void assertOpens(PeerkitNode node, BlobHash hash) throws IOException {
        try (InputStream content = node.openBlob(hash).join().orElseThrow()) {
            assertThat(BlobHash.of(SeededContent.sha256(content))).isEqualTo(hash);
        }
    }

    @Test
    void fetch_cutAt90Percent_atMost12PercentAgain() throws Exception {
        PeerkitNode author = node("author").start().join();
        try {
            BlobHash hash =
                    author.publish(new SeededContent(1, CUT_SIZE), CUT_SIZE).join();
            PeerkitNode reader = node("reader").start().join();
            reader.connect(author.addresses().get(0)).join();
            while (reader.status().join().bytesIn() < CUT_SIZE * 9 / 10) {
                TimeUnit.MILLISECONDS.sleep(1);
            }
            // The author dies first, so that nothing comes while the reader closes.
            author.close();
            long before = reader.status().join().bytesIn();
            assertThat(before).isBetween(CUT_SIZE * 9 / 10, CUT_SIZE);
            reader.close();
            assertThat(complete).isEmpty();

            author = node("author").start().join();
            try (PeerkitNode again = node("reader").start().join()) {
                assertThat(again.openBlob(hash).join()).isEmpty();
                reconnect(again, author);

                assertThat(nextComplete()).isEqualTo(hash);

                long after = again.status().join().bytesIn();
                System.out.printf(
                        "cut at %.1f %%, then %.1f %% again%n", 100.0 * before / CUT_SIZE, 100.0 * after / CUT_SIZE);
                assertThat(after).isLessThan(CUT_SIZE * 12 / 100);
                assertOpens(again, hash);
            }
        } finally {
            author.close();
        }
    }

    @Test
    void fetch_twoProviders_bothDeliver() throws Exception {
        try (PeerkitNode one = node("one").start().join();
                PeerkitNode two = node("two").start().join();
                PeerkitNode reader = node("reader").start().join()) {
            BlobHash hash = one.publish(new SeededContent(2, SIZE), SIZE).join();
            two.connect(one.addresses().get(0)).join();
            assertThat(nextComplete()).isEqualTo(hash);
            long fromOne = one.status().join().bytesOut();
            long fromTwo = two.status().join().bytesOut();

            reader.connect(one.addresses().get(0)).join();
            reader.connect(two.addresses().get(0)).join();

            assertThat(nextComplete()).isEqualTo(hash);
            fromOne = one.status().join().bytesOut() - fromOne;
            fromTwo = two.status().join().bytesOut() - fromTwo;
            System.out.printf("%d bytes from one, %d from the other%n", fromOne, fromTwo);
            assertThat(fromOne).isGreaterThan(SIZE / 10);
            assertThat(fromTwo).isGreaterThan(SIZE / 10);
            assertThat(fromOne + fromTwo).isLessThan(SIZE * 110 / 100);
            assertOpens(reader, hash);
        }
    }

    @Test
    void publishFetchOpen_oneGibibyte_heapOf64Mebibytes() throws Exception {
        try (Running server = Running.start(folder, "server", "serve", "3", Long.toString(1_024 * MIB))) {
            String published = server.awaitLine("published ");
            String address = server.awaitLine("address ").substring(8);
            try (Running client = Running.start(folder, "client", "fetch", address)) {
                String fetched = client.awaitLine("fetched ");
                String read = client.awaitLine("read ");
                System.out.println(published + "\n" + fetched + "\n" + read);
                String hash = published.split(" ", -1)[1];
                assertThat(fetched).startsWith("fetched " + hash);
                assertThat(read).startsWith("read " + hash);
            }
        }
    }

    @Test
    void fetch_processKilledAgainAndAgain_goesOnWhereItWas() throws Exception {
        try (Running server = Running.start(folder, "server", "serve", "4", Long.toString(2 * CUT_SIZE))) {
            String hash = server.awaitLine("published ").split(" ", -1)[1];
            String address = server.awaitLine("address ").substring(8);
            long here = 0;
            for (int kill = 0; kill < 3; kill++) {
                try (Running client = Running.start(folder, "client", "fetch", address)) {
                    do {
                        here = Long.parseLong(client.awaitLine("progress ").split(" ", -1)[1]);
                    } while (here < 10L * (kill + 1));
                    client.kill();
                }
            }
            try (Running client = Running.start(folder, "client", "fetch", address)) {
                assertThat(client.awaitLine("fetched ")).startsWith("fetched " + hash);
                long received = Long.parseLong(client.awaitLine("received ").split(" ", -1)[1]);
                assertThat(client.awaitLine("read ")).startsWith("read " + hash);
                System.out.printf("killed thrice, at last with %d %% there; then %d bytes%n", here, received);
                assertThat(received).isLessThan(2 * CUT_SIZE * (100 - here) / 100 + 4 * MIB);
            }
        }
    }
}
