// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.connection;

import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import io.peerkit.transport.libp2p.internal.identify.IdentifyService;
import io.peerkit.transport.libp2p.internal.keys.NodeKey;
import io.peerkit.transport.libp2p.internal.metrics.Metrics;
import io.peerkit.transport.libp2p.internal.noise.NoiseIdentity;
import io.peerkit.transport.libp2p.internal.noise.NoiseSecurity;
import io.peerkit.transport.libp2p.internal.ping.PingProtocol;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Both ends of a connection in one thread, with time moved by hand. */
public final class EmbeddedPair {
    public static final Duration HANDSHAKE_TIMEOUT = Duration.ofSeconds(10);
    private static final SecureRandom RANDOM = new SecureRandom();

    /** One end. */
    public static final class End {
        public final NodeKey key;
        public final ProtocolTable protocols = new ProtocolTable();
        public final CompletableFuture<Connection> upgraded = new CompletableFuture<>();
        /** Whether the muxer is offered in the secure handshake. */
        public boolean earlyMuxer = true;

        private final TrafficCounter traffic = new TrafficCounter();
        private ConnectionPolicy policy = new OpenPolicy();

        /** Not connected before both ends have their policies. */
        private Optional<EmbeddedChannel> channel = Optional.empty();

        public End() {
            byte[] seed = new byte[NodeKey.SEED_BYTES];
            RANDOM.nextBytes(seed);
            key = NodeKey.fromSeed(seed);
            IdentifyService unused = new IdentifyService(key, List::of, protocols);
            protocols.add(PingProtocol.ID, connection -> PingProtocol.listener());
        }

        public End policy(ConnectionPolicy chosen) {
            policy = chosen;
            return this;
        }

        public ConnectionContext context() {
            return new ConnectionContext(
                    earlyMuxer
                            ? ConnectionSettings.of(HANDSHAKE_TIMEOUT)
                            : ConnectionSettings.of(HANDSHAKE_TIMEOUT).withoutEarlyMuxer(),
                    key.peerId(),
                    List.of(new NoiseSecurity(NoiseIdentity.of(key, secret()), End::secret)),
                    policy,
                    protocols,
                    traffic,
                    new Metrics(),
                    new ReceiveBudgets(Long.MAX_VALUE, Long.MAX_VALUE, new Metrics()),
                    established -> {});
        }

        private static byte[] secret() {
            byte[] secret = new byte[32];
            RANDOM.nextBytes(secret);
            return secret;
        }

        public EmbeddedChannel channel() {
            return channel.orElseThrow();
        }

        /** Gives back what the end still holds. */
        public void close() {
            channel.ifPresent(EmbeddedChannel::finishAndReleaseAll);
        }

        public Connection connection() {
            return upgraded.join();
        }
    }

    public final End dialer;
    public final End listener;

    /** While false, nothing travels: the cable is out, and nobody knows. */
    public boolean connected = true;

    public EmbeddedPair(End dialer, End listener) {
        this.dialer = dialer;
        this.listener = listener;
        listener.channel = Optional.of(open(UpgradeHandler.listener(listener.context(), listener.upgraded)));
        dialer.channel = Optional.of(
                open(UpgradeHandler.dialer(dialer.context(), Optional.of(listener.key.peerId()), dialer.upgraded)));
    }

    public static EmbeddedChannel open(UpgradeHandler handler) {
        EmbeddedChannel channel = new EmbeddedChannel();
        channel.freezeTime();
        channel.pipeline().addLast(handler);
        return channel;
    }

    /** Lets everything that can happen now happen. */
    public EmbeddedPair settle() {
        boolean moved;
        do {
            dialer.channel().runPendingTasks();
            listener.channel().runPendingTasks();
            moved = move(dialer.channel(), listener.channel());
            moved |= move(listener.channel(), dialer.channel());
        } while (moved);
        return this;
    }

    private boolean move(EmbeddedChannel from, EmbeddedChannel to) {
        boolean moved = false;
        ByteBuf bytes;
        while ((bytes = from.readOutbound()) != null) {
            moved = true;
            if (connected && to.isOpen()) {
                to.writeInbound(bytes);
            } else {
                bytes.release();
            }
        }
        if (connected && !from.isOpen() && to.isOpen()) {
            moved = true;
            var unused = to.close();
        }
        return moved;
    }

    /** Moves time on both ends. */
    public EmbeddedPair advance(Duration time) {
        for (EmbeddedChannel each : List.of(dialer.channel(), listener.channel())) {
            each.advanceTimeBy(time.toNanos(), TimeUnit.NANOSECONDS);
            each.runScheduledPendingTasks();
        }
        return settle();
    }
}
