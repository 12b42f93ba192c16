// SPDX-License-Identifier: Apache-2.0
package io.peerkit.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.LimitExceededException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(120)
@SuppressWarnings("NullAway.Init") // JUnit sets the folder
class RescanTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource
    void run_newChangedAndKnownRows_onlyNewsInTheOutbox(Database database) throws Exception {
        ConnectionSource source = application(database);
        Outbox outbox = Outbox.open(source);
        Rescan rescan = Rescan.open(source, outbox);
        for (int i = 0; i < 600; i++) {
            write(source, i, "row " + i);
        }

        assertThat(rescan.run(RescanTest::page)).isEqualTo(new Rescan.Result(600, 600));
        assertThat(rescan.run(RescanTest::page)).isEqualTo(new Rescan.Result(600, 0));
        assertThat(outbox.waiting()).isEqualTo(600);

        write(source, 7, "row 7 changed");
        write(source, 600, "row 600");
        assertThat(rescan.run(RescanTest::page)).isEqualTo(new Rescan.Result(601, 2));
        assertThat(payloads(source).subList(600, 602)).containsExactly("7 row 7 changed", "600 row 600");
    }

    @ParameterizedTest
    @EnumSource
    void run_rowsWrittenOrReceivedWhileRunning_noNews(Database database) throws Exception {
        ConnectionSource source = application(database);
        Outbox outbox = Outbox.open(source);
        Rescan rescan = Rescan.open(source, outbox, "shared_rows");
        Transactions.run(source, connection -> {
            write(connection, 1, "mine");
            assertThat(rescan.wrote(connection, key(1), payload(1, "mine"))).isTrue();
            assertThat(rescan.wrote(connection, key(1), payload(1, "mine"))).isFalse();
            write(connection, 2, "theirs");
            rescan.received(connection, key(2), payload(2, "theirs"));
            rescan.received(connection, key(2), payload(2, "theirs"));
            return true;
        });

        assertThat(rescan.run(RescanTest::page)).isEqualTo(new Rescan.Result(2, 0));
        assertThat(payloads(source)).containsExactly("1 mine");

        // Back to what was received before an edit: news again, since the edit was shared in between.
        Transactions.run(source, connection -> {
            rescan.wrote(connection, key(2), payload(2, "mine now"));
            rescan.wrote(connection, key(2), payload(2, "theirs"));
            return true;
        });
        assertThat(payloads(source)).containsExactly("1 mine", "2 mine now", "2 theirs");
    }

    @ParameterizedTest
    @EnumSource
    void run_cutOff_theNextRunGoesOnWithTheRest(Database database) throws Exception {
        ConnectionSource source = application(database);
        Outbox outbox = Outbox.open(source);
        Rescan rescan = Rescan.open(source, outbox);
        for (int i = 0; i < 600; i++) {
            write(source, i, "row " + i);
        }
        AtomicInteger pages = new AtomicInteger();

        assertThatThrownBy(() -> rescan.run((connection, after, limit) -> {
                    if (pages.incrementAndGet() == 2) {
                        throw new IllegalStateException("from the test");
                    }
                    return page(connection, after, limit);
                }))
                .hasMessage("from the test");

        assertThat(outbox.waiting()).isEqualTo(Rescan.PAGE_ROWS);
        assertThat(rescan.run(RescanTest::page)).isEqualTo(new Rescan.Result(600, 600 - Rescan.PAGE_ROWS));
        assertThat(payloads(source)).doesNotHaveDuplicates().hasSize(600);
    }

    /** What is published last of a row must be what the row is, whoever put it into the outbox. */
    @ParameterizedTest
    @EnumSource
    void run_whileTheApplicationWrites_lastPayloadOfEachRowIsTheRow(Database database) throws Exception {
        ConnectionSource source = application(database);
        Outbox outbox = Outbox.open(source);
        Rescan rescan = Rescan.open(source, outbox);
        Random random = new Random(1);
        for (int round = 0; round < 10; round++) {
            // Edits that nobody was told of, for the scan to find.
            for (int i = 0; i < 30; i++) {
                write(source, random.nextInt(40), "untold " + round + " " + i);
            }
            int number = round;
            List<Throwable> failures = new ArrayList<>();
            Thread writer = new Thread(() -> {
                for (int i = 0; i < 30; i++) {
                    try {
                        told(source, rescan, i, "told " + number);
                    } catch (SQLException e) {
                        failures.add(e);
                    }
                }
            });
            writer.start();
            rescan.run(RescanTest::page);
            writer.join();
            assertThat(failures).isEmpty();
        }

        Map<String, String> last = new LinkedHashMap<>();
        for (String payload : payloads(source)) {
            last.put(payload.substring(0, payload.indexOf(' ')), payload);
        }
        List<SharedRow> rows =
                Transactions.run(source, connection -> page(connection, Optional.empty(), Rescan.PAGE_ROWS));
        assertThat(rows).allSatisfy(row -> {
            String text = new String(row.payload(), UTF_8);
            assertThat(last.get(text.substring(0, text.indexOf(' ')))).isEqualTo(text);
        });
    }

    /** As an application does that meets another transaction: it tries again. */
    private static void told(ConnectionSource source, Rescan rescan, int id, String text) throws SQLException {
        for (int tries = 1; true; tries++) {
            try {
                Transactions.run(source, connection -> {
                    write(connection, id, text);
                    rescan.wrote(connection, key(id), payload(id, text));
                    return true;
                });
                return;
            } catch (SQLException e) {
                if (tries == 100) {
                    throw e;
                }
            }
        }
    }

    @Test
    void run_rowsOutOfBounds_refused() throws Exception {
        ConnectionSource source = application(Database.SQLITE);
        Rescan rescan = Rescan.open(source, Outbox.open(source));
        SharedRow row = new SharedRow(new byte[Rescan.MAX_KEY_BYTES], new byte[1]);
        assertThat(rescan.run(once(List.of(row)))).isEqualTo(new Rescan.Result(1, 1));
        for (int length : new int[] {0, Rescan.MAX_KEY_BYTES + 1}) {
            SharedRow wrong = new SharedRow(new byte[length], new byte[1]);
            assertThatThrownBy(() -> rescan.run(once(List.of(wrong)))).isInstanceOf(LimitExceededException.class);
        }
        List<SharedRow> tooMany = new ArrayList<>();
        for (int i = 0; i <= Rescan.PAGE_ROWS; i++) {
            tooMany.add(new SharedRow(key(i + 1), new byte[1]));
        }
        assertThatThrownBy(() -> rescan.run(once(tooMany))).isInstanceOf(IllegalArgumentException.class);
        assertThat(rescan.run(once(tooMany.subList(0, Rescan.PAGE_ROWS))).rows())
                .isEqualTo(Rescan.PAGE_ROWS);
        assertThatThrownBy(() -> rescan.run((connection, after, limit) -> List.of(row)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("no end");
    }

    private static SharedRows once(List<SharedRow> rows) {
        return (connection, after, limit) -> after.isPresent() ? List.of() : rows;
    }

    private ConnectionSource application(Database database) throws SQLException {
        ConnectionSource source = database.in(folder);
        Database.run(source, "CREATE TABLE task (id INTEGER PRIMARY KEY, text VARCHAR(100))");
        return source;
    }

    private static void write(ConnectionSource source, int id, String text) throws SQLException {
        Transactions.run(source, connection -> {
            write(connection, id, text);
            return true;
        });
    }

    private static void write(Connection connection, int id, String text) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement("UPDATE task SET text = ? WHERE id = ?");
                PreparedStatement insert = connection.prepareStatement("INSERT INTO task (text, id) VALUES (?, ?)")) {
            for (PreparedStatement statement : List.of(update, insert)) {
                statement.setString(1, text);
                statement.setInt(2, id);
                if (statement.executeUpdate() > 0) {
                    return;
                }
            }
        }
    }

    private static List<SharedRow> page(Connection connection, Optional<byte[]> after, int limit) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT id, text FROM task WHERE id > ? ORDER BY id LIMIT ?")) {
            statement.setInt(
                    1,
                    after.map(key -> Integer.parseInt(new String(key, UTF_8))).orElse(-1));
            statement.setInt(2, limit);
            List<SharedRow> page = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    page.add(new SharedRow(key(rows.getInt(1)), payload(rows.getInt(1), rows.getString(2))));
                }
            }
            return page;
        }
    }

    private static byte[] key(int id) {
        return String.valueOf(id).getBytes(UTF_8);
    }

    private static byte[] payload(int id, String text) {
        return (id + " " + text).getBytes(UTF_8);
    }

    private static List<String> payloads(ConnectionSource source) throws SQLException {
        try (Connection connection = source.open();
                PreparedStatement statement = connection.prepareStatement(
                        "SELECT payload FROM " + Outbox.DEFAULT_TABLE + " ORDER BY place, id");
                ResultSet rows = statement.executeQuery()) {
            List<String> payloads = new ArrayList<>();
            while (rows.next()) {
                payloads.add(new String(rows.getBytes(1), UTF_8));
            }
            return payloads;
        }
    }
}
