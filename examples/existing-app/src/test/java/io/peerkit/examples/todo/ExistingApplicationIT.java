// SPDX-License-Identifier: Apache-2.0
package io.peerkit.examples.todo;

import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.api.storage.Storage;
import io.peerkit.storage.sqlite.SqliteStorage;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two copies of the application on this machine, each a process with a file of its own. */
@Timeout(240)
@SuppressWarnings("NullAway.Init") // JUnit sets the folder
class ExistingApplicationIT {
    private static final String KEY = "5a".repeat(32);
    private static final long LOOK_NANOS = 20_000_000;

    /** How often the process is killed until a kill falls between the commit and the end of publishing. */
    private static final int MAX_KILLS = 20;

    @TempDir
    private Path folder;

    @Test
    void buy_twoCopies_changesAppearInEachOthersTables() throws Exception {
        before("one", "buy milk", "task home sweep");
        before("two", "buy bread");
        try (Console one = after("one");
                Console two = after("two", one.line("listening on "))) {
            two.line("listening on ");
            // What was written before the application knew of sharing.
            await("one", "bread 0", "milk 0");
            await("two", "bread 0", "milk 0");

            one.type("buy butter");
            await("two", "bread 0", "butter 0", "milk 0");
            two.type("bought milk");
            await("one", "bread 0", "butter 0", "milk 1");
            assertThat(two.type("shopping")).containsExactly("[ ] bread", "[ ] butter", "[x] milk");
            // The other features stay where they were.
            assertThat(one.type("tasks")).containsExactly("[ ] 1 home: sweep");
            assertThat(two.type("tasks")).isEmpty();
        }
        assertThat(query("one", "SELECT COUNT(*) FROM peerkit_outbox")).containsExactly("0");
    }

    @Test
    void bought_whileNotRunningByTheOldVersion_publishedAtTheNextStart() throws Exception {
        String address;
        try (Console two = after("two")) {
            address = two.line("listening on ");
            try (Console one = after("one", address)) {
                one.line("listening on ");
                one.type("buy milk");
                await("two", "milk 0");
            }
            before("one", "bought milk", "buy eggs");

            try (Console one = after("one", address)) {
                one.line("listening on ");
                await("two", "eggs 0", "milk 1");
            }
        }
        try (Console two = after("two")) {
            two.line("listening on ");
            two.type("shopping");
        }
        // What came from the other is not published again as two's own: three changes, three entries.
        try (Storage storage =
                SqliteStorage.at(folder.resolve("two.db.peerkit")).open()) {
            assertThat(storage.count().join()).isEqualTo(3);
        }
    }

    @Test
    void buy_killedBetweenCommitAndPublishing_publishedAtTheNextStart() throws Exception {
        List<String> expected = new ArrayList<>();
        boolean between = false;
        try (Console two = after("two")) {
            String address = two.line("listening on ");
            for (int kill = 0; kill < MAX_KILLS && !between; kill++) {
                Console one = after("one", address);
                one.line("listening on ");
                one.type("buy item " + (char) ('a' + kill));
                one.kill();
                expected.add("item " + (char) ('a' + kill) + " 0");
                between = !query("one", "SELECT id FROM peerkit_outbox").isEmpty();
            }
            try (Console one = after("one", address)) {
                one.line("listening on ");
                await("two", expected.toArray(String[]::new));
                assertThat(rows("one")).isEqualTo(expected);
            }
        }
        assertThat(between).isTrue();
    }

    private Console after(String name, String... others) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(file(name), KEY, "/ip4/127.0.0.1/tcp/0"));
        arguments.addAll(List.of(others));
        return new Console(io.peerkit.examples.todo.after.Todo.class, arguments.toArray(String[]::new));
    }

    /** Uses the application as it was. */
    private void before(String name, String... commands) throws IOException {
        try (Console console = new Console(io.peerkit.examples.todo.before.Todo.class, file(name))) {
            for (String command : commands) {
                console.type(command);
            }
        }
    }

    private String file(String name) {
        return folder.resolve(name + ".db").toString();
    }

    private void await(String name, String... expected) throws SQLException {
        long end = System.nanoTime() + Duration.ofMinutes(1).toNanos();
        while (!rows(name).equals(List.of(expected)) && System.nanoTime() < end) {
            LockSupport.parkNanos(LOOK_NANOS);
        }
        assertThat(rows(name)).containsExactly(expected);
    }

    private List<String> rows(String name) throws SQLException {
        return query(name, "SELECT what || ' ' || bought FROM shopping ORDER BY what");
    }

    private List<String> query(String name, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file(name) + "?busy_timeout=20000");
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> texts = new ArrayList<>();
            while (rows.next()) {
                texts.add(rows.getString(1));
            }
            return texts;
        }
    }
}
