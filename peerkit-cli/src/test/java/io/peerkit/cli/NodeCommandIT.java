// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.peerkit.api.BlobHash;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Drives nodes as black boxes: processes, sockets, files, JSON lines. */
@Timeout(120)
class NodeCommandIT {
    private static final String KEY = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
    private static final String OTHER_KEY = "ff112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

    @TempDir
    private Path folder;

    private final List<NodeProcess> processes = new ArrayList<>();

    @AfterEach
    void endProcesses() {
        processes.forEach(NodeProcess::close);
    }

    @Test
    void publish_connectedPeer_integratesAndServesTheBlob() throws IOException {
        NodeProcess one = node("one", KEY);
        NodeProcess two = node("two", KEY, "--connect", address(one));
        CompletableFuture<JsonNode> integrated = event(two, "integrated");
        byte[] blob = "hello".getBytes(UTF_8);

        JsonNode answer = one.command("publish", Map.of("data", base64(blob))).join();

        assertThat(text(answer, "hash")).isEqualTo(BlobHash.ofBlob(blob).toString());
        JsonNode event = soon(integrated);
        assertThat(text(event, "entry")).isEqualTo(text(answer, "entry"));
        assertThat(text(event, "hash")).isEqualTo(text(answer, "hash"));
        assertThat(event.path("size").asInt()).isEqualTo(5);
        assertThat(text(event, "author")).isEqualTo(agent(one));
        assertThat(text(event, "from")).isEqualTo(agent(one));
        assertThat(text(two.command("get", Map.of("hash", text(answer, "hash"))).join(), "data"))
                .isEqualTo(base64(blob));
        assertThat(fingerprint(one)).isEqualTo(fingerprint(two));
    }

    @Test
    void closeEpoch_deletedEntry_forgottenByBothAndRefusedToTheMember() throws IOException {
        NodeProcess one = node("one", KEY, "--authority", "self");
        NodeProcess two = node("two", KEY, "--connect", address(one), "--authority", agent(one));
        CompletableFuture<JsonNode> integrated = event(two, "integrated");
        CompletableFuture<JsonNode> removed = event(two, "removed");
        CompletableFuture<JsonNode> closed = event(two, "epoch-closed");
        JsonNode entry = one.command("publish", Map.of("data", base64("doomed".getBytes(UTF_8))))
                .join();
        soon(integrated);
        one.command("delete", Map.of("entry", text(entry, "entry"))).join();
        assertThat(text(soon(removed), "reason")).isEqualTo("deleted");

        assertThatThrownBy(() -> two.command("close-epoch", Map.of()).join())
                .hasMessageContaining("does not belong to the authority");
        assertThat(one.command("close-epoch", Map.of()).join().path("epoch").asInt())
                .isEqualTo(1);

        assertThat(soon(closed).path("epoch").asInt()).isEqualTo(1);
        JsonNode status = two.command("status", Map.of()).join();
        assertThat(status.path("entries").asInt()).isZero();
        assertThat(status.path("epoch").asInt()).isEqualTo(1);
    }

    @Test
    void publishFile_largeFile_completeAndWrittenAtThePeer() throws IOException {
        NodeProcess one = node("one", KEY);
        NodeProcess two = node("two", KEY, "--connect", address(one));
        CompletableFuture<JsonNode> complete = event(two, "blob-complete");
        byte[] content = new byte[5_000_000];
        new SplittableRandom(1).nextBytes(content);
        Path file = Files.write(folder.resolve("content"), content);

        JsonNode answer =
                one.command("publish-file", Map.of("path", file.toString())).join();

        String hash = text(answer, "hash");
        assertThat(hash).isEqualTo(BlobHash.ofBlob(content).toString());
        assertThat(text(soon(complete), "hash")).isEqualTo(hash);
        Path copy = folder.resolve("copy");
        JsonNode got = two.command("get-file", Map.of("hash", hash, "path", copy.toString()))
                .join();
        assertThat(got.path("size").asLong()).isEqualTo(content.length);
        assertThat(copy).hasBinaryContent(content);
        assertCode(two, "publish-file", Map.of("path", folder.resolve("none").toString()), "file");
        assertCode(
                two,
                "get-file",
                Map.of("hash", BlobHash.ofBlob(new byte[3]).toString(), "path", copy.toString()),
                "not-found");
    }

    @Test
    void send_connectedPeer_tellsTheMessage() throws IOException {
        NodeProcess one = node("one", KEY);
        NodeProcess two = node("two", KEY, "--connect", address(one));
        connected(one, two);
        CompletableFuture<JsonNode> message = event(two, "message");

        one.command("send", Map.of("to", agent(two), "data", "aGk=")).join();

        assertThat(text(soon(message), "from")).isEqualTo(agent(one));
        assertThat(text(soon(message), "data")).isEqualTo("aGk=");
    }

