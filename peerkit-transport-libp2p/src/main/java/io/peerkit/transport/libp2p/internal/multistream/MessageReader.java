// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.multistream;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.transport.libp2p.internal.multiformats.Varint;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Puts messages together from pieces of any size, and takes no byte beyond the message it returns. */
final class MessageReader {
    /** A length of up to 1,024 takes two bytes. */
    private static final int MAX_PREFIX_BYTES = Varint.length(Multistream.MAX_MESSAGE_BYTES);

    private static final int UNKNOWN = -1;

    private final ByteBuffer pending = ByteBuffer.allocate(Multistream.MAX_MESSAGE_BYTES);
    private int length = UNKNOWN;

    /**
     * Takes what belongs to the next message.
     *
     * @return its text without the newline, or empty when more must come
     * @throws InvalidBytesException when it is too long, empty, no UTF-8 or does not end in a newline
     */
    Optional<String> next(ByteBuffer in) {
        while (length == UNKNOWN && in.hasRemaining()) {
            pending.put(in.get());
            readLength();
        }
        if (length == UNKNOWN) {
            return Optional.empty();
        }
        int wanted = Math.min(length - pending.position(), in.remaining());
        pending.put(pending.position(), in, in.position(), wanted);
        pending.position(pending.position() + wanted);
        in.position(in.position() + wanted);
        return pending.position() == length ? Optional.of(takeText()) : Optional.empty();
    }

    private void readLength() {
        long value = Varint.tryRead(pending.duplicate().flip());
        if (value == Varint.INCOMPLETE) {
            if (pending.position() == MAX_PREFIX_BYTES) {
                throw new InvalidBytesException("multistream message has a length of more than " + MAX_PREFIX_BYTES
                        + " bytes, at most " + Multistream.MAX_MESSAGE_BYTES + " may be stated");
            }
            return;
        }
        if (value < 1 || value > Multistream.MAX_MESSAGE_BYTES) {
            throw new InvalidBytesException(
                    "multistream message of " + value + " bytes, must have 1 to " + Multistream.MAX_MESSAGE_BYTES);
        }
        pending.clear();
        length = (int) value;
    }

    private String takeText() {
        if (pending.get(length - 1) != '\n') {
            throw new InvalidBytesException("multistream message of " + length + " bytes does not end in a newline");
        }
        pending.position(0).limit(length - 1);
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(pending).toString();
        } catch (CharacterCodingException e) {
            throw new InvalidBytesException("multistream message of " + length + " bytes is not UTF-8", e);
        } finally {
            pending.clear();
            length = UNKNOWN;
        }
    }
}
