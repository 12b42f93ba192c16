// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.ping;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.LimitExceededException;
import io.peerkit.api.PeerUnreachableException;
import io.peerkit.api.PeerkitException;
import io.peerkit.transport.libp2p.internal.connection.Connection;
import io.peerkit.transport.libp2p.internal.connection.InboundProtocol;
import io.peerkit.transport.libp2p.internal.connection.StreamDriver;
import io.peerkit.transport.libp2p.internal.connection.Substream;
import io.peerkit.transport.libp2p.internal.connection.WriteListener;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;

/**
 * Measures the round trip to a peer by an echo.
 *
 * <pre>{@code
 *   dialer                       listener
 *     |  32 random bytes            |
 *     | --------------------------> |
 *     |           the same 32 bytes |
 *     | <-------------------------- |   until the dialer closes the stream
 * }</pre>
 *
 * @see <a href="https://github.com/libp2p/specs/blob/master/ping/ping.md">libp2p ping, r0</a>
 */
public final class PingProtocol {
    /** The protocol's name. */
    public static final String ID = "/ipfs/ping/1.0.0";

    /** The length of one payload in bytes; the specification allows no other. */
    static final int PAYLOAD_BYTES = 32;

    /** The most streams that a peer may have open for it. */
    static final int MAX_INBOUND_STREAMS = 2;

    private PingProtocol() {}

    /**
     * Serves one connection.
     *
     * @return answers pings
     */
    public static InboundProtocol listener() {
        return new Listener();
    }

    /**
     * Pings the peer once; to be called on the connection's event loop.
     *
     * @param connection an open connection
     * @param payload 32 random bytes
     * @return a future of the round trip without the opening of the stream, or failed as {@link Connection#open}
     */
    public static CompletableFuture<Duration> ping(Connection connection, byte[] payload) {
        CompletableFuture<Duration> answered = new CompletableFuture<>();
        return connection.open(ID).thenCompose(stream -> {
            new Probe(stream, payload, answered).start();
            return answered;
        });
    }

    private static final class Listener implements InboundProtocol {
        private int open;

        @Override
        public void accept(Substream stream) {
            if (open == MAX_INBOUND_STREAMS) {
                throw new LimitExceededException("ping streams at most " + MAX_INBOUND_STREAMS);
            }
            open++;
            stream.drive(new Echo(stream, () -> open--));
        }
    }

    private static final class Echo implements StreamDriver, WriteListener {
        private final Substream stream;
        private final Runnable ended;
        private byte[] payload = new byte[PAYLOAD_BYTES];
        private int filled;
        private boolean answering;
        private boolean over;

        Echo(Substream stream, Runnable ended) {
            this.stream = stream;
            this.ended = ended;
        }

        /** Reads no further while an answer waits, so a peer that does not read them holds no memory. */
        @Override
        public void readable() {
            if (answering || over) {
                return;
            }
            filled += stream.read(payload, filled, PAYLOAD_BYTES - filled);
            if (filled == PAYLOAD_BYTES) {
                byte[] answer = payload;
                payload = new byte[PAYLOAD_BYTES];
                filled = 0;
                answering = true;
                stream.write(answer, this);
            } else if (stream.isInputEnded()) {
                stream.closeWrite();
                end();
            }
        }

        @Override
        public void written() {
            answering = false;
            readable();
        }

        @Override
        public void failed(PeerkitException cause) {
            end();
        }

        @Override
        public void broken(PeerkitException cause) {
            end();
        }

        private void end() {
            if (!over) {
                over = true;
                ended.run();
            }
        }
    }

    private static final class Probe implements StreamDriver {
        private final Substream stream;
        private final byte[] payload;
        private final CompletableFuture<Duration> answered;
        private final byte[] answer = new byte[PAYLOAD_BYTES];
        private final long startNanos = System.nanoTime();
        private int filled;

        Probe(Substream stream, byte[] payload, CompletableFuture<Duration> answered) {
            this.stream = stream;
            this.payload = payload;
            this.answered = answered;
        }

        void start() {
            stream.drive(this);
            stream.write(payload, WriteListener.NONE);
        }

        @Override
        public void readable() {
            filled += stream.read(answer, filled, PAYLOAD_BYTES - filled);
            if (filled == PAYLOAD_BYTES && !answered.isDone()) {
                if (!Arrays.equals(answer, payload)) {
                    throw new InvalidBytesException("ping answer differs from what was sent");
                }
                stream.closeWrite();
                answered.complete(Duration.ofNanos(System.nanoTime() - startNanos));
            } else if (stream.isInputEnded()) {
                answered.completeExceptionally(new PeerUnreachableException("peer closed a ping without answer"));
            }
        }

        @Override
        public void broken(PeerkitException cause) {
            answered.completeExceptionally(cause);
        }
    }
}
