// SPDX-License-Identifier: Apache-2.0
package io.peerkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.agent.NetworkAccess;
import io.peerkit.api.BlobHash;
import io.peerkit.api.EntryId;
import io.peerkit.api.InvalidSettingException;
import io.peerkit.api.LimitExceededException;
import io.peerkit.api.NodeListener;
import io.peerkit.api.PeerkitNode;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StorageFactory;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.testkit.storage.MemoryStorage;
import io.peerkit.testkit.transport.MemoryNetwork;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Large blobs between nodes with memory for a network and a disk. */
@Timeout(120)
class LargeBlobTest {
    private static final byte[] KEY = "0123456789abcdef0123456789abcdef".getBytes(UTF_8);
    private static final int MIB = 1_048_576;

    private record Complete(EntryId entry, BlobHash hash, long size) {}

    private final MemoryNetwork network = MemoryNetwork.realTime(7);
    private final BlockingQueue<Complete> complete = new LinkedBlockingQueue<>();
    private final NodeListener listener = new NodeListener() {
        @Override
        public void blobComplete(EntryId entry, BlobHash hash, long size) {
            complete.add(new Complete(entry, hash, size));
        }
    };

    @AfterEach
    void closeNetwork() {
        network.close();
    }

    private PeerkitNode start() {
        return start(MemoryStorage.factory());
    }

    private PeerkitNode start(StorageFactory store) {
        return Peerkit.node()
                .storage(store)
                .transport(network.place())
                .access(NetworkAccess.sharedKey(KEY))
                .listener(listener)
                .start()
                .join();
    }

    private Complete nextComplete() throws InterruptedException {
        Complete next = complete.poll(60, TimeUnit.SECONDS);
        assertThat(next).isNotNull();
        return next;
    }

    private static BlobHash hashOf(long seed, long size) throws IOException {
        return BlobHash.of(SeededContent.sha256(new SeededContent(seed, size)));
    }

    @Test
    void publish_largeContent_openedHereAndAtPeers() throws Exception {
        try (PeerkitNode one = start();
                PeerkitNode two = start()) {
            two.connect(one.addresses().get(0)).join();

            BlobHash hash = one.publish(new SeededContent(1, 20 * MIB + 17), 20 * MIB + 17)
                    .join();

            assertThat(hash).isEqualTo(hashOf(1, 20 * MIB + 17));
            Complete done = nextComplete();
            assertThat(done.hash()).isEqualTo(hash);
            assertThat(done.size()).isEqualTo(20 * MIB + 17);
            for (PeerkitNode node : new PeerkitNode[] {one, two}) {
                try (InputStream content = node.openBlob(hash).join().orElseThrow()) {
                    assertThat(BlobHash.of(SeededContent.sha256(content))).isEqualTo(hash);
                }
                assertThatThrownBy(() -> node.get(hash).join())
                        .hasCauseInstanceOf(LimitExceededException.class)
                        .hasMessageContaining("openBlob opens it");
            }
        }
    }

    @Test
    void publish_aroundTheBound_ordinaryOrLarge() throws Exception {
        try (PeerkitNode node = start()) {
            for (int size : new int[] {0, 1, MIB, MIB + 1}) {
                BlobHash hash = node.publish(new SeededContent(2, size), size).join();

                assertThat(hash).isEqualTo(hashOf(2, size));
                if (size <= MIB) {
                    assertThat(node.get(hash).join().orElseThrow()).hasSize(size);
                } else {
                    assertThatThrownBy(() -> node.get(hash).join()).hasCauseInstanceOf(LimitExceededException.class);
                }
                try (InputStream content = node.openBlob(hash).join().orElseThrow()) {
                    assertThat(content.readAllBytes().length).isEqualTo(size);
                }
            }
            assertThat(node.status().join().entries()).isEqualTo(4);
        }
    }

    @Test
    void publish_wrongSize_failsAndNothingIsPublished() throws Exception {
        try (PeerkitNode node = start()) {
            for (int size : new int[] {10, 5 * MIB}) {
                assertThatThrownBy(() -> node.publish(new SeededContent(3, size - 1), size)
                                .join())
                        .hasCauseInstanceOf(InvalidSettingException.class)
                        .hasMessageContaining("content of " + (size - 1) + " bytes");
                assertThatThrownBy(() -> node.publish(new SeededContent(3, size + 1), size)
                                .join())
                        .hasCauseInstanceOf(InvalidSettingException.class)
                        .hasMessageContaining("more than " + size);
            }
            assertThatThrownBy(() -> node.publish(new SeededContent(3, 1), -1).join())
                    .hasCauseInstanceOf(LimitExceededException.class);
            assertThatThrownBy(() -> node.publish(new SeededContent(3, 1), (1L << 40) + 1)
                            .join())
                    .hasCauseInstanceOf(LimitExceededException.class);
            assertThat(node.status().join().entries()).isZero();
        }
    }

