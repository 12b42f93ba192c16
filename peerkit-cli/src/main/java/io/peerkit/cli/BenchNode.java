// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import io.peerkit.NodeBuilder;
import io.peerkit.Peerkit;
import io.peerkit.agent.FileKeyStore;
import io.peerkit.agent.NetworkAccess;
import io.peerkit.api.AgentId;
import io.peerkit.api.Incoming;
import io.peerkit.api.NodeListener;
import io.peerkit.storage.sqlite.SqliteStorage;
import io.peerkit.transport.libp2p.Libp2pTransport;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/** Settings of a node of this process, on SQLite, and what it has seen. */
final class BenchNode implements NodeListener {
    private final AtomicLong integrated = new AtomicLong();
    private final CompletableFuture<AgentId> connected = new CompletableFuture<>();
    private final long expected;
    private final CountDownLatch complete = new CountDownLatch(1);

    BenchNode(long expected) {
        this.expected = expected;
    }

    NodeBuilder builder(BenchFolder folder) {
        return Peerkit.node()
                .storage(SqliteStorage.at(DataFolder.database(folder.path())))
                .keys(FileKeyStore.at(DataFolder.keys(folder.path())))
                .transport(Libp2pTransport.builder().listen("/ip4/127.0.0.1/tcp/0"))
                .access(NetworkAccess.sharedKey(HexFormat.of().parseHex(BenchFolder.KEY)))
                .round(Duration.ofHours(1))
                .listener(this);
    }

    /** Waits until the expected number of entries is integrated. */
    void await() {
        try {
            complete.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    CompletableFuture<AgentId> connected() {
        return connected;
    }

    @Override
    public void peerConnected(AgentId agent, boolean direct) {
        connected.complete(agent);
    }

    @Override
    public void integrated(Incoming incoming) {
        if (integrated.incrementAndGet() == expected) {
            complete.countDown();
        }
    }
}
