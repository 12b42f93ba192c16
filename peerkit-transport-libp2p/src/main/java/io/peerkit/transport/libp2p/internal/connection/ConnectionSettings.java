// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.connection;

import io.peerkit.api.transport.PeerStream;
import io.peerkit.transport.libp2p.internal.noise.NoiseFrame;
import io.peerkit.transport.libp2p.internal.stream.Libp2pStream;
import io.peerkit.transport.libp2p.internal.tls.LibP2pTls;
import io.peerkit.transport.libp2p.internal.yamux.YamuxLimits;
import java.time.Duration;
import java.util.List;

/**
 * How each connection of a transport behaves.
 *
 * @param handshakeTimeout from the first byte until access is granted
 * @param negotiationTimeout for both sides of a stream to agree on its protocol
 * @param pingInterval between two pings of our own
 * @param deadAfter without a byte from the peer while a ping waits for its answer, the connection is closed
 * @param security how connections are secured, as protocol ids of libp2p, best first
 * @param earlyMuxer whether to offer yamux within the handshake that secures a connection
 * @param maxReceiveBytes what may wait to be read on all connections together
 * @param maxPeerReceiveBytes what may wait to be read on all connections of one peer
 * @param yamux what yamux may use on one connection
 */
public record ConnectionSettings(
        Duration handshakeTimeout,
        Duration negotiationTimeout,
        Duration pingInterval,
        Duration deadAfter,
        List<String> security,
        boolean earlyMuxer,
        long maxReceiveBytes,
        long maxPeerReceiveBytes,
        YamuxLimits yamux) {
    /** What {@link PeerStream#write} lets wait, and what yamux charges for the most writes that make it up. */
    private static final int SEND_BUFFER_BYTES =
            PeerStream.MAX_UNSENT_BYTES + Libp2pStream.MAX_UNSENT_WRITES * YamuxLimits.WRITE_COST_BYTES;

    /**
     * TLS first: its handshake costs a millisecond more than that of Noise, but the JDK's AES-GCM is so much faster than its
     * ChaCha20-Poly1305, on Java 17 more than ten times, that this is won back within the first megabytes.
     */
    private static final List<String> SECURITY = List.of(LibP2pTls.PROTOCOL, NoiseFrame.PROTOCOL);

    /** Copies the list. */
    public ConnectionSettings {
        security = List.copyOf(security);
    }

    /**
     * The usual ones.
     *
     * @param handshakeTimeout from the first byte until access is granted
     * @return a ping every 15 s, dead after 30 s of silence, TLS before Noise, yamux offered early
     */
    public static ConnectionSettings of(Duration handshakeTimeout) {
        YamuxLimits usual = YamuxLimits.defaults();
        YamuxLimits yamux = new YamuxLimits(
                usual.maxFrameBytes(),
                SEND_BUFFER_BYTES,
                usual.maxWindowBytes(),
                usual.maxReceiveBytes(),
                usual.maxInboundStreams(),
                usual.maxOutboundStreams(),
                usual.maxUnacknowledgedStreams(),
                usual.resetBurst(),
                usual.resetsPerSecond());
        return new ConnectionSettings(
                handshakeTimeout,
                Duration.ofSeconds(10),
                Duration.ofSeconds(15),
                Duration.ofSeconds(30),
                SECURITY,
                true,
                ReceiveBudgets.defaultBytes(),
                ReceiveBudgets.DEFAULT_PEER_BYTES,
                yamux);
    }

    /**
     * The same without the early choice of the muxer.
     *
     * @return settings for peers that are to choose yamux by multistream-select
     */
    public ConnectionSettings withoutEarlyMuxer() {
        return with(security, false, maxReceiveBytes, maxPeerReceiveBytes);
    }

    /**
     * The same with other ways to secure connections.
     *
     * @param protocols their protocol ids, best first
     * @return settings that offer these
     */
    public ConnectionSettings withSecurity(List<String> protocols) {
        return with(protocols, earlyMuxer, maxReceiveBytes, maxPeerReceiveBytes);
    }

    /**
     * The same with other budgets for what waits to be read.
     *
     * @param all for all connections together, in bytes
     * @param peer for all connections of one peer, in bytes
     * @return settings with these
     */
    public ConnectionSettings withReceiveBytes(long all, long peer) {
        return with(security, earlyMuxer, all, peer);
    }

    private ConnectionSettings with(List<String> protocols, boolean early, long allBytes, long peerBytes) {
        return new ConnectionSettings(
                handshakeTimeout,
                negotiationTimeout,
                pingInterval,
                deadAfter,
                protocols,
                early,
                allBytes,
                peerBytes,
                yamux);
    }
}
