// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import io.peerkit.NodeBuilder;
import io.peerkit.Peerkit;
import io.peerkit.api.NodeAddress;
import io.peerkit.api.NodeListener;
import io.peerkit.api.PeerkitNode;
import io.peerkit.api.RelayAddress;
import io.peerkit.transport.libp2p.Libp2pTransport;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code peerkit node}: runs one node until it is told to end. */
@Command(name = "node", mixinStandardHelpOptions = true, description = "Runs a node.")
final class NodeCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private AccessOptions access = new AccessOptions();

    @Mixin
    private StorageOptions storage = new StorageOptions();

    @Mixin
    private AuthorityOptions authority = new AuthorityOptions();

    @Option(
            names = "--listen",
            paramLabel = "ADDR",
            description = "a multiaddr to listen on; repeatable; default /ip4/0.0.0.0/tcp/0")
    private List<String> listen = new ArrayList<>();

    @Option(names = "--no-listen", description = "do not listen: others reach this node through its relays")
    private boolean noListen;

    @Option(
            names = "--relay",
            paramLabel = "ADDR",
            description = "a relay to stay connected to and to be reached through; repeatable")
    private List<String> relays = new ArrayList<>();

    @Option(names = "--connect", paramLabel = "ADDR", description = "a node to stay connected to; repeatable")
    private List<String> connect = new ArrayList<>();

    @Option(
            names = "--mdns",
            arity = "0..1",
            fallbackValue = "",
            split = ",",
            paramLabel = "IF",
            description = "find nodes of the same network on this link by multicast DNS;"
                    + " --mdns=IF,IF on these interfaces only")
    private @Nullable List<String> mdns;

    @Mixin
    private DistributionOption distribution = new DistributionOption();

    @Option(names = "--json", description = "events and commands as JSON lines")
    private boolean json;

    @Option(names = "--watch-stdin", hidden = true, description = "end when standard input ends")
    private boolean watchStdin;

    @Override
    public Integer call() throws IOException {
        JsonLines lines = JsonLines.toStandardOutput();
        JsonEvents jsonEvents = new JsonEvents(lines);
        TextEvents textEvents = new TextEvents(System.out, Boolean.getBoolean("peerkit.terminal"));
        NodeListener listener = json ? jsonEvents : textEvents;
        PeerkitNode node = builder(listener).start().join();
        UntilTold lifetime = UntilTold.orSignalled(node::close);
        if (json) {
            jsonEvents.ready(node.agentId(), node.nodeId(), node.addresses());
            new JsonCommands(new NodeAnswers(node), lines, lifetime).readInBackground(System.in, watchStdin);
        } else {
            textEvents.ready(node.agentId(), node.addresses());
        }
        return lifetime.await();
    }

    private NodeBuilder builder(NodeListener listener) throws IOException {
        Libp2pTransport.Builder transport = Libp2pTransport.builder();
        listen.forEach(address -> transport.listen(address));
        if (noListen) {
            transport.noListen();
        }
        relays.forEach(address -> transport.relay(new RelayAddress(address)));
        if (mdns != null) {
            transport.mdns(mdns.stream().filter(name -> !name.isEmpty()).toArray(String[]::new));
        }
        NodeBuilder builder = Peerkit.node()
                .access(access.access(specified()))
                .transport(transport)
                .storage(storage.storage(specified()))
                .distribution(distribution.strategy(specified()))
                .listener(listener);
        storage.keys().ifPresent(builder::keys);
        authority.authority(specified()).ifPresent(builder::authority);
        for (String address : connect) {
            // The rest of an address is the transport's to read, when it dials.
            if (!address.startsWith("/") || address.length() > NodeAddress.MAX_LENGTH) {
                throw bad("--connect " + address + ": a multiaddr begins with / and has at most "
                        + NodeAddress.MAX_LENGTH + " characters");
            }
            builder.bootstrap(new NodeAddress(address));
        }
        return builder;
    }

    private ParameterException bad(String message) {
        return new ParameterException(specified().commandLine(), message);
    }

    private CommandSpec specified() {
        return Objects.requireNonNull(spec, "picocli fills it");
    }
}
