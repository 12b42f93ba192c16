// SPDX-License-Identifier: Apache-2.0
package io.peerkit.examples.todo.before;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * A to-do application on the console: {@code Todo FILE}. Type {@code help} for its commands.
 */
public final class Todo {
    private static final String HELP =
            "task PROJECT TITLE | assign TASK PERSON | tag TASK TAG | done TASK | tasks | buy WHAT | bought WHAT | shopping | quit";

    private final TaskList tasks;
    private final ShoppingList shopping;

    private Todo(TaskList tasks, ShoppingList shopping) {
        this.tasks = tasks;
        this.shopping = shopping;
    }

    /**
     * Runs the application until its input ends.
     *
     * @param arguments the application's file
     */
    public static void main(String[] arguments) throws IOException, SQLException {
        TodoDatabase database = new TodoDatabase(Path.of(arguments[0]));
        new Todo(new TaskList(database), new ShoppingList(database)).run();
    }

    private void run() throws IOException, SQLException {
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, UTF_8));
        for (Optional<String> line = next(input); line.isPresent(); line = next(input)) {
            String[] words = line.get().strip().split(" ", 3);
            String rest = line.get().strip().substring(words[0].length()).strip();
            boolean three = words.length == 3;
            if (words[0].equals("task") && three) {
                tasks.add(words[1], words[2]);
            } else if (words[0].equals("assign") && three) {
                tasks.assign(words[1], words[2]);
            } else if (words[0].equals("tag") && three) {
                tasks.tag(words[1], words[2]);
            } else if (words[0].equals("done")) {
                tasks.done(rest);
            } else if (words[0].equals("tasks")) {
                print(tasks.lines());
            } else if (words[0].equals("buy")) {
                shopping.add(rest);
            } else if (words[0].equals("bought")) {
                shopping.bought(rest);
            } else if (words[0].equals("shopping")) {
                print(shopping.lines());
            } else {
                System.out.println(HELP);
            }
            System.out.println("ok");
        }
    }

    private static Optional<String> next(BufferedReader input) throws IOException {
        return Optional.ofNullable(input.readLine())
                .filter(line -> !line.strip().equals("quit"));
    }

    private static void print(List<String> lines) {
        lines.forEach(System.out::println);
    }
}
