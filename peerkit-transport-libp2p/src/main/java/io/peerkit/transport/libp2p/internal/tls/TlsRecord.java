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

    /** The zeros that the JDK puts behind what a record carries. */
    static final int PADDING_BYTES = 16;

    /** The most that the JDK lets one record of ours carry, in bytes: padding and type count. */
    static final int SENT_PLAINTEXT_BYTES = MAX_PLAINTEXT_BYTES - PADDING_BYTES - 1;

    /** What a record of ours is longer than what it carries, in bytes: the tag has 16 in each of our cipher suites. */
    static final int OVERHEAD_BYTES = HEADER_BYTES + 1 + PADDING_BYTES + 16;

    static final int FIRST_TYPE = 20;
    static final int LAST_TYPE = 23;
    static final int MAJOR_VERSION = 3;

    private TlsRecord() {}
}
