// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.multistream;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.transport.libp2p.internal.multiformats.Varint;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collection;

/**
 * The messages of multistream-select 1.0.
 *
 * <pre>{@code
 *   message = varint length | text in UTF-8 | '\n'        the length counts the newline
 *
 *   dialer                               listener
 *     | /multistream/1.0.0, /a             |
 *     | ---------------------------------> |
 *     |            /multistream/1.0.0, na  |
 *     | <--------------------------------- |
 *     | /b                                 |
 *     | ---------------------------------> |
 *     |                                /b  |
 *     | <--------------------------------- |   /b is spoken from here on
 * }</pre>
 *
 * @see <a href="https://github.com/multiformats/multistream-select">multistream-select 1.0.0</a>
 */
public final class Multistream {
    /** The first message of either side. */
    public static final String HEADER = "/multistream/1.0.0";

    /** The longest message in bytes, newline included and length not. */
    public static final int MAX_MESSAGE_BYTES = 1_024;

    /** The most proposals that a listener hears before it gives up on the peer. */
    public static final int MAX_PROPOSALS = 32;

    static final String NOT_AVAILABLE = "na";
    static final String LIST = "ls";

    private Multistream() {}

    static byte[] encode(String text) {
        return encode(text.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] encode(byte[] text) {
        int length = text.length + 1;
        if (length > MAX_MESSAGE_BYTES) {
            throw new InvalidBytesException(
                    "multistream message of " + length + " bytes, at most " + MAX_MESSAGE_BYTES);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(Varint.encode(length));
        out.writeBytes(text);
        out.write('\n');
        return out.toByteArray();
    }

    /** The answer to {@code ls}: a message for each protocol within one message, as many as fit. */
    static byte[] encodeList(Collection<String> protocols) {
        ByteArrayOutputStream list = new ByteArrayOutputStream();
        for (String protocol : protocols) {
            byte[] message = encode(protocol);
            if (list.size() + message.length + 1 <= MAX_MESSAGE_BYTES) {
                list.writeBytes(message);
            }
        }
        return encode(list.toByteArray());
    }
}
