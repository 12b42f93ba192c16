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

    /** The most that one record carries, in bytes. */
    static final int MAX_PLAINTEXT_BYTES = 16_384;

    /** The longest fragment in bytes: what a record carries, its type, its tag and padding. */
    static final int MAX_FRAGMENT_BYTES = MAX_PLAINTEXT_BYTES + 256;

    /** What a record is longer than what it carries, in bytes, with each of our cipher suites and no padding. */
    static final int OVERHEAD_BYTES = HEADER_BYTES + 1 + 16;

    static final int FIRST_TYPE = 20;
    static final int LAST_TYPE = 23;
    static final int MAJOR_VERSION = 3;

    private TlsRecord() {}
}
