// SPDX-License-Identifier: Apache-2.0
package io.peerkit.examples.todo.after;

import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.Peerkit;
import io.peerkit.agent.NetworkAccess;
import io.peerkit.api.PeerkitNode;
import io.peerkit.storage.sqlite.SqliteStorage;
import io.peerkit.transport.libp2p.Libp2pTransport;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * How long the first sync of a new member takes into the application's own tables; run with {@code -Dtest=FirstSyncBench
 * -Dpeerkit.bench.items=20000}.
 */
@EnabledIfSystemProperty(named = FirstSyncBench.ITEMS, matches = "[1-9][0-9]{0,5}")
@SuppressWarnings("NullAway.Init") // JUnit sets the folder
class FirstSyncBench {
    static final String ITEMS = "peerkit.bench.items";

    private static final int PAGE = 500;
    private static final long LOOK_NANOS = 20_000_000;

    @TempDir
    private Path folder;

    @Test
    void firstSync_manyItems_allInTheTables() throws Exception {
        int count = Integer.getInteger(ITEMS);
        byte[] key = new byte[32];
        Arrays.fill(key, (byte) 7);
        try (PeerkitNode author = Peerkit.node()
                .storage(SqliteStorage.at(folder.resolve("author.db")))
                .transport(Libp2pTransport.builder().listen("/ip4/127.0.0.1/tcp/0"))
                .access(NetworkAccess.sharedKey(key))
                .start()
                .join()) {
            for (int done = 0; done < count; done += PAGE) {
                author.publishAll(items(Math.min(PAGE, count - done), done)).join();
            }
            TodoDatabase database = new TodoDatabase(folder.resolve("member.db"));
            long start = System.nanoTime();
            try (SharedShopping member = new SharedShopping(
                    database, folder.resolve("member.peerkit"), key, "/ip4/127.0.0.1/tcp/0", author.addresses())) {
                assertThat(member.addresses()).isNotEmpty();
                while (Integer.parseInt(
                                database.texts("SELECT COUNT(*) FROM shopping").get(0))
                        < count) {
                    LockSupport.parkNanos(LOOK_NANOS);
                }
            }
            double seconds = (System.nanoTime() - start) / 1e9;
            System.out.printf("first sync of %d items: %.1f s, %.0f items/s%n", count, seconds, count / seconds);
        }
    }

    private static List<byte[]> items(int count, int from) {
        List<byte[]> items = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            items.add(new ShoppingItem(
                            UUID.nameUUIDFromBytes(new byte[] {
                                        (byte) ((from + i) >> 16), (byte) ((from + i) >> 8), (byte) (from + i)
                                    })
                                    .toString(),
                            "item " + (from + i),
                            false,
                            1_700_000_000_000L + from + i)
                    .payload());
        }
        return items;
    }
}
