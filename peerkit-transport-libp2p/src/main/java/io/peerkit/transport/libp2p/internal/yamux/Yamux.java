// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.yamux;

/**
 * The wire format of yamux, version 0.
 *
 * <p>Every frame starts with twelve bytes, all numbers big-endian and unsigned; only data frames have more:
 *
 * <pre>{@code
 *   0         1         2                   4                   8                  12
 *   +---------+---------+-------------------+-------------------+-------------------+- - - - - -
 *   | version | type    | flags             | stream id         | length            | payload
 *   +---------+---------+-------------------+-------------------+-------------------+- - - - - -
 *
 *   type           length means
 *   0 data         bytes of payload that follow
 *   1 window       bytes by which the receiver enlarges what the sender may send on this stream
 *   2 ping         a value to be echoed             stream id 0
 *   3 go away      the reason, see GO_AWAY_*        stream id 0
 *
 *   flags: 1 SYN opens the stream, 2 ACK accepts it, 4 FIN ends the sender's direction, 8 RST ends both at once
 * }</pre>
 *
 * <p>On a frame with RST, of whatever type, the length is an error code and no payload follows (libp2p/specs PR 622).
 * SYN, ACK, FIN and RST are accepted in any combination on data and window frames, and FIN acts after the payload of its
 * frame. They are sent on window frames only, and FIN on one of its own: there are peers that lose the payload which
 * shares a frame with FIN, and peers that do not take SYN or ACK on data frames.
 *
 * @see <a href="https://github.com/libp2p/specs/blob/master/yamux/README.md">libp2p yamux</a>
 */
public final class Yamux {
    /** The name under which a connection agrees on yamux. */
    public static final String PROTOCOL_ID = "/yamux/1.0.0";

    /** The length of a header in bytes. */
    public static final int HEADER_BYTES = 12;

    /** What each side may send on a new stream before it hears a window update, in bytes; fixed by the specification. */
    public static final int INITIAL_WINDOW_BYTES = 256 * 1024;

    /** The least room in bytes with which {@link YamuxSession#pollOutput} can be called. */
    public static final int MIN_OUTPUT_BYTES = 64;

    /** The largest error code of a reset; it travels as 32 bits. */
    public static final long MAX_RESET_CODE = 0xFFFF_FFFFL;

    /** A go-away without a fault. */
    public static final int GO_AWAY_NORMAL = 0;

    /** A go-away because the peer broke the protocol. */
    public static final int GO_AWAY_PROTOCOL_ERROR = 1;

    /** A go-away because the sender of it failed. */
    public static final int GO_AWAY_INTERNAL_ERROR = 2;

    static final int VERSION = 0;

    static final int TYPE_DATA = 0;
    static final int TYPE_WINDOW_UPDATE = 1;
    static final int TYPE_PING = 2;
    static final int TYPE_GO_AWAY = 3;

    static final int SYN = 1;
    static final int ACK = 2;
    static final int FIN = 4;
    static final int RST = 8;

    /** What a window can hold at most: the sum of all unused updates of a peer must fit 32 bits. */
    static final long MAX_SEND_WINDOW_BYTES = 0xFFFF_FFFFL;

    private Yamux() {}
}
