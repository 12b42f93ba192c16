// SPDX-License-Identifier: Apache-2.0
package io.peerkit.examples.quickstart;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.peerkit.Peerkit;
import io.peerkit.agent.NetworkAccess;
import io.peerkit.api.BlobHash;
import io.peerkit.api.IntegrationVerdict;
import io.peerkit.api.NodeAddress;
import io.peerkit.api.PeerkitNode;
import io.peerkit.storage.sqlite.SqliteStorage;
import io.peerkit.transport.libp2p.Libp2pTransport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.function.Consumer;

/**
 * The first program with Peerkit: starts a node, says hello, prints what others say, until Enter is pressed.
 *
 * <p>Run it twice: {@code Quickstart one.db KEY}, then {@code Quickstart two.db KEY ADDRESS} with the address that the
 * first one prints. KEY is 64 hex digits, the same for both.
 */
public final class Quickstart {
    private Quickstart() {}

    /**
     * Runs the program.
     *
     * @param arguments the store's file, the key and, if there is one, the address of another node
     */
    public static void main(String[] arguments) throws IOException {
        byte[] key = HexFormat.of().parseHex(arguments[1]);
        Consumer<String> print = text -> System.out.println("received " + text);
        try (PeerkitNode node = startAndSayHello(Path.of(arguments[0]), key, print)) {
            node.addresses().forEach(address -> System.out.println("listening on " + address));
            if (arguments.length > 2) {
                node.connect(new NodeAddress(arguments[2])).join();
            }
            int enter = System.in.read();
            System.out.println(enter < 0 ? "input ended" : "bye");
        }
    }

    static PeerkitNode startAndSayHello(Path store, byte[] key, Consumer<String> received) {
        // tag::readme[]
        PeerkitNode node = Peerkit.node()
                .storage(SqliteStorage.at(store))
                .transport(Libp2pTransport.builder().listen("/ip4/0.0.0.0/tcp/0"))
                .access(NetworkAccess.sharedKey(key))
                .hooks(incoming -> {
                    received.accept(new String(incoming.blob(), UTF_8));
                    return IntegrationVerdict.ACCEPTED;
                })
                .start()
                .join();
        BlobHash id = node.publish("hello".getBytes(UTF_8)).join();
        // end::readme[]
        System.out.println("published " + id);
        return node;
    }
}
