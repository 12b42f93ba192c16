// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.peerkit.api.LimitExceededException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class JsonCommandsTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final JsonCommands commands =
            new JsonCommands(JsonCommandsTest::answer, new JsonLines(out), new UntilTold(() -> {}));

    private static CompletableFuture<ObjectNode> answer(JsonNode command) {
        return switch (command.path("cmd").asText()) {
            case "throw" -> throw new IllegalStateException("from the test");
            case "fail" -> CompletableFuture.failedFuture(new LimitExceededException("too much"));
            default ->
                CompletableFuture.completedFuture(
                        JsonLines.JSON.createObjectNode().put("done", true));
        };
    }

    private List<JsonNode> answers(String... lines) throws IOException {
        commands.read(
                new ByteArrayInputStream((String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8)), false);
        List<JsonNode> answers = new ArrayList<>();
        for (String line : out.toString(StandardCharsets.UTF_8).lines().toList()) {
            answers.add(JsonLines.JSON.readTree(line));
        }
        return answers;
    }

    @Test
    void read_commands_eachAnsweredWithItsId() throws IOException {
        List<JsonNode> answers = answers("{\"id\":7,\"cmd\":\"x\"}", "", "{\"id\":\"a\",\"cmd\":\"fail\"}");
        assertThat(answers).hasSize(2);
        assertThat(answers.get(0).toString()).isEqualTo("{\"id\":7,\"ok\":true,\"done\":true}");
        assertThat(answers.get(1).toString())
                .isEqualTo("{\"id\":\"a\",\"ok\":false,\"error\":\"limit-exceeded\",\"message\":\"too much\"}");
    }

    @Test
    void read_commandThrows_answeredAndTheNextIsRead() throws IOException {
        List<JsonNode> answers = answers("{\"id\":1,\"cmd\":\"throw\"}", "{\"id\":2,\"cmd\":\"x\"}");
        assertThat(answers).hasSize(2);
        assertThat(answers.get(0).path("error").asText()).isEqualTo("internal");
        assertThat(answers.get(1).path("ok").asBoolean()).isTrue();
    }

    @Test
    void read_noObjectOrTwoOnALine_badJson() throws IOException {
        List<JsonNode> answers =
                answers("{\"id\":1,", "[]", "5", "{\"id\":1,\"cmd\":\"x\"}{\"id\":2,\"cmd\":\"x\"}", "\"x\"");
        assertThat(answers)
                .hasSize(5)
                .allSatisfy(answer -> assertThat(answer.path("error").asText()).isEqualTo("bad-json"));
    }
}
