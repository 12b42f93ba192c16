// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.peerkit.api.AgentId;
import io.peerkit.api.Audience;
import io.peerkit.api.BlobHash;
import io.peerkit.api.BlockedAgent;
import io.peerkit.api.EntryId;
import io.peerkit.api.NodeAddress;
import io.peerkit.api.PeerkitNode;
import io.peerkit.api.Pinned;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** The commands of a node. */
final class NodeAnswers implements JsonCommands.Answers {
    private final PeerkitNode node;

    NodeAnswers(PeerkitNode node) {
        this.node = node;
    }

    @Override
    public CompletableFuture<ObjectNode> answer(JsonNode command) {
        String name = command.path("cmd").asText();
        return switch (name) {
            case "publish" ->
                node.publishAll(List.of(bytes(command, "data")), audience(command))
                        .thenApply(
                                done -> empty().put("hash", done.get(0).hash().toString())
                                        .put("entry", done.get(0).entry().toString()));
            case "publish-random" ->
                RandomBlobs.publish(
                                node,
                                integer(command, "count"),
                                integer(command, "size"),
                                command.path("seed").asLong(0))
                        .thenApply(seconds ->
                                empty().put("count", integer(command, "count")).put("seconds", seconds));
            case "publish-stamped" ->
                RandomBlobs.publishStamped(node, integer(command, "count"), Math.max(1, integer(command, "perSecond")))
                        .thenApply(done -> empty());
            case "heap" -> CompletableFuture.completedFuture(empty().put("bytes", heapInUse()));
            case "get" ->
                node.get(BlobHash.parse(text(command, "hash")))
                        .thenApply(found -> found.map(blob ->
                                        empty().put("data", Base64.getEncoder().encodeToString(blob)))
                                .orElseThrow(
                                        () -> new CommandException("not-found", "no blob " + text(command, "hash"))));
            case "publish-file" -> BlobFiles.publish(node, Path.of(text(command, "path")));
            case "get-file" ->
                BlobFiles.get(node, BlobHash.parse(text(command, "hash")), Path.of(text(command, "path")));
            case "status" -> node.status().thenApply(StatusJson::of);
            case "connect" ->
                node.connect(new NodeAddress(text(command, "address")))
                        .thenApply(agent -> empty().put("agentId", agent.toString()));
            case "send" ->
                node.send(AgentId.parse(text(command, "to")), bytes(command, "data"))
                        .thenApply(done -> empty());
            case "block" ->
                node.block(
                                AgentId.parse(text(command, "agentId")),
                                command.path("reason").asText(""))
                        .thenApply(done -> empty());
            case "unblock" ->
                node.unblock(AgentId.parse(text(command, "agentId"))).thenApply(was -> empty().put("wasBlocked", was));
            case "blocked" -> node.blocked().thenApply(NodeAnswers::blocked);
            case "sync" -> node.sync().thenApply(done -> empty());
            case "await-sync" ->
                node.whenInSync(AgentId.parse(text(command, "agentId"))).thenApply(done -> empty());
            case "delete" ->
                node.delete(List.of(EntryId.parse(text(command, "entry")))).thenApply(gone -> {
                    if (gone.isEmpty()) {
                        throw new CommandException("not-found", "no entry " + text(command, "entry"));
                    }
                    return empty();
                });
            case "pin" ->
                (command.has("entry") ? node.pin(entry(command)) : node.pin(hash(command))).thenApply(done -> empty());
            case "unpin" ->
                (command.has("entry") ? node.unpin(entry(command)) : node.unpin(hash(command)))
                        .thenApply(was -> empty().put("wasPinned", was));
            case "pinned" -> node.pinned().thenApply(NodeAnswers::pinned);
            case "close-epoch" -> node.closeEpoch().thenApply(epoch -> empty().put("epoch", epoch));
            case "" -> throw new CommandException("bad-command", "cmd is missing");
            default -> throw new CommandException("unknown-command", "no command " + name);
        };
    }

    private static EntryId entry(JsonNode command) {
        return EntryId.parse(text(command, "entry"));
    }

    private static BlobHash hash(JsonNode command) {
        return BlobHash.parse(text(command, "hash"));
    }

    private static ObjectNode pinned(Pinned all) {
        ObjectNode json = empty();
        var entries = json.putArray("entries");
        all.entries().forEach(entry -> entries.add(entry.toString()));
        var hashes = json.putArray("hashes");
        all.blobs().forEach(hash -> hashes.add(hash.toString()));
        return json;
    }

    private static ObjectNode blocked(List<BlockedAgent> agents) {
        ObjectNode json = empty();
        var list = json.putArray("agents");
        agents.forEach(agent -> list.addObject()
                .put("agentId", agent.agentId().toString())
                .put("reason", agent.reason())
                .put("since", agent.since().toString()));
        return json;
    }

    /** Bytes in use behind a collection; for benchmarks. */
    private static long heapInUse() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private static ObjectNode empty() {
        return JsonLines.JSON.createObjectNode();
    }

    private static String text(JsonNode command, String field) {
        JsonNode value = command.path(field);
        if (!value.isTextual()) {
            throw new CommandException("bad-argument", field + " is missing or no text");
        }
        return value.asText();
    }

    /** An optional topic, or an optional list of agents. */
    private static Audience audience(JsonNode command) {
        List<AgentId> recipients = new ArrayList<>();
        command.path("to").forEach(agent -> recipients.add(AgentId.parse(agent.asText())));
        Optional<String> topic = command.has("topic") ? Optional.of(text(command, "topic")) : Optional.empty();
        return new Audience(topic, recipients);
    }

    private static byte[] bytes(JsonNode command, String field) {
        return Base64.getDecoder().decode(text(command, field));
    }

    private static int integer(JsonNode command, String field) {
        JsonNode value = command.path(field);
        if (!value.canConvertToInt() || value.asInt() < 0) {
            throw new CommandException("bad-argument", field + " is missing or no whole number from 0");
        }
        return value.asInt();
    }
}
