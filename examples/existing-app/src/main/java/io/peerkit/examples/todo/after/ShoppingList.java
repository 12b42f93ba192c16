// SPDX-License-Identifier: Apache-2.0
package io.peerkit.examples.todo.after;

import static io.peerkit.examples.todo.after.TodoDatabase.update;

import java.sql.SQLException;
import java.util.List;
import java.util.UUID;

/** What is to be bought. */
final class ShoppingList {
    private final TodoDatabase database;
    private final SharedShopping shared;

    ShoppingList(TodoDatabase database, SharedShopping shared) {
        this.database = database;
        this.shared = shared;
    }

    void add(String what) throws SQLException {
        database.transaction(connection -> {
            update(
                    connection,
                    "INSERT INTO shopping (id, what, bought, changed) VALUES (?, ?, 0, ?)",
                    UUID.randomUUID().toString(),
                    what,
                    System.currentTimeMillis());
            shared.wrote(connection, what);
        });
        shared.committed();
    }

    void bought(String what) throws SQLException {
        database.transaction(connection -> {
            update(
                    connection,
                    "UPDATE shopping SET bought = 1, changed = MAX(?, changed + 1) WHERE what = ? AND bought = 0",
                    System.currentTimeMillis(),
                    what);
            shared.wrote(connection, what);
        });
        shared.committed();
    }

    List<String> lines() throws SQLException {
        return database.texts(
                "SELECT (CASE bought WHEN 1 THEN '[x] ' ELSE '[ ] ' END) || what FROM shopping" + " ORDER BY what, id");
    }
}
