// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.peerkit.Peerkit;
import io.peerkit.RelayBuilder;
import io.peerkit.agent.FileKeyStore;
import io.peerkit.api.NodeListener;
import io.peerkit.api.PeerkitRelay;
import io.peerkit.transport.libp2p.Libp2pTransport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code peerkit relay}: runs an infrastructure node, at which the peers of a network meet. */
@Command(name = "relay", mixinStandardHelpOptions = true, description = "Runs a node at which peers meet.")
final class RelayCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private AccessOptions access = new AccessOptions();

    @Option(
            names = "--listen",
            paramLabel = "ADDR",
            required = true,
            description = "a multiaddr to listen on; repeatable")
    private List<String> listen = new ArrayList<>();

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "where its keys rest; without it they are new each time")
    private @Nullable Path data;

    @Option(
            names = "--max-connections",
            paramLabel = "N",
            defaultValue = "16384",
            description = "connections open at a time; default 16,384")
    private int maxConnections = 16_384;

    @Option(
            names = "--max-connections-per-address",
            paramLabel = "N",
            defaultValue = "256",
            description = "connections from one IP address at a time; default 256")
    private int maxConnectionsPerAddress = 256;

    @Mixin
    private RelayOptions limits = new RelayOptions();

    @Option(names = "--json", description = "events as JSON lines")
    private boolean json;

    @Option(names = "--watch-stdin", hidden = true, description = "end when standard input ends")
    private boolean watchStdin;

    @Override
    public Integer call() throws IOException {
        JsonLines lines = JsonLines.toStandardOutput();
        JsonEvents jsonEvents = new JsonEvents(lines);
        TextEvents textEvents = new TextEvents(System.out, false);
        NodeListener listener = json ? jsonEvents : textEvents;
        Libp2pTransport.Builder transport = Libp2pTransport.builder()
                .maxConnections(maxConnections)
                .maxConnectionsPerAddress(maxConnectionsPerAddress)
                .relayLimits(limits.limits());
        listen.forEach(address -> transport.listen(address));
        RelayBuilder builder = Peerkit.relay()
                .access(access.access(Objects.requireNonNull(spec, "picocli fills it")))
                .transport(transport)
                .listener(listener);
        if (data != null) {
            Files.createDirectories(data);
            builder.keys(FileKeyStore.at(DataFolder.keys(data)));
        }
        PeerkitRelay relay = builder.start().join();
        UntilTold lifetime = UntilTold.orSignalled(relay::close);
        if (json) {
            jsonEvents.ready(relay.agentId(), relay.nodeId(), relay.addresses());
            new JsonCommands(command -> answer(relay, command), lines, lifetime)
                    .readInBackground(System.in, watchStdin);
        } else {
            textEvents.ready(relay.agentId(), relay.addresses());
        }
        return lifetime.await();
    }

    private static CompletableFuture<ObjectNode> answer(PeerkitRelay relay, JsonNode command) {
        String name = command.path("cmd").asText();
        if (!name.equals("status")) {
            throw new CommandException("unknown-command", "a relay knows status and quit, not " + name);
        }
        return relay.status().thenApply(status -> {
            ObjectNode json = StatusJson.of(status);
            ObjectNode metrics = json.putObject("metrics");
            relay.metrics().forEach((figure, value) -> metrics.put(figure, value.longValue()));
            return json;
        });
    }
}
