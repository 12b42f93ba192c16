// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.noise;

/**
 * How Noise messages lie on the connection.
 *
 * <pre>{@code
 *   length (u16, big-endian) | message (length bytes; after the handshake its last 16 are the tag)
 * }</pre>
 *
 * @see <a href="https://github.com/libp2p/specs/blob/master/noise/README.md#wire-format">noise-libp2p, wire format</a>
 */
public final class NoiseFrame {
    /** The protocol's name in multistream-select. */
    public static final String PROTOCOL = "/noise";

    /** The length field in bytes. */
    public static final int LENGTH_BYTES = 2;

    /** The longest message in bytes, in the handshake and after it. */
    public static final int MAX_MESSAGE_BYTES = 65_535;

    /** The authentication tag of Poly1305 in bytes. */
    public static final int TAG_BYTES = 16;

    /** The most that one message carries after the handshake, in bytes. */
    public static final int MAX_PLAINTEXT_BYTES = MAX_MESSAGE_BYTES - TAG_BYTES;

    private NoiseFrame() {}
}
