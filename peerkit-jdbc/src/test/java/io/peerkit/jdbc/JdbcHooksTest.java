// SPDX-License-Identifier: Apache-2.0
package io.peerkit.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.BlobHash;
import io.peerkit.api.Incoming;
import io.peerkit.api.IntegrationVerdict;
import io.peerkit.api.NodeListener;
import io.peerkit.api.PeerkitNode;
import io.peerkit.api.Publication;
import io.peerkit.api.StorageException;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StorageFactory;
import io.peerkit.testkit.storage.MemoryStorage;
import io.peerkit.testkit.transport.MemoryNetwork;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(120)
@SuppressWarnings("NullAway.Init") // JUnit sets the folder
class JdbcHooksTest {
    @TempDir
    private Path folder;

    private final MemoryNetwork network = MemoryNetwork.realTime(1);
    private final AtomicInteger calls = new AtomicInteger();

    @AfterEach
    void closeNetwork() {
        network.close();
    }

    @ParameterizedTest
    @EnumSource
    void onIntegrate_peerPublishes_writtenOnceAndNotesGoAtTheEnd(Database database) throws Exception {
        ConnectionSource source = application(database);
        JdbcHooks hooks = JdbcHooks.open(source, this::apply);
        try (PeerkitNode author =
                        TestNode.on(network, MemoryStorage.factory()).start().join();
                PeerkitNode other = TestNode.on(network, MemoryStorage.factory())
                        .hooks(hooks)
                        .start()
                        .join()) {
            author.publishAll(List.of(bytes("one"), bytes("two"), bytes("unwanted")))
                    .join();
            other.connect(author.addresses().get(0)).join();
            TestNode.until(() -> other.status().join().entries() == 3);
            author.publish(bytes("three")).join();
            TestNode.until(() -> other.status().join().entries() == 4);
        }

        assertThat(tasks(source)).containsExactly("one", "two", "three");
        assertThat(calls).hasValue(4);
        hooks.close();
        assertThat(notes(source)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void onIntegrate_applicationThrows_rolledBackAndComesAgain(Database database) throws Exception {
        ConnectionSource source = application(database);
        JdbcHooks hooks = JdbcHooks.open(source, (connection, incoming) -> {
            IntegrationVerdict verdict = apply(connection, incoming);
            int call = calls.get();
            if (call == 1) {
                throw new SQLException("the table is locked, as the test asked");
            } else if (call == 2) {
                throw new IllegalStateException("from the test");
            }
            return verdict;
        });
        try (PeerkitNode author =
                        TestNode.on(network, MemoryStorage.factory()).start().join();
                PeerkitNode other = TestNode.on(network, MemoryStorage.factory())
                        .hooks(hooks)
                        .start()
                        .join()) {
            author.publish(bytes("one")).join();
            other.connect(author.addresses().get(0)).join();
            TestNode.until(() -> other.status().join().entries() == 1);
        }

        assertThat(calls).hasValue(3);
        assertThat(tasks(source)).containsExactly("one");
    }

    @ParameterizedTest
    @EnumSource
    void onIntegrateAll_someRejected_othersWrittenInOneTransaction(Database database) throws Exception {
        ConnectionSource source = application(database);
        AtomicInteger connections = new AtomicInteger();
        JdbcHooks hooks = JdbcHooks.open(
                () -> {
                    connections.incrementAndGet();
                    return source.open();
                },
                this::apply);
        List<Incoming> batch = List.of(
                incoming("one"), incoming("unwanted"), incoming("two"), incoming("unwanted "), incoming("three"));
        connections.set(0);

        assertThat(hooks.onIntegrateAll(batch))
                .containsExactly(
                        IntegrationVerdict.ACCEPTED,
                        IntegrationVerdict.REJECTED,
                        IntegrationVerdict.ACCEPTED,
                        IntegrationVerdict.ACCEPTED,
                        IntegrationVerdict.ACCEPTED);
        assertThat(connections).hasValue(1);
        assertThat(tasks(source)).containsExactly("one", "two", "unwanted ", "three");
        assertThat(notes(source)).hasSize(4);
        // Again: nothing twice, and what was rejected is asked again.
        calls.set(0);
        assertThat(hooks.onIntegrateAll(batch).get(1)).isEqualTo(IntegrationVerdict.REJECTED);
        assertThat(calls).hasValue(1);
        assertThat(tasks(source)).hasSize(4);
    }

    @ParameterizedTest
    @EnumSource
    void onIntegrateAll_oneThrows_nothingOfTheBatchIsWritten(Database database) throws Exception {
        ConnectionSource source = application(database);
        JdbcHooks hooks = JdbcHooks.open(source, (connection, incoming) -> {
            IntegrationVerdict verdict = apply(connection, incoming);
            if (new String(incoming.blob(), UTF_8).equals("bad")) {
                throw new SQLException("from the test");
            }
            return verdict;
        });
        assertThatThrownBy(() -> hooks.onIntegrateAll(List.of(incoming("one"), incoming("bad"), incoming("two"))))
                .isInstanceOf(StorageException.class);
        assertThat(tasks(source)).isEmpty();
        assertThat(notes(source)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void onIntegrate_oneOfManyAlwaysThrows_theOthersAreWritten(Database database) throws Exception {
        ConnectionSource source = application(database);
        JdbcHooks hooks = JdbcHooks.open(source, (connection, incoming) -> {
            IntegrationVerdict verdict = apply(connection, incoming);
            if (new String(incoming.blob(), UTF_8).equals("task 333")) {
                throw new IllegalStateException("from the test");
            }
            return verdict;
        });
        try (PeerkitNode author =
                        TestNode.on(network, MemoryStorage.factory()).start().join();
                PeerkitNode other = TestNode.on(network, MemoryStorage.factory())
                        .hooks(hooks)
                        .start()
                        .join()) {
            List<byte[]> many = IntStream.range(0, 600)
                    .mapToObj(number -> bytes("task " + number))
                    .toList();
            author.publishAll(many).join();
            other.connect(author.addresses().get(0)).join();
            TestNode.until(() -> other.status().join().entries() == 599);
            assertThat(other.status().join().failing()).isEqualTo(1);
        }
        assertThat(tasks(source)).hasSize(599).doesNotContain("task 333").doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @EnumSource
    void onIntegrate_comesAgainAfterACrash_recognisedWithTheSameVerdict(Database database) throws Exception {
        ConnectionSource source = application(database);
        Incoming incoming = incoming("one");
        for (IntegrationVerdict verdict : List.of(IntegrationVerdict.ACCEPTED, IntegrationVerdict.KEPT)) {
            String table = "inbox_" + verdict;
            calls.set(0);
            for (int run = 0; run < 3; run++) {
                JdbcHooks hooks = JdbcHooks.open(
                        source,
                        table,
                        (connection, again) -> {
                            apply(connection, again);
                            return verdict;
                        },
                        Optional.of((connection, hash) -> Optional.empty()));
                assertThat(hooks.onIntegrate(incoming)).isEqualTo(verdict);
            }
            assertThat(calls).hasValue(1);
            assertThat(Database.texts(source, "SELECT arrivals FROM " + table)).containsExactly("3");
        }
        assertThat(tasks(source)).containsExactly("one", "one");
    }

    @Test
    void onIntegrate_storeFailsBehindTheTransaction_comesAgainAndIsNotAppliedTwice() throws Exception {
        ConnectionSource source = application(Database.SQLITE);
        ExecutorService thread = Executors.newSingleThreadExecutor();
        MemoryStorage storage = new MemoryStorage(thread);
        JdbcHooks hooks = JdbcHooks.open(source, (connection, incoming) -> {
            storage.failWrites(Integer.MAX_VALUE);
            return apply(connection, incoming);
        });
        try (PeerkitNode author =
                        TestNode.on(network, MemoryStorage.factory()).start().join();
                PeerkitNode other = TestNode.on(network, new Opened(storage))
                        .hooks(hooks)
                        .start()
                        .join()) {
            author.publish(bytes("one")).join();
            other.connect(author.addresses().get(0)).join();
            TestNode.until(() -> notes(source).stream().anyMatch(arrivals -> Integer.parseInt(arrivals) > 1));
            assertThat(other.status().join().entries()).isZero();
            storage.failWrites(0);
            TestNode.until(() -> other.status().join().entries() == 1);
        } finally {
            thread.shutdown();
        }
        assertThat(calls).hasValue(1);
        assertThat(tasks(source)).containsExactly("one");
    }

    @ParameterizedTest
    @EnumSource
    void onIntegrate_rejected_whatWasWrittenIsRolledBack(Database database) throws Exception {
        ConnectionSource source = application(database);
        JdbcHooks hooks = JdbcHooks.open(source, (connection, incoming) -> {
            apply(connection, incoming);
            return IntegrationVerdict.REJECTED;
        });

        assertThat(hooks.onIntegrate(incoming("one"))).isEqualTo(IntegrationVerdict.REJECTED);

        assertThat(tasks(source)).isEmpty();
        assertThat(notes(source)).isEmpty();
    }

    @Test
    void onIntegrate_keptWithoutBlobsOrDatabaseAway_refusedAndNothingWritten() throws Exception {
        ConnectionSource source = application(Database.SQLITE);
        Incoming incoming = incoming("one");
        JdbcHooks forgetful = JdbcHooks.open(source, (connection, entry) -> {
            apply(connection, entry);
            return IntegrationVerdict.KEPT;
        });
        assertThatThrownBy(() -> forgetful.onIntegrate(incoming)).isInstanceOf(IllegalStateException.class);
        assertThat(tasks(source)).isEmpty();

        Database.run(source, "DROP TABLE task");
        JdbcHooks hooks = JdbcHooks.open(source, this::apply);
        assertThatThrownBy(() -> hooks.onIntegrate(incoming)).isInstanceOf(StorageException.class);
        assertThat(notes(source)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void blob_payloadsOnlyInTheApplicationsTables_servedToAThirdPeer(Database database) throws Exception {
        ConnectionSource source = application(database);
        StorageFactory headers = MemoryStorage.factory();
        StorageFactory third = MemoryStorage.factory();
        JdbcHooks hooks = JdbcHooks.open(
                source,
                "inbox",
                (connection, incoming) -> {
                    apply(connection, incoming);
                    return IntegrationVerdict.KEPT;
                },
                Optional.of(JdbcHooksTest::blob));
        try (PeerkitNode keeper =
                TestNode.on(network, headers).hooks(hooks).start().join()) {
            try (PeerkitNode author =
                    TestNode.on(network, MemoryStorage.factory()).start().join()) {
                author.publish(bytes("from the author")).join();
                keeper.connect(author.addresses().get(0)).join();
                TestNode.until(() -> keeper.status().join().entries() == 1);
            }
            Transactions.run(source, connection -> {
                Database.insert(connection, "task", "my own");
                return true;
            });
            BlobHash own = keeper.publish(bytes("my own")).join();
            assertThat(keeper.get(own).join()).hasValue(bytes("my own"));
            assertThat(keeper.get(BlobHash.ofBlob(bytes("nobody's"))).join()).isEmpty();

            try (PeerkitNode late = TestNode.on(network, third).start().join()) {
                late.connect(keeper.addresses().get(0)).join();
                TestNode.until(() -> late.status().join().entries() == 2);
            }
        }
        assertThat(TestNode.texts(headers)).containsExactly("(none)", "(none)");
        assertThat(TestNode.texts(third)).containsExactly("from the author", "my own");
    }

    @Test
    void changed_manyEntries_notesGoWhileTheNodeRuns() throws Exception {
        ConnectionSource source = application(Database.H2);
        try (JdbcHooks hooks = JdbcHooks.open(source, this::apply);
                PeerkitNode author =
                        TestNode.on(network, MemoryStorage.factory()).start().join();
                PeerkitNode other = TestNode.on(network, MemoryStorage.factory())
                        .hooks(hooks)
                        .start()
                        .join()) {
            other.connect(author.addresses().get(0)).join();
            for (int i = 0; i < 2 * JdbcHooks.MAX_SETTLED; i++) {
                author.publish(bytes("task " + i)).join();
            }
            TestNode.until(() -> other.status().join().entries() == 2 * JdbcHooks.MAX_SETTLED);
            TestNode.until(() -> notes(source).size() < JdbcHooks.MAX_SETTLED);
        }
        assertThat(tasks(source)).hasSize(2 * JdbcHooks.MAX_SETTLED);
    }

    private record Opened(Storage storage) implements StorageFactory {
        @Override
        public Storage open() {
            return storage;
        }

        @Override
        public Optional<Path> keyFile() {
            return Optional.empty();
        }
    }

    private static Optional<byte[]> blob(Connection connection, BlobHash hash) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT text FROM task");
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                byte[] text = bytes(rows.getString(1));
                if (BlobHash.ofBlob(text).equals(hash)) {
                    return Optional.of(text);
                }
            }
            return Optional.empty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void onRemove_authorDeletes_rowGoesOnceItWorks(Database database) throws Exception {
        ConnectionSource source = application(database);
        AtomicInteger removals = new AtomicInteger();
        JdbcHooks hooks = JdbcHooks.open(source, this::apply).removing((connection, removed) -> {
            if (removals.incrementAndGet() == 1) {
                throw new SQLException("the table is locked, as the test asked");
            }
            try (PreparedStatement delete = connection.prepareStatement("DELETE FROM task WHERE text = ?")) {
                delete.setString(1, removed.header().blobHash().equals(BlobHash.ofBlob(bytes("one"))) ? "one" : "?");
                delete.executeUpdate();
            }
        });
        try (PeerkitNode author =
                        TestNode.on(network, MemoryStorage.factory()).start().join();
                PeerkitNode other = TestNode.on(network, MemoryStorage.factory())
                        .hooks(hooks)
                        .start()
                        .join()) {
            Publication one = author.publishAll(List.of(bytes("one"))).join().get(0);
            author.publish(bytes("two")).join();
            other.connect(author.addresses().get(0)).join();
            TestNode.until(() -> other.status().join().entries() == 2);
            author.delete(List.of(one.entry())).join();
            TestNode.until(
                    () -> removals.get() == 2 && other.get(one.hash()).join().isEmpty());
        }

        assertThat(tasks(source)).containsExactly("two");
    }

    private IntegrationVerdict apply(Connection connection, Incoming incoming) throws SQLException {
        calls.incrementAndGet();
        String text = new String(incoming.blob(), UTF_8);
        Database.insert(connection, "task", text);
        return text.equals("unwanted") ? IntegrationVerdict.REJECTED : IntegrationVerdict.ACCEPTED;
    }

    private ConnectionSource application(Database database) throws SQLException {
        ConnectionSource source = database.in(folder);
        Database.run(source, "CREATE TABLE task (text VARCHAR(100))");
        return source;
    }

    private static List<String> tasks(ConnectionSource source) throws SQLException {
        return Database.texts(source, "SELECT text FROM task");
    }

    private static List<String> notes(ConnectionSource source) throws SQLException {
        return Database.texts(source, "SELECT arrivals FROM " + JdbcHooks.DEFAULT_TABLE);
    }

    /** An entry as a node shows it to hooks. */
    private Incoming incoming(String text) throws Exception {
        BlockingQueue<Incoming> seen = new LinkedBlockingQueue<>();
        NodeListener listener = new NodeListener() {
            @Override
            public void integrated(Incoming incoming) {
                seen.add(incoming);
            }
        };
        try (PeerkitNode author =
                        TestNode.on(network, MemoryStorage.factory()).start().join();
                PeerkitNode other = TestNode.on(network, MemoryStorage.factory())
                        .listener(listener)
                        .start()
                        .join()) {
            author.publish(bytes(text)).join();
            other.connect(author.addresses().get(0)).join();
            return Optional.ofNullable(seen.poll(30, TimeUnit.SECONDS)).orElseThrow();
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
