// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.protobuf;

/**
 * The wire types of Protocol Buffers that are read; groups (3 and 4) are refused.
 *
 * @see <a href="https://protobuf.dev/programming-guides/encoding/">Protocol Buffers, encoding</a>
 */
final class WireType {
    static final int VARINT = 0;
    static final int FIXED64 = 1;
    static final int LENGTH_DELIMITED = 2;
    static final int FIXED32 = 5;

    /** The bits of a tag below the field's number. */
    static final int TAG_BITS = 3;

    private WireType() {}
}
