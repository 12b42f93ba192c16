// SPDX-License-Identifier: Apache-2.0
package io.peerkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.agent.NetworkAccess;
import io.peerkit.api.AgentId;
import io.peerkit.api.BlobHash;
import io.peerkit.api.Incoming;
import io.peerkit.api.NodeListener;
import io.peerkit.api.PeerkitNode;
import io.peerkit.storage.sqlite.SqliteStorage;
import io.peerkit.transport.libp2p.Libp2pTransport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.NetworkInterface;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whole nodes that were told no address of each other; multicast stays on the loopback interface. */
@Timeout(120)
class LocalDiscoveryIT {
    private static final byte[] KEY = "a key of one network, 32 bytes..".getBytes(UTF_8);
    private static final byte[] OTHER_KEY = "a key of another, with 32 bytes.".getBytes(UTF_8);

    @TempDir
    private Path folder;

    private static final class Log implements NodeListener {
        private final BlockingQueue<AgentId> connected = new LinkedBlockingQueue<>();
        private final BlockingQueue<Incoming> integrated = new LinkedBlockingQueue<>();

        @Override
        public void peerConnected(AgentId agentId, boolean direct) {
            connected.add(agentId);
        }

        @Override
        public void integrated(Incoming incoming) {
            integrated.add(incoming);
        }
    }

    private static String loopback() throws IOException {
        return NetworkInterface.networkInterfaces()
                .filter(LocalDiscoveryIT::isLoopback)
                .findFirst()
                .orElseThrow()
                .getName();
    }

    private static boolean isLoopback(NetworkInterface each) {
        try {
            return each.isLoopback();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private PeerkitNode start(String name, byte[] key, Log log) throws IOException {
        return Peerkit.node()
                .storage(SqliteStorage.at(folder.resolve(name + ".db")))
                .transport(
                        Libp2pTransport.builder().listen("/ip4/127.0.0.1/tcp/0").mdns(loopback()))
                .access(NetworkAccess.sharedKey(key))
                .listener(log)
                .start()
                .join();
    }

    @Test
    void start_sameNetworkOnOneLink_findEachOtherAndSync() throws Exception {
        Log log = new Log();
        Log strangers = new Log();
        try (PeerkitNode stranger = start("stranger", OTHER_KEY, strangers);
                PeerkitNode one = start("one", KEY, new Log())) {
            BlobHash before = one.publish("before".getBytes(UTF_8)).join();
            try (PeerkitNode two = start("two", KEY, log)) {
                assertThat(log.connected.poll(30, TimeUnit.SECONDS)).isEqualTo(one.agentId());
                Incoming first = Optional.ofNullable(log.integrated.poll(30, TimeUnit.SECONDS))
                        .orElseThrow();
                assertThat(first.header().blobHash()).isEqualTo(before);
                assertThat(two.get(before).join()).isPresent();
            }
            assertThat(strangers.connected).isEmpty();
            assertThat(stranger.status().join().peers()).isEmpty();
        }
    }
}
