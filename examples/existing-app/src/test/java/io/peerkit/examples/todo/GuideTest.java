// SPDX-License-Identifier: Apache-2.0
package io.peerkit.examples.todo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The guide shows what is compiled here. */
class GuideTest {
    private static final Path ROOT = Path.of(System.getProperty("peerkit.root"));
    private static final Path SOURCES = ROOT.resolve("examples/existing-app/src/main/java/io/peerkit/examples/todo");

    @Test
    void guide_differenceBetweenBeforeAndAfter_isTheRealOne() throws IOException {
        String guide = guide();
        for (String file : List.of("ShoppingList.java", "Todo.java")) {
            assertThat(guide).contains("```diff\n" + difference(file) + "```");
        }
    }

    @Test
    void difference_otherFiles_none() throws IOException {
        for (String file : List.of("TaskList.java", "TodoDatabase.java")) {
            assertThat(difference(file)).isEmpty();
        }
    }

    @Test
    void guide_newFile_showsTheLinesThatAreCompiledHere() throws IOException {
        String source = Files.readString(SOURCES.resolve("after/SharedShopping.java"));
        String shown = source.substring(source.indexOf("// tag::share[]\n") + 16, source.indexOf("    // end::share[]"))
                .stripIndent();

        assertThat(guide()).contains("```java\n" + shown + "```");
    }

    @Test
    void of_changedLines_shownWithThreeLinesAround() {
        assertThat(UnifiedDiff.of("a\nb\nc\nd\ne\nf\ng\nh\n", "a\nb\nc\nd\nE\nf\ng\nh\n"))
                .isEqualTo("@@\n b\n c\n d\n-e\n+E\n f\n g\n h\n");
        assertThat(UnifiedDiff.of("a\n", "a\nb\n")).isEqualTo(" a\n+b\n");
    }

    private static String difference(String file) throws IOException {
        String before = Files.readString(SOURCES.resolve("before").resolve(file));
        String after = Files.readString(SOURCES.resolve("after").resolve(file));
        return UnifiedDiff.of(before.replace("todo.before", "todo.after"), after);
    }

    private static String guide() throws IOException {
        return Files.readString(ROOT.resolve("docs/existing-application.md"));
    }
}
