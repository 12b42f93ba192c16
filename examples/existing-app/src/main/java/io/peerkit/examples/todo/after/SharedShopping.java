// SPDX-License-Identifier: Apache-2.0
package io.peerkit.examples.todo.after;

import static io.peerkit.examples.todo.after.TodoDatabase.update;

import io.peerkit.NodeBuilder;
import io.peerkit.Peerkit;
import io.peerkit.agent.NetworkAccess;
import io.peerkit.api.Incoming;
import io.peerkit.api.IntegrationVerdict;
import io.peerkit.api.NodeAddress;
import io.peerkit.api.PeerkitNode;
import io.peerkit.jdbc.JdbcHooks;
import io.peerkit.jdbc.Outbox;
import io.peerkit.jdbc.Rescan;
import io.peerkit.jdbc.SharedRow;
import io.peerkit.storage.sqlite.SqliteStorage;
import io.peerkit.transport.libp2p.Libp2pTransport;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Shares the rows of the table {@code shopping}: whoever has the key sees them, and the last change of a row wins. */
final class SharedShopping implements AutoCloseable {
    private final Outbox outbox;
    private final Rescan rescan;
    private final JdbcHooks hooks;
    private final PeerkitNode node;

    // tag::share[]
    /** Starts to share; {@code store} is the node's own file beside the application's. */
    SharedShopping(TodoDatabase database, Path store, byte[] key, String listen, List<NodeAddress> others)
            throws SQLException {
        outbox = Outbox.open(database::connect);
        rescan = Rescan.open(database::connect, outbox);
        hooks = JdbcHooks.open(database::connect, this::apply);
        NodeBuilder builder = Peerkit.node()
                .storage(SqliteStorage.at(store))
                .transport(Libp2pTransport.builder().listen(listen))
                .access(NetworkAccess.sharedKey(key))
                .hooks(hooks);
        others.forEach(builder::bootstrap);
        node = builder.start().join();
        outbox.start(node);
        rescan.run(SharedShopping::page);
    }

    /** Call it in the transaction that wrote items, before its end. */
    void wrote(Connection connection, String what) throws SQLException {
        for (ShoppingItem item : items(connection, "WHERE what = ?", what)) {
            rescan.wrote(connection, item.key(), item.payload());
        }
    }

    /** Call it when the transaction has committed. */
    void committed() {
        outbox.wake();
    }

    /** A peer published an item; this transaction commits together with the note that it came. */
    private IntegrationVerdict apply(Connection connection, Incoming incoming) throws SQLException {
        Optional<ShoppingItem> parsed = ShoppingItem.parse(incoming.blob());
        if (parsed.isEmpty()) {
            return IntegrationVerdict.REJECTED;
        }
        ShoppingItem item = parsed.get();
        List<ShoppingItem> present = items(connection, "WHERE id = ?", item.id());
        if (present.isEmpty() || item.wins(present.get(0))) {
            update(
                    connection,
                    "INSERT OR REPLACE INTO shopping (id, what, bought, changed) VALUES (?, ?, ?, ?)",
                    item.id(),
                    item.what(),
                    item.bought() ? 1 : 0,
                    item.changed());
            rescan.received(connection, item.key(), item.payload());
        }
        return IntegrationVerdict.ACCEPTED;
    }

    private static List<SharedRow> page(Connection connection, Optional<byte[]> after, int limit) throws SQLException {
        String last = after.map(ShoppingItem::id).orElse("");
        return items(connection, "WHERE id > ? ORDER BY id LIMIT " + limit, last).stream()
                .map(item -> new SharedRow(item.key(), item.payload()))
                .toList();
    }
    // end::share[]

    private static List<ShoppingItem> items(Connection connection, String where, String value) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT id, what, bought, changed FROM shopping " + where)) {
            statement.setString(1, value);
            try (ResultSet rows = statement.executeQuery()) {
                List<ShoppingItem> items = new ArrayList<>();
                while (rows.next()) {
                    items.add(new ShoppingItem(
                            rows.getString(1), rows.getString(2), rows.getInt(3) == 1, rows.getLong(4)));
                }
                return items;
            }
        }
    }

    List<NodeAddress> addresses() {
        return node.addresses();
    }

    @Override
    public void close() {
        outbox.close();
        node.close();
        hooks.close();
    }
}
