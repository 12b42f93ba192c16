// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.tls;

import io.peerkit.api.InvalidBytesException;

/**
 * What a peer sends besides data once the handshake is over: tickets, which are passed over, and updates of its key.
 *
 * <pre>{@code
 *   type (u8: ticket 4, key update 24) | length (u24) | body; of a key update 0, or 1 to ask for one of ours
 * }</pre>
 *
 * <p>Messages may come in pieces, a record for each, and several may share one. Not safe for use by many threads.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc8446#section-4.6">RFC 8446, section 4.6</a>
 */
final class PostHandshake {
    /** The longest ticket in bytes with all that comes with it; OpenSSL sends 200 to 2,000. */
    static final int MAX_TICKET_BYTES = 65_536;

    static final int TICKET = 4;
    static final int KEY_UPDATE = 24;

    /** Type and length of a message in bytes. */
    static final int HEADER_BYTES = 4;

    private static final int NOT_REQUESTED = 0;
    private static final int REQUESTED = 1;

    /** What a record came to. */
    enum Outcome {
        NOTHING,
        KEY_UPDATED,
        KEY_UPDATED_AND_OURS_REQUESTED
    }

    private int headerBytes;
    private int header;
    private int bodyLeft;

    /** Whether a message has begun and not ended; nothing else may come then. */
    boolean isWithinMessage() {
        return headerBytes > 0;
    }

    /**
     * Takes the content of one record.
     *
     * @throws InvalidBytesException when a message is of another type, longer than may be, or a key update is not the last
     *     of its record
     */
    Outcome take(byte[] content, int length) {
        if (length == 0) {
            throw new InvalidBytesException("tls record of type handshake is empty");
        }
        for (int at = 0; at < length; at++) {
            int octet = content[at] & 0xff;
            if (headerBytes < HEADER_BYTES) {
                header = header << Byte.SIZE | octet;
                if (++headerBytes == HEADER_BYTES) {
                    begin();
                }
            } else if (--bodyLeft == 0) {
                headerBytes = 0;
                if (type() == KEY_UPDATE) {
                    return keyUpdate(octet, at == length - 1);
                }
            }
        }
        return Outcome.NOTHING;
    }

    private int type() {
        return header >>> (3 * Byte.SIZE);
    }

    private void begin() {
        int type = type();
        bodyLeft = header & 0xffffff;
        int most = type == TICKET ? MAX_TICKET_BYTES : type == KEY_UPDATE ? 1 : 0;
        if (bodyLeft < 1 || bodyLeft > most) {
            throw new InvalidBytesException("tls message of type " + type + " and " + bodyLeft
                    + " bytes behind the handshake, must be 1 to " + most);
        }
    }

    private static Outcome keyUpdate(int request, boolean last) {
        if (!last || request > REQUESTED) {
            throw new InvalidBytesException("tls key update " + request + ", must be " + NOT_REQUESTED + " or "
                    + REQUESTED + " and end its record");
        }
        return request == REQUESTED ? Outcome.KEY_UPDATED_AND_OURS_REQUESTED : Outcome.KEY_UPDATED;
    }
}
