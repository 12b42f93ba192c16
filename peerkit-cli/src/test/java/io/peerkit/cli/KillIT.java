// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code kill -9} at any moment: what was acknowledged is there afterwards. */
@Timeout(300)
class KillIT {
    private static final int ROUNDS = 8;
    private static final int PUBLISHES = 2_000;

    @Test
    void kill_whilePublishing_everyAcknowledgedBlobIsThereAfterRestart(@TempDir Path folder) throws IOException {
        long seed = Long.getLong("peerkit.seed", System.nanoTime());
        System.out.println("KillIT: -Dpeerkit.seed=" + seed);
        SplittableRandom random = new SplittableRandom(seed);
        Queue<String> acknowledged = new ConcurrentLinkedQueue<>();
        for (int round = 0; round < ROUNDS; round++) {
            try (NodeProcess node = start(folder)) {
                for (int i = 0; i < PUBLISHES; i++) {
                    byte[] blob = new byte[64];
                    random.nextBytes(blob);
                    CompletableFuture<Void> unused = node.command(
                                    "publish",
                                    Map.of("data", Base64.getEncoder().encodeToString(blob)))
                            .thenAccept(answer ->
                                    acknowledged.add(answer.path("hash").asText()));
                }
                // The moment of death is meant to be any, so this is no wait for something to happen.
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(300)));
                node.kill();
            }
        }
        assertThat(acknowledged).isNotEmpty();
        try (NodeProcess node = start(folder)) {
            for (String hash : acknowledged) {
                assertThat(node.command("get", Map.of("hash", hash))
                                .join()
                                .path("ok")
                                .asBoolean())
                        .isTrue();
            }
        }
        System.out.println("KillIT: " + acknowledged.size() + " acknowledged blobs survived " + ROUNDS + " kills");
    }

    private static NodeProcess start(Path folder) throws IOException {
        NodeProcess node = NodeProcess.start(
                folder.resolve("node.log"),
                List.of("--data", folder.resolve("node").toString(), "--open", "--listen", "/ip4/127.0.0.1/tcp/0"));
        node.ready().join();
        return node;
    }
}