    @Test
    void connect_wrongKey_deniedOnBothSidesAndNothingIsShared() throws IOException {
        NodeProcess host = node("host", KEY);
        NodeProcess stranger = node("stranger", OTHER_KEY);
        host.command("publish", Map.of("data", "aGk=")).join();

        assertCode(stranger, "connect", Map.of("address", address(host)), "access-denied");

        JsonNode denied = soon(state(host, "denied"));
        assertThat(text(denied, "agentId")).isEqualTo(agent(stranger));
        assertThat(text(soon(state(stranger, "denied")), "state")).isEqualTo("denied");
        assertThat(status(stranger).path("entries").asInt()).isZero();
        assertThat(status(host).path("peers")).isEmpty();
    }

    @Test
    void pin_entryAndContent_listedUntilTakenBack() throws IOException {
        NodeProcess node = node("one", KEY);
        JsonNode published = node.command("publish", Map.of("data", "aGk=")).join();
        String entry = text(published, "entry");
        String hash = text(published, "hash");

        node.command("pin", Map.of("entry", entry)).join();
        node.command("pin", Map.of("hash", hash)).join();

        JsonNode pinned = node.command("pinned", Map.of()).join();
        assertThat(pinned.path("entries").path(0).asText()).isEqualTo(entry);
        assertThat(pinned.path("hashes").path(0).asText()).isEqualTo(hash);
        assertThat(node.command("unpin", Map.of("entry", entry))
                        .join()
                        .path("wasPinned")
                        .asBoolean())
                .isTrue();
        assertThat(node.command("unpin", Map.of("entry", entry))
                        .join()
                        .path("wasPinned")
                        .asBoolean())
                .isFalse();
        assertCode(node, "pin", Map.of(), "bad-argument");
    }

    @Test
    void block_connectedPeer_cutOffAndRefusedAfterwards() throws IOException {
        NodeProcess one = node("one", KEY);
        NodeProcess two = node("two", KEY, "--connect", address(one));
        connected(one, two);

        one.command("block", Map.of("agentId", agent(two), "reason", "noise")).join();

        soon(state(one, "disconnected"));
        // Until it has noticed, two is connected in its own eyes.
        soon(state(two, "disconnected"));
        assertThatThrownBy(() ->
                        two.command("connect", Map.of("address", address(one))).join())
                .isInstanceOf(CompletionException.class);
        assertThat(status(one).path("peers")).isEmpty();

        JsonNode blocked = one.command("blocked", Map.of()).join().path("agents");
        assertThat(blocked).hasSize(1);
        assertThat(text(blocked.get(0), "agentId")).isEqualTo(agent(two));
        assertThat(text(blocked.get(0), "reason")).isEqualTo("noise");
        JsonNode unblocked =
                one.command("unblock", Map.of("agentId", agent(two))).join();
        assertThat(unblocked.path("wasBlocked").asBoolean()).isTrue();
        two.command("connect", Map.of("address", address(one))).join();
        assertThat(one.command("blocked", Map.of()).join().path("agents")).isEmpty();
    }

    @Test
    void relay_asBootstrap_peersLearnOfEachOtherAndItRefusesMessages() throws IOException {
        NodeProcess relay = keep(NodeProcess.startRelay(
                folder.resolve("relay.log"), List.of("--key", KEY, "--listen", "/ip4/127.0.0.1/tcp/0")));
        NodeProcess one = node("one", KEY, "--relay", address(relay));
        NodeProcess two = node("two", KEY, "--relay", address(relay));

        connected(one, two);

        assertCode(one, "send", Map.of("to", agent(relay), "data", "aGk="), "protocol-unsupported");
    }

    @Test
    void commands_malformed_answeredWithACodeAndTheNodeGoesOn() throws IOException {
        NodeProcess node = node("one", KEY);

        assertCode(node, "nonsense", Map.of(), "unknown-command");
        assertCode(node, "publish", Map.of(), "bad-argument");
        assertCode(node, "publish", Map.of("data", "***"), "bad-argument");
        assertCode(node, "publish-random", Map.of("count", -1, "size", 1), "bad-argument");
        assertCode(node, "get", Map.of("hash", "b"), "invalid-bytes");
        assertCode(node, "get", Map.of("hash", BlobHash.ofBlob(new byte[1]).toString()), "not-found");
        assertCode(node, "connect", Map.of("address", "nowhere"), "invalid-bytes");
        assertCode(node, "connect", Map.of("address", "/ip4/127.0.0.1/tcp/1"), "peer-unreachable");
        assertCode(node, "send", Map.of("to", "00".repeat(32), "data", "aGk="), "peer-unreachable");
        assertCode(node, "delete", Map.of("entry", "00".repeat(32)), "not-found");
        assertThat(status(node).path("entries").asInt()).isZero();
    }

