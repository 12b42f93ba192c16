// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.tls;

/**
 * How TLS records lie on the connection.
 *
 * <pre>{@code
 *   type (u8, 20 to 23) | version (03, any) | length (u16, big-endian) | fragment (length bytes)
 * }</pre>
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc8446#section-5">RFC 8446, section 5</a>
 */
final class TlsRecord {
    /** Type, version and length in bytes. */
    static final int HEADER_BYTES = 5;

    /** The authentication tag in bytes, the same with each cipher suite. */
    static final int TAG_BYTES = 16;

    /** The most that one record carries, in bytes. */
    static final int MAX_PLAINTEXT_BYTES = 16_384;

    /** The longest fragment in bytes: what a record carries, its type, its tag and padding. */
    static final int MAX_FRAGMENT_BYTES = MAX_PLAINTEXT_BYTES + 256;

    /** What a record of ours is longer than what it carries, in bytes. */
    static final int OVERHEAD_BYTES = HEADER_BYTES + 1 + TAG_BYTES;

    static final int CHANGE_CIPHER_SPEC = 20;
    static final int ALERT = 21;
    static final int HANDSHAKE = 22;
    static final int APPLICATION_DATA = 23;

    /** What every record claims to be. */
    static final int VERSION = 0x0303;

    private TlsRecord() {}
}
