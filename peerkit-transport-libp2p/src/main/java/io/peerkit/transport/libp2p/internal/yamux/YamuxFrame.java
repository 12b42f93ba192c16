// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.yamux;

/**
 * The header of one frame.
 *
 * <p>Stream ids are unsigned 32-bit numbers kept in an {@code int}.
 *
 * @see Yamux
 */
sealed interface YamuxFrame {
    /** The flags, {@link Yamux#SYN} and so on; bits without a meaning are kept and ignored. */
    int flags();

    default boolean has(int flag) {
        return (flags() & flag) != 0;
    }

    /** A frame that belongs to one stream. */
    sealed interface OfStream extends YamuxFrame {
        /** The stream, not 0. */
        int streamId();

        /** The length field: payload, window delta, or with RST an error code. */
        long length();
    }

    /**
     * Announces payload.
     *
     * @param length the bytes of payload that follow, or with RST an error code
     */
    record Data(int flags, int streamId, long length) implements OfStream {
        /** The bytes that follow the header. */
        int payloadBytes() {
            return has(Yamux.RST) ? 0 : (int) length;
        }
    }

    /**
     * Enlarges the peer's send window, and carries flags.
     *
     * @param length the bytes by which the window grows, or with RST an error code
     */
    record WindowUpdate(int flags, int streamId, long length) implements OfStream {}

    /**
     * Asks for an echo (SYN) or is one (ACK).
     *
     * @param value what is echoed
     */
    record Ping(int flags, int value) implements YamuxFrame {}

    /**
     * Says that no new streams are wanted.
     *
     * @param code the reason, {@link Yamux#GO_AWAY_NORMAL} and so on
     */
    record GoAway(long code) implements YamuxFrame {
        @Override
        public int flags() {
            return 0;
        }
    }
}
