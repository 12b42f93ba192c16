// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** One peer of the demonstration: a process that may be ended and started again on the same folder. */
final class DemoPeer implements AutoCloseable {
    private final String name;
    private final Path folder;
    private final String key;
    private NodeProcess process;
    private JsonNode ready;

    private DemoPeer(String name, Path folder, String key, NodeProcess process) {
        this.name = name;
        this.folder = folder;
        this.key = key;
        this.process = process;
        this.ready = process.ready().join();
    }

    static DemoPeer start(String name, Path work, String key, List<String> connect) throws IOException {
        Path folder = work.resolve(name);
        return new DemoPeer(name, folder, key, launch(folder, key, connect));
    }

    /** Starts it again after {@link #cutOff}, with what its folder holds. */
    void comeBack(List<String> connect) throws IOException {
        process = launch(folder, key, connect);
        ready = process.ready().join();
    }

    private static NodeProcess launch(Path folder, String key, List<String> connect) throws IOException {
        List<String> arguments =
                new ArrayList<>(List.of("--data", folder.toString(), "--key", key, "--listen", "/ip4/127.0.0.1/tcp/0"));
        connect.forEach(address -> arguments.addAll(List.of("--connect", address)));
        return NodeProcess.start(Path.of(folder + ".log"), arguments);
    }

    /** Ends it without any warning, as a power cut would. */
    void cutOff() {
        process.kill();
    }

    String name() {
        return name;
    }

    String address() {
        return ready.path("addresses").path(0).asText();
    }

    String agentId() {
        return ready.path("agentId").asText();
    }

    NodeProcess process() {
        return process;
    }

    JsonNode status() {
        return process.command("status", Map.of()).join();
    }

    long entries() {
        return status().path("entries").asLong();
    }

    /** Publishes a part of a file and gives its hash. */
    String publish(byte[] part) {
        return process.command("publish", Map.of("data", Base64.getEncoder().encodeToString(part)))
                .join()
                .path("hash")
                .asText();
    }

    byte[] get(String hash) {
        return Base64.getDecoder()
                .decode(process.command("get", Map.of("hash", hash))
                        .join()
                        .path("data")
                        .asText());
    }

    @Override
    public void close() {
        process.close();
    }
}
