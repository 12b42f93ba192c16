// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.mdns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import java.io.IOException;
import java.net.NetworkInterface;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Real sockets, on the loopback interface only. */
class MdnsTest {
    private static final int PORT = 35_353;

    private static PeerId peer(int number) {
        byte[] key = new byte[PeerId.ED25519_KEY_BYTES];
        key[0] = (byte) number;
        return PeerId.ofEd25519(key);
    }

    private static Mdns start(int number, String service, CompletableFuture<PeerId> found) throws IOException {
        return Mdns.start(
                new Mdns.Settings(Set.of(loopback()), service, PORT),
                peer(number),
                () -> List.of(Multiaddr.parse("/ip4/127.0.0.1/tcp/" + (4_000 + number))),
                (node, addresses) -> {
                    if (addresses.equals(List.of(Multiaddr.parse("/ip4/127.0.0.1/tcp/4002/p2p/" + peer(2))))
                            || addresses.equals(List.of(Multiaddr.parse("/ip4/127.0.0.1/tcp/4001/p2p/" + peer(1))))) {
                        found.complete(node);
                    }
                });
    }

    private static String loopback() throws IOException {
        return NetworkInterface.networkInterfaces()
                .filter(each -> {
                    try {
                        return each.isLoopback();
                    } catch (IOException e) {
                        return false;
                    }
                })
                .findFirst()
                .map(NetworkInterface::getName)
                .orElse("none");
    }

    @Test
    void start_twoOnLoopback_findEachOther() throws Exception {
        assumeTrue(!loopback().equals("none"), "no loopback interface");
        CompletableFuture<PeerId> one = new CompletableFuture<>();
        CompletableFuture<PeerId> two = new CompletableFuture<>();
        Mdns first = start(1, "_p2p-aa._udp.local", one);
        Mdns second = start(2, "_p2p-aa._udp.local", two);
        try {
            assertThat(one.get(20, TimeUnit.SECONDS)).isEqualTo(peer(2));
            assertThat(two.get(20, TimeUnit.SECONDS)).isEqualTo(peer(1));
        } finally {
            first.close();
            second.close();
        }
    }

    @Test
    void close_always_threadGone() throws Exception {
        Mdns mdns = start(3, "_p2p-bb._udp.local", new CompletableFuture<>());
        mdns.changed();
        mdns.close();
        mdns.close();
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().equals("peerkit-mdns"));
    }
}
