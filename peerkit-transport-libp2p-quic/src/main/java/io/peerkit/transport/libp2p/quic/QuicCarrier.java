// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.quic;

import io.peerkit.api.PeerUnreachableException;
import io.peerkit.transport.libp2p.internal.carrier.Carrier;
import io.peerkit.transport.libp2p.internal.carrier.CarrierHost;
import io.peerkit.transport.libp2p.internal.carrier.DialAttempt;
import io.peerkit.transport.libp2p.internal.carrier.ListenAddresses;
import io.peerkit.transport.libp2p.internal.keys.NodeKey;
import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import io.peerkit.transport.libp2p.internal.tls.TlsIdentity;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** Connections over QUIC version 1. Safe for use by any thread. */
final class QuicCarrier implements Carrier {
    private static final int IP4_BYTES = 4;
    private static final int IP6_BYTES = 16;

    private final CarrierHost host;
    private final QuicTls tls;
    private final SecureRandom random;
    private final List<QuicSocket> listening = new CopyOnWriteArrayList<>();
    private final List<InetSocketAddress> bound = new CopyOnWriteArrayList<>();
    private @Nullable CompletableFuture<QuicSocket> dialing4;
    private @Nullable CompletableFuture<QuicSocket> dialing6;

    QuicCarrier(CarrierHost host, NodeKey key, SecureRandom random) {
        this.host = host;
        this.random = random;
        tls = new QuicTls(TlsIdentity.of(key, random));
    }

    @Override
    public boolean dials(Multiaddr address) {
        return address.isQuic() && address.port().orElse(0) != 0;
    }

    @Override
    public boolean listens(Multiaddr address) {
        return address.isQuic() && address.ip().isPresent() && address.peerId().isEmpty();
    }

    @Override
    public CompletableFuture<Void> listen(Multiaddr address) {
        InetAddress ip = address.ip().orElseThrow();
        QuicSocket socket = new QuicSocket(host, tls, ip instanceof Inet4Address, true, random);
        return socket.bind(new InetSocketAddress(ip, address.port().orElseThrow()))
                .thenAccept(local -> {
                    bound.add(local);
                    listening.add(socket);
                });
    }

    @Override
    public void dial(DialAttempt attempt) {
        var unused = host.names().resolve(attempt.address()).whenComplete((remote, failure) -> {
            if (failure != null || attempt.upgraded().isDone()) {
                attempt.fail(failure == null ? new PeerUnreachableException("dial was given up") : failure);
            } else {
                dial(attempt, remote);
            }
        });
    }

    private void dial(DialAttempt attempt, InetSocketAddress remote) {
        Optional<QuicSocket> shared = listening.stream()
                .filter(socket -> socket.reaches(remote.getAddress()))
                .findFirst();
        if (shared.isPresent()) {
            shared.get().dial(attempt, remote);
            return;
        }
        var unused = dialingSocket(remote.getAddress() instanceof Inet4Address).whenComplete((socket, failure) -> {
            if (failure != null || attempt.upgraded().isDone()) {
                attempt.fail(failure == null ? new PeerUnreachableException("dial was given up") : failure);
            } else {
                socket.dial(attempt, remote);
            }
        });
    }

    /** The socket for all dials that no listening one can make, opened when first needed. */
    private synchronized CompletableFuture<QuicSocket> dialingSocket(boolean ip4) {
        CompletableFuture<QuicSocket> known = ip4 ? dialing4 : dialing6;
        if (known != null && !known.isCompletedExceptionally()) {
            return known;
        }
        QuicSocket socket = new QuicSocket(host, tls, ip4, false, random);
        CompletableFuture<QuicSocket> opening =
                socket.bind(new InetSocketAddress(anyAddress(ip4), 0)).thenApply(local -> socket);
        if (ip4) {
            dialing4 = opening;
        } else {
            dialing6 = opening;
        }
        return opening;
    }

    private static InetAddress anyAddress(boolean ip4) {
        try {
            return InetAddress.getByAddress(new byte[ip4 ? IP4_BYTES : IP6_BYTES]);
        } catch (UnknownHostException e) {
            throw new AssertionError("an IP address of 4 or 16 bytes", e);
        }
    }

    @Override
    public List<Multiaddr> addresses() {
        return ListenAddresses.of(bound).stream()
                .map(socket -> Multiaddr.ofQuic(socket.getAddress(), socket.getPort()))
                .toList();
    }
}
