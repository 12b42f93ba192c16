// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.interop;

import io.peerkit.transport.libp2p.internal.mdns.Mdns;
import io.peerkit.transport.libp2p.internal.mdns.ServiceName;
import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Discovery of ours and of js-libp2p in one network namespace: ends with 0 when each has found the other. */
final class JsMdnsProcess {
    private static final int PATIENCE_SECONDS = 30;

    private JsMdnsProcess() {}

    public static void main(String[] arguments) throws Exception {
        byte[] key = new byte[PeerId.ED25519_KEY_BYTES];
        key[0] = 9;
        PeerId self = PeerId.ofEd25519(key);
        CompletableFuture<PeerId> found = new CompletableFuture<>();
        Mdns mdns = Mdns.start(
                new Mdns.Settings(Set.of(), ServiceName.of(Optional.empty()), Mdns.PORT),
                self,
                () -> List.of(Multiaddr.parse("/ip4/127.0.0.1/tcp/4001")),
                (peer, addresses) -> found.complete(peer));
        try (JsNode js = new JsNode(Path.of(arguments[0]), true, "--mdns")) {
            String theirs = found.get(PATIENCE_SECONDS, TimeUnit.SECONDS).toString();
            if (!theirs.equals(js.peer())) {
                throw new IllegalStateException("found " + theirs + ", must be " + js.peer());
            }
            String addresses = js.event(
                            "discovered",
                            message -> message.path("peerId").asText().equals(self.toString()))
                    .path("addresses")
                    .toString();
            if (!addresses.contains("/ip4/127.0.0.1/tcp/4001")) {
                throw new IllegalStateException("js-libp2p found us at " + addresses);
            }
        } finally {
            mdns.close();
        }
    }
}
