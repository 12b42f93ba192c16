// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.multistream;

import io.peerkit.api.InvalidBytesException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * Proposes protocols, one after the other, until the listener accepts one.
 *
 * <p>After construction and after each {@link #feed}, send what {@link #takeOutput} returns. Not safe for use by many
 * threads.
 *
 * @see Multistream
 */
public final class MultistreamDialer {
    private final MessageReader reader = new MessageReader();
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private final Iterator<String> proposals;
    private String proposed;
    private boolean headerSeen;
    private Negotiation outcome = Negotiation.Pending.PENDING;

    /**
     * Starts a negotiation; the header and the first proposal are ready to be sent together.
     *
     * @param proposals at least one protocol, best first
     */
    public MultistreamDialer(List<String> proposals) {
        if (proposals.isEmpty()) {
            throw new IllegalArgumentException("multistream proposals are empty, at least 1 must be made");
        }
        this.proposals = List.copyOf(proposals).iterator();
        output.writeBytes(Multistream.encode(Multistream.HEADER));
        proposed = this.proposals.next();
        output.writeBytes(Multistream.encode(proposed));
    }

    /**
     * Takes bytes from the listener, up to the end of the negotiation.
     *
     * @param in what arrived; what remains in it after {@link Negotiation.Accepted} belongs to the protocol
     * @return how far it has come; the same again once it is over
     * @throws InvalidBytesException when a message is malformed or answers something else; close the stream then
     */
    public Negotiation feed(ByteBuffer in) {
        while (outcome == Negotiation.Pending.PENDING) {
            Optional<String> message = reader.next(in);
            if (message.isEmpty()) {
                break;
            }
            outcome = headerSeen ? answer(message.get()) : header(message.get());
        }
        return outcome;
    }

    private Negotiation header(String message) {
        if (!message.equals(Multistream.HEADER)) {
            throw new InvalidBytesException(
                    "multistream header of " + message.length() + " characters, must be " + Multistream.HEADER);
        }
        headerSeen = true;
        return Negotiation.Pending.PENDING;
    }

    private Negotiation answer(String message) {
        if (message.equals(proposed)) {
            return new Negotiation.Accepted(proposed);
        }
        if (!message.equals(Multistream.NOT_AVAILABLE)) {
            throw new InvalidBytesException("multistream answer of " + message.length() + " characters, must be "
                    + proposed + " or " + Multistream.NOT_AVAILABLE);
        }
        if (!proposals.hasNext()) {
            return Negotiation.Refused.REFUSED;
        }
        proposed = proposals.next();
        output.writeBytes(Multistream.encode(proposed));
        return Negotiation.Pending.PENDING;
    }

    /**
     * What is to be sent, each byte once.
     *
     * @return the bytes, perhaps none
     */
    public byte[] takeOutput() {
        byte[] bytes = output.toByteArray();
        output.reset();
        return bytes;
    }
}