    @Test
    void publish_largestBlobAndOneMore_takenAndRefused() throws IOException {
        NodeProcess one = node("one", KEY);
        NodeProcess two = node("two", KEY, "--connect", address(one));
        CompletableFuture<JsonNode> integrated = event(two, "integrated");

        one.command("publish", Map.of("data", base64(new byte[1_048_576]))).join();

        assertThat(soon(integrated).path("size").asInt()).isEqualTo(1_048_576);
        assertCode(one, "publish", Map.of("data", base64(new byte[1_048_577])), "limit-exceeded");
    }

    @Test
    void quit_runningNode_exitsWithZeroAndKeepsItsData() throws Exception {
        NodeProcess node = node("one", KEY);
        String agent = agent(node);
        node.command("publish-random", Map.of("count", 100, "size", 10, "seed", 7))
                .join();
        String before = fingerprint(node);

        node.command("quit", Map.of()).join();

        assertThat(node.exitCode()).isZero();
        NodeProcess again = node("one", KEY);
        assertThat(agent(again)).isEqualTo(agent);
        assertThat(fingerprint(again)).isEqualTo(before);
        assertThat(status(again).path("entries").asInt()).isEqualTo(100);
    }

    @Test
    void inspect_folderOfAnEndedNode_exitsWithZero() throws Exception {
        NodeProcess node = node("one", KEY);
        node.command("publish-random", Map.of("count", 10, "size", 10, "seed", 7))
                .join();
        node.command("quit", Map.of()).join();
        assertThat(node.exitCode()).isZero();

        assertThat(Main.run("inspect", folder.resolve("one").toString())).isZero();
        assertThat(Main.run("inspect", "--json", folder.resolve("one").toString()))
                .isZero();
    }

    @Test
    void sigterm_runningNode_exitsWithZero() throws Exception {
        NodeProcess node = node("one", KEY);

        node.terminate();

        assertThat(node.exitCode()).isZero();
    }

    @Test
    void start_folderOfARunningNode_refusedWithOne() throws Exception {
        node("one", KEY);
        NodeProcess second = keep(start("one", KEY));

        assertThat(second.exitCode()).isEqualTo(1);
    }

    private NodeProcess node(String name, String key, String... further) throws IOException {
        NodeProcess node = keep(start(name, key, further));
        node.ready().join();
        return node;
    }

    private NodeProcess start(String name, String key, String... further) throws IOException {
        List<String> arguments = new ArrayList<>(
                List.of("--data", folder.resolve(name).toString(), "--key", key, "--listen", "/ip4/127.0.0.1/tcp/0"));
        arguments.addAll(List.of(further));
        return NodeProcess.start(folder.resolve(name + ".log"), arguments);
    }

    private NodeProcess keep(NodeProcess process) {
        processes.add(process);
        return process;
    }

    private static void connected(NodeProcess one, NodeProcess two) {
        soon(one.event(event -> text(event, "state").equals("connected")
                && text(event, "agentId").equals(agent(two))));
    }

    private static CompletableFuture<JsonNode> event(NodeProcess node, String name) {
        return node.event(event -> text(event, "event").equals(name));
    }

    private static CompletableFuture<JsonNode> state(NodeProcess node, String state) {
        return node.event(event -> text(event, "state").equals(state));
    }

    private static JsonNode soon(CompletableFuture<JsonNode> future) {
        return future.orTimeout(30, TimeUnit.SECONDS).join();
    }

    private static void assertCode(NodeProcess node, String command, Map<String, Object> fields, String code) {
        assertThatThrownBy(() -> node.command(command, fields).join())
                .cause()
                .extracting(failure -> ((CommandException) failure).code())
                .isEqualTo(code);
    }

    private static String text(JsonNode object, String field) {
        return object.path(field).asText();
    }

    private static String address(NodeProcess node) {
        return node.ready().join().path("addresses").path(0).asText();
    }

    private static String agent(NodeProcess node) {
        return text(node.ready().join(), "agentId");
    }

    private static JsonNode status(NodeProcess node) {
        return node.command("status", Map.of()).join();
    }

    private static String fingerprint(NodeProcess node) {
        return text(status(node), "fingerprint");
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
