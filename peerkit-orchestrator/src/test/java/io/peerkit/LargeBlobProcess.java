// SPDX-License-Identifier: Apache-2.0
package io.peerkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.peerkit.agent.NetworkAccess;
import io.peerkit.api.BlobHash;
import io.peerkit.api.EntryId;
import io.peerkit.api.NodeAddress;
import io.peerkit.api.NodeListener;
import io.peerkit.api.PeerkitNode;
import io.peerkit.storage.sqlite.SqliteStorage;
import io.peerkit.transport.libp2p.Libp2pTransport;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;

/**
 * A node in a process of its own, for a test or a person who measures: {@code serve DIRECTORY SEED SIZE} publishes a content
 * and serves it until its input ends; {@code fetch DIRECTORY ADDRESS} fetches a large blob and reads it back.
 */
final class LargeBlobProcess {
    private static final byte[] KEY = "0123456789abcdef0123456789abcdef".getBytes(UTF_8);

    private LargeBlobProcess() {}

    public static void main(String[] args) throws Exception {
        Path store = Path.of(args[1], "node.db");
        if (args[0].equals("serve")) {
            serve(store, Long.parseLong(args[2]), Long.parseLong(args[3]));
        } else {
            fetch(store, new NodeAddress(args[2]));
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

    private static void serve(Path store, long seed, long size) throws IOException {
        try (PeerkitNode node = start(store, new NodeListener() {})) {
            long begin = System.nanoTime();
            BlobHash hash = node.publish(new SeededContent(seed, size), size).join();
            say("published", hash, size, begin);
            System.out.println("address " + node.addresses().get(0));
            while (System.in.read() >= 0) {
                // Until nobody needs it any more.
            }
        }
    }

    private static void fetch(Path store, NodeAddress from) throws IOException {
        CompletableFuture<BlobHash> complete = new CompletableFuture<>();
        CompletableFuture<Long> length = new CompletableFuture<>();
        NodeListener listener = new NodeListener() {
            @Override
            public void blobComplete(EntryId entry, BlobHash hash, long size) {
                length.complete(size);
                complete.complete(hash);
            }
        };
        try (PeerkitNode node = start(store, listener)) {
            long begin = System.nanoTime();
            node.connect(from).join();
            BlobHash hash = complete.join();
            say("fetched", hash, length.join(), begin);
            begin = System.nanoTime();
            try (InputStream content = node.openBlob(hash).join().orElseThrow()) {
                BlobHash read = BlobHash.of(SeededContent.sha256(content));
                say("read", read, length.join(), begin);
            }
        }
    }

    private static void say(String what, BlobHash hash, long size, long begin) {
        double seconds = (System.nanoTime() - begin) / 1e9;
        System.out.printf(
                Locale.ROOT, "%s %s %d bytes %.3f s %.1f MB/s%n", what, hash, size, seconds, size / 1e6 / seconds);
    }
}
