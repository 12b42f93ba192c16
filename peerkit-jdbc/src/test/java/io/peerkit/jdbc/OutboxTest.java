// SPDX-License-Identifier: Apache-2.0
package io.peerkit.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.LimitExceededException;
import io.peerkit.api.PeerkitNode;
import io.peerkit.api.storage.StorageFactory;
import io.peerkit.testkit.storage.MemoryStorage;
import io.peerkit.testkit.transport.MemoryNetwork;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(120)
@SuppressWarnings("NullAway.Init") // JUnit sets the folder
class OutboxTest {
    private static final Duration NEVER = Duration.ofHours(1);

    @TempDir
    private Path folder;

    private final MemoryNetwork network = MemoryNetwork.realTime(1);
    private final StorageFactory storage = MemoryStorage.factory();

    @AfterEach
    void closeNetwork() {
        network.close();
    }

    @ParameterizedTest
    @EnumSource
    void add_committedBeforeAndAfterTheStart_publishedInOrderAndRowsGone(Database database) throws Exception {
        ConnectionSource source = database.in(folder);
        List<String> expected = texts(0, 2 * OutboxTable.PAGE_ROWS + 10);
        try (PeerkitNode node = TestNode.on(network, storage).start().join();
                Outbox outbox = Outbox.open(source, Outbox.DEFAULT_TABLE, NEVER)) {
            add(source, outbox, expected.subList(0, 300));
            outbox.start(node);
            for (String text : expected.subList(300, expected.size())) {
                add(source, outbox, List.of(text));
                outbox.wake();
            }
            TestNode.until(() -> outbox.waiting() == 0);
        }
        assertThat(TestNode.texts(storage)).isEqualTo(expected);
    }

    @ParameterizedTest
    @EnumSource
    void add_rolledBack_neverPublished(Database database) throws Exception {
        ConnectionSource source = database.in(folder);
        try (PeerkitNode node = TestNode.on(network, storage).start().join();
                Outbox outbox = Outbox.open(source)) {
            outbox.start(node);
            assertThatThrownBy(() -> Transactions.run(source, connection -> {
                        outbox.add(connection, bytes("never"));
                        throw new SQLException("from the test");
                    }))
                    .hasMessage("from the test");
            add(source, outbox, List.of("kept"));
            // Without being woken: it looks by itself.
            TestNode.until(() -> outbox.waiting() == 0);
        }
        assertThat(TestNode.texts(storage)).containsExactly("kept");
    }