    @Test
    void publish_streamThrows_failsWithItsException() {
        try (PeerkitNode node = start()) {
            InputStream fire = new InputStream() {
                @Override
                public int read() throws IOException {
                    throw new IOException("the disk is on fire");
                }

                @Override
                public int read(byte[] target, int offset, int length) throws IOException {
                    return read();
                }
            };
            InputStream broken = new SequenceInputStream(new SeededContent(6, 3 * MIB), fire);
            assertThatThrownBy(() -> node.publish(broken, 5 * MIB).join())
                    .hasCauseInstanceOf(IOException.class)
                    .hasMessageContaining("on fire");
        }
    }

    @Test
    void publish_sameContentTwice_twoEntriesOneContent() throws Exception {
        try (PeerkitNode one = start();
                PeerkitNode two = start()) {
            BlobHash hash = one.publish(new SeededContent(4, 3 * MIB), 3 * MIB).join();
            assertThat(one.publish(new SeededContent(4, 3 * MIB), 3 * MIB).join())
                    .isEqualTo(hash);
            assertThat(one.status().join().entries()).isEqualTo(2);

            two.connect(one.addresses().get(0)).join();

            assertThat(nextComplete().hash()).isEqualTo(hash);
            assertThat(nextComplete().hash()).isEqualTo(hash);
            try (InputStream content = two.openBlob(hash).join().orElseThrow()) {
                assertThat(BlobHash.of(SeededContent.sha256(content))).isEqualTo(hash);
            }
        }
    }

    @Test
    void get_manifestOfLargeBlob_notFoundUnlessSomebodyPublishedItAsABlob() throws Exception {
        StorageFactory store = MemoryStorage.factory();
        byte[] manifest;
        try (PeerkitNode node = start(store)) {
            node.publish(new SeededContent(8, 3 * MIB), 3 * MIB).join();
        }
        try (Storage storage = store.open()) {
            StoredEntry entry = storage.scan(Optional.empty(), 1, MIB).join().get(0);
            manifest = entry.blob().orElseThrow();
        }
        BlobHash hash = BlobHash.ofBlob(manifest);
        try (PeerkitNode node = start(store)) {
            assertThat(node.get(hash).join()).isEmpty();
            assertThat(node.openBlob(hash).join()).isEmpty();
        }
        try (PeerkitNode other = start()) {
            other.publish(manifest).join();
            assertThat(other.get(hash).join()).hasValue(manifest);
        }
    }

    @Test
    void openBlob_unknown_empty() {
        try (PeerkitNode node = start()) {
            assertThat(node.openBlob(BlobHash.ofBlob(new byte[9])).join()).isEmpty();
        }
    }

    @Test
    void openBlob_nodeClosedMeanwhile_readThrows() throws Exception {
        InputStream content;
        try (PeerkitNode node = start()) {
            BlobHash hash = node.publish(new SeededContent(5, 4 * MIB), 4 * MIB).join();
            content = node.openBlob(hash).join().orElseThrow();
            assertThat(content.read()).isNotNegative();
        }
        assertThatThrownBy(content::readAllBytes).isInstanceOf(IOException.class);
        content.close();
        assertThatThrownBy(content::read).isInstanceOf(IOException.class).hasMessageContaining("closed");
    }

    @Test
    void publish_contentThatWasSmallElsewhere_byteForByteTheSame() throws Exception {
        byte[] zeros = new byte[5 * MIB];
        try (PeerkitNode one = start();
                PeerkitNode two = start()) {
            two.connect(one.addresses().get(0)).join();
            BlobHash hash =
                    one.publish(new ByteArrayInputStream(zeros), zeros.length).join();
            assertThat(nextComplete().hash()).isEqualTo(hash);
            try (InputStream content = two.openBlob(hash).join().orElseThrow()) {
                assertThat(content.readAllBytes()).isEqualTo(zeros);
            }
        }
    }
}
