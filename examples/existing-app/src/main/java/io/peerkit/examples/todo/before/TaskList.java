// SPDX-License-Identifier: Apache-2.0
package io.peerkit.examples.todo.before;

import static io.peerkit.examples.todo.before.TodoDatabase.update;

import java.sql.SQLException;
import java.util.List;

/** What is to be done. */
final class TaskList {
    private final TodoDatabase database;

    TaskList(TodoDatabase database) {
        this.database = database;
    }

    void add(String project, String title) throws SQLException {
        database.transaction(connection -> {
            update(connection, "INSERT OR IGNORE INTO project (name) VALUES (?)", project);
            update(
                    connection,
                    "INSERT INTO task (project, title) SELECT id, ? FROM project WHERE name = ?",
                    title,
                    project);
        });
    }

    void assign(String task, String person) throws SQLException {
        database.transaction(connection -> {
            update(connection, "INSERT OR IGNORE INTO person (name) VALUES (?)", person);
            update(
                    connection,
                    "UPDATE task SET assignee = (SELECT id FROM person WHERE name = ?) WHERE id = ?",
                    person,
                    task);
        });
    }

    void tag(String task, String tag) throws SQLException {
        database.transaction(
                connection -> update(connection, "INSERT OR IGNORE INTO tag (task, name) VALUES (?, ?)", task, tag));
    }

    void done(String task) throws SQLException {
        database.transaction(connection -> update(connection, "UPDATE task SET done = 1 WHERE id = ?", task));
    }

    List<String> lines() throws SQLException {
        return database.texts("SELECT (CASE done WHEN 1 THEN '[x] ' ELSE '[ ] ' END) || task.id || ' ' || project.name"
                + " || ': ' || title || COALESCE(' @' || person.name, '')"
                + " || COALESCE((SELECT group_concat(' #' || name, '') FROM tag WHERE tag.task = task.id), '')"
                + " FROM task JOIN project ON project.id = task.project LEFT JOIN person ON person.id = task.assignee"
                + " ORDER BY task.id");
    }
}