    @ParameterizedTest
    @EnumSource
    void add_concurrentTransactions_eachPublishedOnce(Database database) throws Exception {
        ConnectionSource source = database.in(folder);
        List<Throwable> failures = new ArrayList<>();
        try (PeerkitNode node = TestNode.on(network, storage).start().join();
                Outbox outbox = Outbox.open(source)) {
            outbox.start(node);
            List<Thread> writers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                List<String> own = texts(i * 50, 50);
                Thread writer = new Thread(() -> {
                    for (String text : own) {
                        try {
                            add(source, outbox, List.of(text));
                            outbox.wake();
                        } catch (SQLException e) {
                            synchronized (failures) {
                                failures.add(e);
                            }
                        }
                    }
                });
                writers.add(writer);
                writer.start();
            }
            for (Thread writer : writers) {
                writer.join();
            }
            TestNode.until(() -> outbox.waiting() == 0);
        }
        assertThat(failures).isEmpty();
        assertThat(TestNode.texts(storage)).containsExactlyInAnyOrderElementsOf(texts(0, 200));
    }

    @ParameterizedTest
    @EnumSource
    void start_databaseFailsBetweenPublishingAndDeleting_publishedOnce(Database database) throws Exception {
        ConnectionSource real = database.in(folder);
        Outbox.open(real, "outbox", NEVER).close();
        AtomicInteger opened = new AtomicInteger();
        // The pump reads a page by one connection and deletes by the next: every second one fails, three times.
        ConnectionSource failing = () -> {
            int number = opened.incrementAndGet();
            if (number > 2 && number < 9 && number % 2 == 0) {
                throw new SQLException("the database is away, as the test asked");
            }
            return real.open();
        };
        try (PeerkitNode node = TestNode.on(network, storage).start().join();
                Outbox outbox = Outbox.open(failing, "outbox", NEVER)) {
            assertThat(opened).hasValue(2);
            add(real, outbox, texts(0, 5));
            outbox.start(node);
            TestNode.until(
                    () -> Database.texts(real, "SELECT COUNT(*) FROM outbox").equals(List.of("0")));
            assertThat(opened.get()).isGreaterThanOrEqualTo(10);
        }
        assertThat(TestNode.texts(storage)).isEqualTo(texts(0, 5));
    }

    @Test
    void close_rowsWait_theyStayForTheNextStart() throws Exception {
        ConnectionSource source = Database.SQLITE.in(folder);
        try (PeerkitNode node = TestNode.on(network, storage).start().join()) {
            Outbox first = Outbox.open(source);
            first.start(node);
            first.close();
            first.close();
            add(source, first, List.of("later"));
            first.wake();
            assertThatThrownBy(() -> first.start(node)).isInstanceOf(IllegalStateException.class);
            assertThat(first.waiting()).isEqualTo(1);

            try (Outbox second = Outbox.open(source)) {
                second.start(node);
                assertThatThrownBy(() -> second.start(node)).isInstanceOf(IllegalStateException.class);
                TestNode.until(() -> second.waiting() == 0);
            }
        }
        assertThat(TestNode.texts(storage)).containsExactly("later");
    }

    @Test
    void start_nodeIsClosed_threadEndsAndRowsStay() throws Exception {
        ConnectionSource source = Database.SQLITE.in(folder);
        PeerkitNode node = TestNode.on(network, storage).start().join();
        node.close();
        try (Outbox outbox = Outbox.open(source)) {
            add(source, outbox, List.of("kept"));
            outbox.start(node);
            TestNode.until(() -> Thread.getAllStackTraces().keySet().stream()
                    .noneMatch(thread -> thread.getName().equals("peerkit-outbox")));
            assertThat(outbox.waiting()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void add_largestAndOneMore_publishedAndRefused(Database database) throws Exception {
        ConnectionSource source = database.in(folder);
        byte[] largest = new byte[PeerkitNode.MAX_BLOB_BYTES];
        try (PeerkitNode node = TestNode.on(network, storage).start().join();
                Outbox outbox = Outbox.open(source)) {
            for (int i = 0; i < 12; i++) {
                Transactions.run(source, connection -> {
                    outbox.add(connection, largest);
                    return true;
                });
            }
            assertThatThrownBy(() -> Transactions.run(source, connection -> {
                        outbox.add(connection, new byte[PeerkitNode.MAX_BLOB_BYTES + 1]);
                        return true;
                    }))
                    .isInstanceOf(LimitExceededException.class)
                    .hasMessageContaining("1048577");
            outbox.start(node);
            TestNode.until(() -> outbox.waiting() == 0);
            assertThat(node.status().join().entries()).isEqualTo(12);
        }
    }

    @Test
    void add_clockSetBackBetweenRuns_orderKept() throws Exception {
        ConnectionSource source = Database.SQLITE.in(folder);
        AtomicLong clock = new AtomicLong(1_000);
        OutboxTable before = OutboxTable.open(source, "outbox", clock::get);
        Transactions.run(source, connection -> {
            before.add(connection, bytes("1"));
            before.add(connection, bytes("2"));
            return true;
        });
        clock.set(10);

        OutboxTable after = OutboxTable.open(source, "outbox", clock::get);
        Transactions.run(source, connection -> {
            after.add(connection, bytes("3"));
            return true;
        });

        assertThat(after.page(source))
                .extracting(row -> new String(row.payload(), UTF_8))
                .containsExactly("1", "2", "3");
        assertThat(after.page(source)).extracting(OutboxTable.Row::place).containsExactly(1_000L, 1_001L, 1_002L);
    }

    @Test
    void open_namesAndIntervals_onlyHarmlessOnesTaken() throws SQLException {
        ConnectionSource source = Database.H2.in(folder);
        Outbox.open(source, "PUBLIC.outbox_" + "x".repeat(53), Duration.ofMillis(10))
                .close();
        for (String name : List.of("", "a b", "x;DROP TABLE task", "\"quoted\"", "a.b.c", "9x", "x".repeat(61))) {
            assertThatThrownBy(() -> Outbox.open(source, name, NEVER)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> Outbox.open(source, "x", Duration.ofMillis(9)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Outbox.open(source, "x", NEVER.plusNanos(1)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @EnumSource
    void open_tableIsThereAndNoneMayBeCreated_used(Database database) throws SQLException {
        ConnectionSource source = database.in(folder);
        Outbox.open(source).close();
        ConnectionSource readOnly = () -> {
            Connection connection = source.open();
            return (Connection) Proxy.newProxyInstance(
                    OutboxTest.class.getClassLoader(),
                    new Class<?>[] {Connection.class},
                    (proxy, method, arguments) -> {
                        assertThat(method.getName()).isNotEqualTo("getMetaData");
                        return method.invoke(connection, arguments);
                    });
        };

        // Creating asks for the dialect first.
        try (Outbox outbox = Outbox.open(readOnly)) {
            assertThat(outbox.waiting()).isZero();
        }
        assertThatThrownBy(() -> Outbox.open(readOnly, "another", NEVER)).isInstanceOf(AssertionError.class);
    }

    @Test
    void waitAfter_failures_doubledUpToTheLongest() {
        assertThat(OutboxPump.waitAfter(0)).isEqualTo(Duration.ofMillis(100));
        assertThat(OutboxPump.waitAfter(3)).isEqualTo(Duration.ofMillis(800));
        assertThat(OutboxPump.waitAfter(9)).isEqualTo(Duration.ofSeconds(30));
        assertThat(OutboxPump.waitAfter(Integer.MAX_VALUE)).isEqualTo(Duration.ofSeconds(30));
    }

    private static void add(ConnectionSource source, Outbox outbox, List<String> texts) throws SQLException {
        Transactions.run(source, connection -> {
            for (String text : texts) {
                outbox.add(connection, bytes(text));
            }
            return true;
        });
    }

    private static List<String> texts(int from, int count) {
        return IntStream.range(from, from + count)
                .mapToObj(i -> String.format("%04d", i))
                .toList();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
