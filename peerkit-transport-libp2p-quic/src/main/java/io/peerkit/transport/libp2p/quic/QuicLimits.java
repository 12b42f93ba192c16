// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.quic;

import io.netty.handler.codec.quic.QuicCodecBuilder;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** The bounds of QUIC connections and their streams. */
final class QuicLimits {
    /** How many streams the peer may have open. */
    static final int MAX_STREAMS = 256;

    /** How many streams we may have open, if the peer allows as many. */
    static final int MAX_OWN_STREAMS = 1_024;

    /** How many bytes of a stream may come before the first is read; quiche doubles it for a fast reader, up to 16 MiB. */
    static final int STREAM_WINDOW_BYTES = 512 * 1024;

    /** The same of all streams of a connection together; up to 24 MiB. */
    static final int CONNECTION_WINDOW_BYTES = 1024 * 1024;

    /** How many bytes of a stream are taken over from quiche before the application asks; the window counts on without them. */
    static final int READ_AHEAD_BYTES = 64 * 1024;

    /** How many bytes and writes may wait to be sent on a stream. */
    static final int MAX_UNSENT_BYTES = 4 * 1024 * 1024;

    static final int MAX_UNSENT_WRITES = 16_384;

    /** After this long without a packet a connection is over. The smaller one of both sides counts. */
    static final Duration IDLE_TIMEOUT = Duration.ofSeconds(30);

    /** The largest UDP payload sent: what passes every link of IPv6. */
    static final int MAX_SENT_PAYLOAD_BYTES = 1_232;

    /** The largest UDP payload received: larger ones are cut by the buffer and dropped. */
    static final int MAX_RECEIVED_PAYLOAD_BYTES = 1_500;

    /** The length of connection ids that both sides of a socket make, so that the socket can tell them apart. */
    static final int CONNECTION_ID_BYTES = 20;

    /** Asked of the system for each direction of a UDP socket; it may give less. */
    static final int SOCKET_BUFFER_BYTES = 2 * 1024 * 1024;

    private QuicLimits() {}

    /** Sets what holds for dialed and accepted connections alike. */
    static <B extends QuicCodecBuilder<B>> B set(B codec) {
        return codec.maxIdleTimeout(IDLE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                .initialMaxData(CONNECTION_WINDOW_BYTES)
                .initialMaxStreamDataBidirectionalLocal(STREAM_WINDOW_BYTES)
                .initialMaxStreamDataBidirectionalRemote(STREAM_WINDOW_BYTES)
                .initialMaxStreamDataUnidirectional(0)
                .initialMaxStreamsBidirectional(MAX_STREAMS)
                .initialMaxStreamsUnidirectional(0)
                .maxSendUdpPayloadSize(MAX_SENT_PAYLOAD_BYTES)
                .maxRecvUdpPayloadSize(MAX_RECEIVED_PAYLOAD_BYTES)
                .localConnectionIdLength(CONNECTION_ID_BYTES)
                .activeMigration(false);
    }
}
