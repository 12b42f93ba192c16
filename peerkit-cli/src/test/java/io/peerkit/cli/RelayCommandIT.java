// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A relay and the nodes behind it as processes. */
@Timeout(120)
class RelayCommandIT {
    private static final String KEY = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

    @TempDir
    private Path folder;

    private final List<NodeProcess> processes = new ArrayList<>();

    @AfterEach
    void endProcesses() {
        processes.forEach(NodeProcess::close);
    }

    private NodeProcess relay(String... further) throws IOException {
        List<String> arguments = new ArrayList<>(
                List.of("--key", KEY, "--data", folder.resolve("relay").toString()));
        arguments.addAll(List.of(further));
        return ready(NodeProcess.startRelay(folder.resolve("relay.log"), arguments));
    }

    private NodeProcess hidden(String name, String relay) throws IOException {
        return ready(NodeProcess.start(
                folder.resolve(name + ".log"),
                List.of("--data", folder.resolve(name).toString(), "--key", KEY, "--no-listen", "--relay", relay)));
    }

    private NodeProcess ready(NodeProcess process) {
        processes.add(process);
        process.ready().join();
        return process;
    }

    private static String address(NodeProcess node) {
        return node.ready().join().path("addresses").path(0).asText();
    }

    private static JsonNode soon(CompletableFuture<JsonNode> future) {
        return future.orTimeout(60, TimeUnit.SECONDS).join();
    }

    private static CompletableFuture<JsonNode> event(NodeProcess node, String name) {
        return node.event(event -> event.path("event").asText().equals(name));
    }

    @Test
    void twoNodesThatDoNotListen_relayBetween_syncAndSayThatTheyAreRelayed() throws IOException {
        NodeProcess relay = relay("--listen", "/ip4/127.0.0.1/tcp/0", "--max-reservations", "7");
        NodeProcess one = hidden("one", address(relay));
        NodeProcess two = hidden("two", address(relay));
        assertThat(one.ready().join().path("addresses")).isEmpty();
        assertThat(soon(event(one, "addresses")).path("addresses").path(0).asText())
                .startsWith(address(relay) + "/p2p-circuit/p2p/");
        String agent = one.ready().join().path("agentId").asText();
        JsonNode connected =
                soon(two.event(event -> event.path("state").asText().equals("connected")
                        && event.path("agentId").asText().equals(agent)));
        assertThat(connected.path("direct").asBoolean(true)).isFalse();

        CompletableFuture<JsonNode> integrated = event(two, "integrated");
        one.command("publish", Map.of("data", "aGVsbG8=")).join();
        soon(integrated);

        JsonNode metrics = relay.command("status", Map.of()).join().path("metrics");
        assertThat(metrics.path("relay.reservations.open").asInt()).isEqualTo(2);
        assertThat(metrics.path("relay.reservations.max").asInt()).isEqualTo(7);
        assertThat(metrics.path("relay.circuits.open").asInt()).isGreaterThanOrEqualTo(1);
        assertThat(metrics.path("relay.circuits.bytes").asLong()).isPositive();
    }

    @Test
    void relay_restartedWithItsFolder_sameAddress() throws IOException {
        NodeProcess relay = relay("--listen", "/ip4/127.0.0.1/tcp/0");
        String before = address(relay);
        relay.close();

        NodeProcess again = relay("--listen", before.replaceAll("/p2p/.*", ""));

        assertThat(address(again)).isEqualTo(before);
    }
}
