// SPDX-License-Identifier: Apache-2.0
package io.peerkit.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.peerkit.api.PeerkitNode;
import io.peerkit.storage.sqlite.SqliteStorage;
import io.peerkit.testkit.transport.MemoryNetwork;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;

/**
 * The process that is killed: {@code PumpProcess FOLDER FIRST_NUMBER}. Writes numbers into a table and the outbox without end,
 * while the pump publishes them, and prints each number when its transaction is committed.
 */
final class PumpProcess {
    private PumpProcess() {}

    public static void main(String[] arguments) throws SQLException {
        Path folder = Path.of(arguments[0]);
        ConnectionSource source = application(folder);
        try (PeerkitNode node = TestNode.on(MemoryNetwork.realTime(1), SqliteStorage.at(folder.resolve("node.db")))
                        .start()
                        .join();
                Outbox outbox = Outbox.open(source, Outbox.DEFAULT_TABLE, Duration.ofMillis(10))) {
            outbox.start(node);
            for (int number = Integer.parseInt(arguments[1]); true; number++) {
                String text = String.format("%08d", number);
                Transactions.run(source, connection -> {
                    Database.insert(connection, "number", text);
                    outbox.add(connection, text.getBytes(UTF_8));
                    return true;
                });
                System.out.println(text);
            }
        }
    }

    /** With the journal in a file beside the database, as SQLite comes, and syncs as it comes too. */
    static ConnectionSource application(Path folder) {
        String url = "jdbc:sqlite:" + folder.resolve("application.db") + "?busy_timeout=20000";
        return () -> DriverManager.getConnection(url);
    }
}
