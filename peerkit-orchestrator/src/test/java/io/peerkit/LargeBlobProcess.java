// SPDX-License-Identifier: Apache-2.0
package io.peerkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.peerkit.agent.NetworkAccess;
import io.peerkit.api.BlobHash;
import io.peerkit.api.EntryId;
import io.peerkit.api.Incoming;
import io.peerkit.api.NodeAddress;
import io.peerkit.api.NodeListener;
import io.peerkit.api.PeerkitNode;
import io.peerkit.storage.sqlite.SqliteStorage;
import io.peerkit.transport.libp2p.Libp2pTransport;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A node in a process of its own, for a test or a person who measures: {@code serve DIRECTORY SEED SIZE} publishes a content
 * and serves it until its input ends, another for each line of its input; {@code fetch DIRECTORY ADDRESS [COUNT]} fetches large
 * blobs and reads them back.
 */
final class LargeBlobProcess {
    private static final byte[] KEY = "0123456789abcdef0123456789abcdef".getBytes(UTF_8);

    private LargeBlobProcess() {}

    public static void main(String[] args) throws Exception {
        Path store = Path.of(args[1], "node.db");
        if (args[0].equals("serve")) {
            serve(store, Long.parseLong(args[2]), Long.parseLong(args[3]));
        } else {
            fetch(store, new NodeAddress(args[2]), args.length > 3 ? Integer.parseInt(args[3]) : 1);
        }
    }

    private static PeerkitNode start(Path store, NodeListener listener) {
        return Peerkit.node()
                .storage(SqliteStorage.at(store))
                .transport(Libp2pTransport.builder().listen("/ip4/127.0.0.1/tcp/0"))
                .access(NetworkAccess.sharedKey(KEY))
                .listener(listener)
                .start()
                .join();
    }

    /** Publishes another content for each line of its input. */
    private static void serve(Path store, long seed, long size) throws IOException {
        try (PeerkitNode node = start(store, new NodeListener() {})) {
            long next = seed;
            int read;
            do {
                long begin = System.nanoTime();
                BlobHash hash =
                        node.publish(new SeededContent(next++, size), size).join();
                say("published", hash, size, begin);
                System.out.println("address " + node.addresses().get(0));
                do {
                    read = System.in.read();
                } while (read >= 0 && read != '\n');
            } while (read >= 0);
        }
    }

    private static void fetch(Path store, NodeAddress from, int count) throws IOException, InterruptedException {
        BlockingQueue<Long> begun = new LinkedBlockingQueue<>();
        BlockingQueue<BlobHash> complete = new LinkedBlockingQueue<>();
        AtomicLong length = new AtomicLong();
        NodeListener listener = new NodeListener() {
            @Override
            public void integrated(Incoming incoming) {
                begun.add(System.nanoTime());
            }

            @Override
            public void blobProgress(EntryId entry, long bytesHere, long size) {
                System.out.println("progress " + 100 * bytesHere / size);
            }

            @Override
            public void blobComplete(EntryId entry, BlobHash hash, long size) {
                length.set(size);
                complete.add(hash);
            }
        };
        try (PeerkitNode node = start(store, listener)) {
            node.connect(from).join();
            for (int i = 0; i < count; i++) {
                BlobHash hash = complete.take();
                Long begin = begun.poll();
                say("fetched", hash, length.get(), begin == null ? System.nanoTime() : begin);
                long reading = System.nanoTime();
                try (InputStream content = node.openBlob(hash).join().orElseThrow()) {
                    System.out.println("received " + node.status().join().bytesIn());
                    say("read", BlobHash.of(SeededContent.sha256(content)), length.get(), reading);
                }
            }
        }
    }

    private static void say(String what, BlobHash hash, long size, long begin) {
        double seconds = (System.nanoTime() - begin) / 1e9;
        System.out.printf(
                Locale.ROOT, "%s %s %d bytes %.3f s %.1f MB/s%n", what, hash, size, seconds, size / 1e6 / seconds);
    }
}
